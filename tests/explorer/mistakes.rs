//! Explorers with a mistake: the comparison finds each. And the mistakes that this explorer once made.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use lockproof::explore::{
    Mutation, Search, Verdict, brute_force_census, census, exhaustive, fewest, replay,
};
use lockproof::scenario::monitors::Monitor;
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Runtime, Shared};
use lockproof::trace::{Event, Kind, Trace};
use proptest::strategy::Strategy;

use crate::cheapest::picky;
use crate::compare::{Program, SEARCH, difference, smallest_failure};
use crate::judge::{Book, Judge};
use crate::redis::clients;
use crate::threads::{Step, Threads};
use crate::threads_drawn::threads;

/// Fails unless the comparison finds out an explorer that makes this mistake.
#[track_caller]
fn found_out<P: Program>(mutation: Mutation, programs: impl Strategy<Value = P>) {
    let search = Search { mutation: Some(mutation), ..SEARCH };
    let found = smallest_failure((34, 1_000), programs, |program| difference(&program, search));
    let found = found.unwrap_or_else(|| panic!("{mutation:?} went unnoticed"));
    println!("{mutation:?} is found out by {found}\n");
}

#[test]
fn forgetting_a_part_of_the_state_is_found_out_by_clients() {
    found_out(Mutation::ForgetDeadlines, clients(100.0));
    found_out(Mutation::ForgetWhatWasSeen, clients(100.0));
    found_out(Mutation::ForgetContents, clients(100.0));
    found_out(Mutation::ForgetMonitors, clients(100.0));
}

#[test]
fn forgetting_a_part_of_the_state_is_found_out_by_threads() {
    found_out(Mutation::ForgetWhatWasSeen, threads(100.0));
    found_out(Mutation::ForgetSteps, threads(100.0));
    found_out(Mutation::ForgetContents, threads(100.0));
    found_out(Mutation::ForgetWhoWaits, threads(100.0));
}

#[test]
fn taking_those_who_differ_for_interchangeable_is_found_out() {
    found_out(Mutation::TryOneClient, clients(100.0));
    found_out(Mutation::TryOneClient, threads(100.0));
    found_out(Mutation::EverybodyIsAClient, clients(100.0));
    found_out(Mutation::EverybodyIsAClient, threads(100.0));
    found_out(Mutation::NamelessClients, clients(100.0));
}

/// It takes longer programs, for which brute force is too slow: the mutated search is compared with the one
/// that is shown to be minimal elsewhere.
#[test]
fn forgetting_who_is_running_is_found_out() {
    let search = Search { mutation: Some(Mutation::ForgetWhoIsRunning), ..SEARCH };
    let agrees = |program: Threads| {
        let (right, wrong) = (fewest(&program, SEARCH), fewest(&program, search));
        let same = right.cost == wrong.cost;
        same.then_some(()).ok_or_else(|| format!("{wrong}\nbut: {right}"))
    };
    let found = smallest_failure((33, 1_000), picky(threads(3_000.0)), agrees);
    println!("it is found out by {}", found.expect("it did not go unnoticed"));
}

fn program(actors: [Vec<Step>; 3], ticks: u32) -> Threads {
    Threads { actors: actors.into(), alike: false, ticks, crash: None, judge: Judge::default() }
}

/// Two clients count and go to sleep; a third sleeps too, so that the clock can go on while one of the
/// two has not slept yet. Which of them wakes first is then neither in the alarms nor in what they saw.
#[derive(Clone, Debug)]
struct Sleepers;

/// Notes who woke, at what time, and how many had counted by then.
#[derive(Default)]
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
