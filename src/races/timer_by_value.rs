//! Timer by value: the timer of a lock that was released ends a later one that stores the same value.
//!
//! Source: pauluswi/horten at 263b65e, `MockRedis.SetNX` of `distributed/mock_redis/main.go`, whose test
//! `TestRedisLock` takes a lock again while the timer of the first time is running.
//! Breaks: mutual-exclusion. Fix: the timer compares the number of the acquisition.

use std::sync::Arc;
use std::time::Duration;

use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::scenario::monitors::MutualExclusion;
use crate::scenario::{Actor, Property, Scenario, World};
use crate::sync::{Runtime, Shared, spawn};

const KEY: &str = "lock:11111";
const TTL: Duration = Duration::from_secs(1);

/// A timer ends what stores the value that it was started for.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        play(world, Store::default(), |held, timed| held.value == timed.value);
    }
}

/// A timer ends the acquisition that it was started for.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        play(world, Store::default(), |held, timed| held.number == timed.number);
    }
}

/// A stand-in for Redis, in the process, with one key.
#[derive(Clone, Debug, Default, Hash)]
struct Store {
    held: Option<Held>,
    /// The number of times the key was set.
    count: u64,
    /// The count begins anew when the key is deleted.
    forgetful: bool,
}

/// The entry under the key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Held {
    value: String,
    number: u64,
}

impl Store {
    /// Returns the number of the acquisition, if it is one.
    fn set_nx(&mut self, value: &str) -> Option<u64> {
        if self.held.is_some() {
            return None;
        }
        self.count += 1;
        self.held = Some(Held { value: value.to_owned(), number: self.count });
        Some(self.count)
    }

    fn del_if(&mut self, condition: impl Fn(&Held) -> bool) -> bool {
        let deleted = self.held.take_if(|held| condition(held)).is_some();
        if deleted && self.forgetful {
            self.count = 0;
        }
        deleted
    }
}

/// Returns whether the held entry is the one for which the timer was started.
type IsDue = fn(&Held, &Held) -> bool;

/// Alice has the lock until 100 ms, and from 200 ms on once more; at 1000 ms bob looks whether it is free.
fn play<R: Runtime>(world: &World<R>, store: Store, is_due: IsDue) {
    world.monitor(MutualExclusion::of(KEY));
    let store = Arc::new(Shared::<R, Store>::new("store", store));
    let for_bob = Arc::clone(&store);
    world.actor("alice", move |me| {
        for work in [100, 900] {
            let until = me.clock().now() + TTL;
            let Some(number) = set_nx(me, &store, Some(until)) else { return };
            start_timer(me, &store, Held { value: me.name().to_owned(), number }, is_due);
            me.clock().sleep(Duration::from_millis(work));
            release(me, &store);
            me.clock().sleep(Duration::from_millis(100));
        }
    });
    world.actor("bob", move |me| {
        me.clock().sleep(TTL);
        // Without a timer: nothing comes after bob.
        if set_nx(me, &for_bob, None).is_some() {
            release(me, &for_bob);
        }
    });
}

/// The value is the client's, every time, as that of a lock object in the original is.
fn set_nx<R: Runtime>(
    me: &Actor<R>,
    store: &Shared<R, Store>,
    until: Option<Duration>,
) -> Option<u64> {
    let name = me.name();
    let number = store.with(&format!("SETNX {KEY} {name}"), |store| store.set_nx(name));
    if number.is_some() {
        me.believe(KEY, name, until);
    }
    number
}

/// Compares and deletes in one step: the release is not what is wrong here.
fn release<R: Runtime>(me: &Actor<R>, store: &Shared<R, Store>) {
    let name = me.name();
    me.disbelieve(KEY, name);
    let request = format!("DEL {KEY} if {name}");
    store.with(&request, |store| store.del_if(|held| held.value == name));
}

/// Frees the key once the time to live is over, if what is held is due by then.
fn start_timer<R: Runtime>(
    me: &Actor<R>,
    store: &Arc<Shared<R, Store>>,
    timed: Held,
    is_due: IsDue,
) {
    let (store, clock) = (Arc::clone(store), me.clock());
    let name = format!("timer-{}", timed.number);
    let _detached = spawn::<R, _>(&name, move || {
        clock.sleep(TTL);
        store.with(&format!("expire {KEY}"), |store| store.del_if(|held| is_due(held, &timed)))
    });
}

/// A timer ends whatever it finds.
#[derive(Clone, Debug)]
struct Blind;

impl Scenario for Blind {
    fn run<R: Runtime>(&self, world: &World<R>) {
        play(world, Store::default(), |_, _| true);
    }
}

/// The count is kept with the key, and deleted with it.
#[derive(Clone, Debug)]
struct Forgetful;

impl Scenario for Forgetful {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let store = Store { forgetful: true, ..Store::default() };
        play(world, store, |held, timed| held.number == timed.number);
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "timer-by-value",
    title: "the timer of a lock that was released ends a later one that stores the same value",
    group: Group::Distributed,
    mechanism: "The store starts a timer with each key that it sets. When its time has come, the timer looks \
        whether the value is still the one that it was started for, so as not to delete a newer lock, and \
        deletes the key if it is. A client takes the lock at 0 ms for a second, releases it at 100 ms, and \
        takes it again at 200 ms. At 1000 ms the first timer finds the value that it knows, and deletes a \
        lock that has 200 ms to go: an ABA problem, in which the value that came back belongs to another \
        acquisition.",
    provenance: &[Source::code(
        "`MockRedis.SetNX` in `distributed/mock_redis/main.go` of pauluswi/horten at 263b65e: the goroutine \
         that ends a key compares the value, with the comment that this spares newer locks. The value is \
         that of the lock object, and `TestRedisLock` takes the same one again while the first goroutine \
         sleeps",
        "https://github.com/pauluswi/horten",
    )],
    cwe: Some(Cwe::RACE_CONDITION),
    fix: "Acquisitions are numbered, and the timer compares the number. A deadline that is stored with the \
        value does as well and needs no timer, which is how Redis does it.",
    lesson: "That a value is what it was does not mean that nothing has happened since. Whatever acts later \
        on behalf of an acquisition has to name that acquisition, by something that never comes back.",
    breaks: Property::MutualExclusion,
    clients: 2..=2,
    counterexample: Counterexample::Schedule(
        "alice alice alice alice alice alice alice timer-1 timer-1 bob bob",
    ),
    of_buggy: Expectations::FOUND,
    of_fixed: Expectations::holds(Expected::BoundHit(20_000), 23, 29),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new("the timer does not compare", variant!(|_| Blind)),
        Mutant::new("the count begins anew with each key", variant!(|_| Forgetful)),
    ],
};
