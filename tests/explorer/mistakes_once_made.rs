//! The mistakes that this explorer once made: a program for each, which it gets right now.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use lockproof::explore::{Verdict, brute_force_census, census, exhaustive, minimal, replay};
use lockproof::scenario::monitors::Monitor;
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Runtime, Shared};
use lockproof::trace::{Event, Kind, Trace};

use crate::compare::{GRAPH, SEARCH, difference};
use crate::judge::{Book, Judge};
use crate::threads::{Step, Threads};

fn program(actors: [Vec<Step>; 3], ticks: u32) -> Threads {
    Threads { actors: actors.into(), alike: false, ticks, crash: None, judge: Judge::default() }
}

/// Two clients count and go to sleep; a third sleeps too, so that the clock can go on while one of the
/// two has not slept yet. Which of them wakes first is then neither in the alarms nor in what they saw.
#[derive(Clone, Debug)]
struct Sleepers;

/// Notes who woke, at what time, and how many had counted by then.
#[derive(Clone, Default)]
struct Waking {
    counted: u64,
    woken: Vec<String>,
    book: Book,
}

impl Scenario for Sleepers {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (count, book) = (Arc::new(Shared::<R, u32>::new("count", 0)), Book::default());
        world.monitor(Waking { book: book.clone(), ..Waking::default() });
        let second = Duration::from_secs(1);
        for name in ["alice", "bob"] {
            let count = Arc::clone(&count);
            world.actor(name, move |me| {
                count.with("count", |count| *count += 1);
                me.clock().sleep(second);
            });
        }
        world.actor("carol", move |me| me.clock().sleep(second));
        world.finally(Property::Linearizable, move || Err(book.lines().join("\n")));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

impl Monitor for Waking {
    fn property(&self) -> Property {
        Property::Linearizable
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        match &event.kind {
            Kind::Access { .. } => self.counted += 1,
            Kind::Slept(at) => {
                let who = names.actor(event.actor);
                let woke = format!("{who} woke at {at} after {}", self.counted);
                self.book.note(who, &*woke);
                self.woken.push(woke);
            }
            _ => {}
        }
        Ok(())
    }

    fn remember(&self, mut memory: &mut dyn Hasher) {
        (self.counted, &self.woken).hash(&mut memory);
    }
}

#[test]
fn who_wakes_when_is_part_of_the_state() {
    let all = brute_force_census(&Sleepers, SEARCH).violations;
    let found = census(&Sleepers, SEARCH).violations;
    assert!(all.len() > 10, "{all:?}");
    assert_eq!(all.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
}

/// Nobody whom the scenario knows by name is left when the child wakes.
#[test]
fn a_child_may_sleep_longer_than_its_parent_lives() {
    use Step::{Add, Sleep, Spawn};
    let alice = vec![Spawn(vec![Sleep(1_000), Add(0, 1)])];
    let orphan = program([alice, Vec::new(), Vec::new()], 0);
    assert_eq!(difference(&orphan, SEARCH), Ok(()));
    let calm = Threads { judge: Judge::Noted(Default::default()), ..orphan };
    assert_eq!(exhaustive(&calm, SEARCH).verdict, Verdict::Exhausted);
}

/// What an actor returns to the world and what a child returns to its parent hash alike, and are of two
/// types.
#[test]
fn a_child_may_return_what_another_actor_returns() {
    use Step::{Add, Join, Spawn};
    let add = || Add(0, 1);
    let bob = vec![Spawn(vec![add()]), Join];
    let family = program([vec![add()], bob, vec![add()]], 0);
    assert_eq!(difference(&family, GRAPH), Ok(()));
}

/// The notification that only the crashed waiter could have taken is gone with it: the next one is not
/// taken to be superfluous.
#[test]
fn a_crashed_waiter_takes_its_notification_with_it() {
    use Step::{Notify, Wait};
    let bob = vec![Notify(0, false), Notify(0, false)];
    let program = Threads {
        crash: Some(0),
        judge: Judge::Noted(Default::default()),
        ..program([vec![Wait(0)], bob, vec![Wait(0)]], 0)
    };
    let schedule = "alice bob carol crash:alice bob carol".parse().expect("a schedule");
    let exploration = replay(&program, &schedule).expect("it fits");
    assert_eq!(exploration.violation(), None, "{exploration}");
}

/// A number next to a client's name, in whatever container. It once was taken for the length of the name, so
/// that the accounts of two clients were one after a renaming.
#[derive(Clone, Copy, Debug)]
enum Beside {
    Field,
    Tuple,
    Vector,
    Answer,
}

#[derive(Clone, Debug)]
struct Charges(Beside);

impl Scenario for Charges {
    fn run<R: Runtime>(&self, world: &World<R>) {
        match self.0 {
            Beside::Field => charge(world, |cents, last| (1_u8, cents, last), |it| it.1),
            Beside::Tuple => charge(world, |cents, last| (cents, last), |it| it.0),
            Beside::Vector => charge(world, |cents, last| vec![(cents, last)], |it| it[0].0),
            Beside::Answer => charge(
                world,
                |cents, last| Ok::<_, u64>((cents, last)),
                |it| it.as_ref().map_or(0, |it| it.0),
            ),
        }
    }
}

/// Each client resets the account to 5 cents, and charges it. Reset twice and charged twice, it has 7.
fn charge<R: Runtime, T: Clone + Hash + std::fmt::Debug + Send + 'static>(
    world: &World<R>,
    account: fn(u64, String) -> T,
    cents: fn(&T) -> u64,
) {
    let shared = Arc::new(Shared::<R, _>::new("account", account(0, String::new())));
    let end = Arc::clone(&shared);
    world.clients(2, move |me| {
        let name = me.name().to_owned();
        shared.with("reset", |it| *it = account(5, String::new()));
        shared.with("charge", |it| *it = account((cents(it) * 2 + 1) % 8, name.clone()));
        for _ in 0..5 {
            shared.with("look", |it| cents(it));
        }
    });
    world.finally(Property::ConservedBalance, move || match end.peek(cents) {
        7 => Err("charged twice".to_owned()),
        _ => Ok(()),
    });
}

#[test]
fn a_number_beside_a_name_is_part_of_the_state() {
    for beside in [Beside::Field, Beside::Tuple, Beside::Vector, Beside::Answer] {
        for found in [exhaustive(&Charges(beside), SEARCH), minimal(&Charges(beside), SEARCH)] {
            assert!(matches!(found.verdict, Verdict::Broken(_)), "{beside:?}: {found}");
        }
    }
}

/// A sleeper that crashes took its alarm with it: the only tick goes to the next instant that is left.
#[derive(Clone, Debug)]
struct StaleAlarm;

impl Scenario for StaleAlarm {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (clock, seen) = (world.clock(), Arc::new(Shared::<R, u64>::new("seen", 0)));
        let (server, end) = (world.redis("redis"), Arc::clone(&seen));
        world.actor("alice", |me| me.clock().sleep(Duration::from_millis(5)));
        world.actor("bob", move |_| {
            let set =
                redis::cmd("SET").arg("k").arg("v").arg("PX").arg(10).exec(&mut server.connect());
            set.expect("an answer");
            let now = clock.now().as_millis() as u64;
            seen.with("note", move |it| *it = now);
        });
        world.finally(Property::ConservedBalance, move || {
            Err(format!("bob read {}", end.peek(|it| *it)))
        });
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().crash("alice").ticks(1)
    }
}

#[test]
fn the_alarm_of_a_crashed_sleeper_takes_no_tick() {
    let found = census(&StaleAlarm, SEARCH).violations;
    let read: Vec<&str> = found.keys().map(|it| it.detail.as_str()).collect();
    assert_eq!(read, ["bob read 0", "bob read 10", "bob read 5"]);
    assert!(found.keys().eq(brute_force_census(&StaleAlarm, SEARCH).violations.keys()));
}
