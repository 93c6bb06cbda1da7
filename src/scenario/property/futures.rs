//! A property of every monitor, checked on random histories: equal memories have equal futures.

use std::collections::BTreeMap;
use std::hash::Hasher;

use super::told::{ALICE, BOB, KEY, believe, crash, disbelieves, tick, truth};
use super::told::{OTHER_REDIS, REDIS, names};
use super::{Monitor, Property};
use crate::trace::{Event, Kind, Trace};

/// The number of histories, and their greatest length.
const HISTORIES: u64 = 10_000;
const LENGTH: u64 = 6;
/// The number of pairs of histories with equal memories whose futures are compared, and the number of them
/// that may share one memory.
const PAIRS: usize = 100;
const ALIKE: usize = 2;
/// The number of futures of each pair, and their greatest length.
const FUTURES: u64 = 300;

/// The generator of pseudorandom numbers known as SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
pub(super) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number less than `limit`.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub(super) fn pick<T: Clone>(&mut self, among: &[T]) -> T {
        among[usize::try_from(self.below(among.len() as u64)).unwrap()].clone()
    }
}

/// A monitor after a history.
struct After<M> {
    monitor: M,
    now: u64,
    history: Vec<Event>,
}

impl<M: Monitor + Clone> After<M> {
    fn random(
        fresh: &M,
        random: &mut Random,
        next: &impl Fn(&mut Random, u64) -> Event,
    ) -> Option<Self> {
        let mut after = Self { monitor: fresh.clone(), now: 0, history: Vec::new() };
        for _ in 0..random.below(LENGTH + 1) {
            let event = next(random, after.now);
            // An execution ends with its first violation.
            after.monitor.step(&event, &names()).ok()?;
            after.now = instant(&event).unwrap_or(after.now);
            after.history.push(event);
        }
        Some(after)
    }
}

/// Checks that `fresh`, after any two histories that leave the same memory, answers every future in the same
/// words. `next` makes events for an instant, in milliseconds.
///
/// # Panics
///
/// If it does not, or if hardly any histories leave the same memory.
pub(super) fn check<M: Monitor + Clone>(fresh: &M, next: impl Fn(&mut Random, u64) -> Event) {
    let random = &mut Random(1);
    let mut known: BTreeMap<u64, (After<M>, usize)> = BTreeMap::new();
    let mut pairs = 0;
    for _ in 0..HISTORIES {
        let Some(after) = After::random(fresh, random, &next) else { continue };
        let memory = after.monitor.fingerprint();
        let Some((one, alike)) = known.get_mut(&memory) else {
            known.insert(memory, (after, 0));
            continue;
        };
        if one.history != after.history && *alike < ALIKE && pairs < PAIRS {
            (*alike, pairs) = (*alike + 1, pairs + 1);
            (0..FUTURES).for_each(|_| same_future(one, &after, random, &next));
        }
    }
    let least = known.len().min(PAIRS);
    assert!(pairs >= least, "{pairs} pairs of {} memories", known.len());
}

fn same_future<M: Monitor + Clone>(
    one: &After<M>,
    other: &After<M>,
    random: &mut Random,
    next: &impl Fn(&mut Random, u64) -> Event,
) {
    let (mut first, mut second) = (one.monitor.clone(), other.monitor.clone());
    let mut now = one.now.max(other.now);
    let mut future = Vec::new();
    let histories = (&one.history, &other.history);
    for _ in 0..random.below(LENGTH + 1) {
        let event = next(random, now);
        now = instant(&event).unwrap_or(now);
        future.push(event.clone());
        let said = first.step(&event, &names());
        assert_eq!(said, second.step(&event, &names()), "after {histories:?}, then {future:?}");
        if said.is_err() {
            return;
        }
        let (first, second) = (first.fingerprint(), second.fingerprint());
        assert_eq!(first, second, "memories after {histories:?}, then {future:?}");
    }
    let said = first.finish(&names());
    assert_eq!(said, second.finish(&names()), "at the end of {histories:?}, then {future:?}");
}

const fn instant(event: &Event) -> Option<u64> {
    match event.kind {
        Kind::Tick(now) => Some(now),
        _ => None,
    }
}

/// Events about two keys, on two servers, of two clients, with these values.
pub(super) fn events<'a>(values: &'a [&str]) -> impl Fn(&mut Random, u64) -> Event + 'a {
    move |random, now| {
        let (client, key) = (random.pick(&[ALICE, BOB]), random.pick(&[KEY, KEY, KEY, "other"]));
        let value = random.pick(values);
        let until =
            random.pick(&[None, Some(now), Some(now + 50), Some(now + 100), Some(now + 150)]);
        let server = random.pick(&[REDIS, REDIS, OTHER_REDIS]);
        match random.below(9) {
            0..2 => tick(now + random.pick(&[1, 50, 100])),
            2 => crash(client),
            3 => believe(client, key, value, until),
            4 => disbelieves(client, value),
            5 | 6 => truth(client, server, key, Some(value), until),
            _ => truth(client, server, key, None, None),
        }
    }
}

/// Rejects the third key that is removed, and remembers only what time it is.
#[derive(Clone, Default)]
struct Forgetful {
    now: u64,
    removed: u8,
}

impl Monitor for Forgetful {
    fn property(&self) -> Property {
        Property::NoPanic
    }

    fn step(&mut self, event: &Event, _: &Trace) -> Result<(), String> {
        self.now = instant(event).unwrap_or(self.now);
        self.removed += u8::from(matches!(event.kind, Kind::Truth { value: None, .. }));
        if self.removed == 3 { Err("a third".to_owned()) } else { Ok(()) }
    }

    fn remember(&self, memory: &mut dyn Hasher) {
        memory.write_u64(self.now);
    }
}

#[test]
#[should_panic(expected = "Err(\"a third\")")]
fn a_monitor_that_forgets_is_found_out() {
    check(&Forgetful::default(), events(&["a:1"]));
}
