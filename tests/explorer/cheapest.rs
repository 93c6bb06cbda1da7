//! The counterexample of `minimal` has the fewest faults, and among those the fewest preemptions.

use std::sync::Arc;

use lockproof::explore::{Cost, Search, Verdict, brute_force_census, exhaustive, minimal};
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Runtime, Shared};
use proptest::prelude::*;

use crate::compare::{Program, SEARCH, all};
use crate::judge::Judge;
use crate::redis::clients;
use crate::threads_drawn::threads;

#[test]
fn minimal_is_minimal_on_clients_of_redis() {
    all((11, 40), picky(clients(200.0)), |program| finds_the_least(&program, SEARCH));
}

#[test]
fn minimal_is_minimal_on_threads() {
    all((12, 40), picky(threads(200.0)), |program| finds_the_least(&program, SEARCH));
}

/// Programs in which one outcome in four is a violation.
pub fn picky<P: Program>(programs: impl Strategy<Value = P>) -> impl Strategy<Value = P> {
    let judged = |(program, which): (P, u64)| program.judged(Judge::Some { one_in: 4, which });
    (programs, 0..4_u64).prop_map(judged)
}

/// Whether `minimal` finds a violation if there is one, at the smallest cost there is.
pub fn finds_the_least(program: &impl Program, search: Search) -> Result<(), String> {
    let all = brute_force_census(program, SEARCH);
    assert_eq!(all.exploration.verdict, Verdict::Exhausted, "{program:?}");
    let found = minimal(program, search);
    let least = all.violations.values().min();
    match (least, &found.verdict) {
        (None, Verdict::Exhausted) => Ok(()),
        (Some(least), Verdict::Broken(_)) if found.cost == Some(*least) && found.minimal => Ok(()),
        _ => Err(format!("the least cost is {least:?}, but: {found}")),
    }
}

/// Two actors count by turns, or not, and one of them may crash.
#[derive(Clone, Debug)]
struct Turns {
    /// How many steps each takes. With 8, all turns are kept only if somebody is preempted 14 times.
    steps: u64,
    may_crash: bool,
    /// The total that is wrong, if one is.
    wrong: Option<u64>,
}

/// What they share. Once a turn was not kept there is nothing to tell one order from another.
#[derive(Clone, Debug, Hash, Default)]
struct Count {
    total: u64,
    last: &'static str,
    not_kept: bool,
}

impl Scenario for Turns {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let count = Arc::new(Shared::<R, Count>::new("count", Count::default()));
        for name in ["alice", "bob"] {
            let (count, steps) = (Arc::clone(&count), self.steps);
            world.actor(name, move |_| {
                for _ in 0..steps {
                    count.with("add 1", |count| {
                        count.total += 1;
                        count.not_kept |= count.last == name;
                        count.last = if count.not_kept { "" } else { name };
                    });
                }
            });
        }
        let wrong = self.wrong;
        world.finally(Property::ConservedBalance, move || match count.peek(|count| count.total) {
            total if Some(total) == wrong => Err(format!("{total} were counted")),
            _ => Ok(()),
        });
    }

    fn budgets(&self) -> Budgets {
        if self.may_crash { Budgets::none().crash("alice") } else { Budgets::none() }
    }
}

#[test]
fn however_many_preemptions_are_possible_all_are_tried() {
    for (steps, may_crash) in [(7, false), (8, false), (8, true)] {
        let turns = Turns { steps, may_crash, wrong: None };
        for engine in [minimal::<Turns>, exhaustive::<Turns>] {
            let found = engine(&turns, SEARCH);
            assert_eq!(found.verdict, Verdict::Exhausted, "{found}");
        }
    }
}

/// With a crash before alice's last step nobody needs to be preempted for it.
#[test]
fn more_faults_are_tried_when_there_are_no_more_preemptions_to_try() {
    for steps in [7, 8] {
        let turns = Turns { steps, may_crash: true, wrong: Some(2 * steps - 1) };
        let found = minimal(&turns, SEARCH);
        assert_eq!(found.cost, Some(Cost { faults: 1, preemptions: 0 }), "{found}");
        assert!(found.minimal && found.to_string().contains("none with fewer"), "{found}");
    }
}

/// Two bugs that cost the same: one takes five steps more.
#[derive(Clone, Debug)]
struct TwoBugs {
    long_first: bool,
    preempted: bool,
}

impl Scenario for TwoBugs {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let cell = Arc::new(Shared::<R, u64>::new("cell", 0));
        let lengths = if self.long_first { [5, 0] } else { [0, 5] };
        for (name, length) in ["alice", "bob"].into_iter().zip(lengths) {
            let (cell, preempted) = (Arc::clone(&cell), self.preempted);
            world.actor(name, move |_| {
                let looks = || (0..length).for_each(|_| cell.with("look", |_| ()));
                if !preempted {
                    looks();
                }
                let before = cell.with("look", |cell| *cell);
                let after = cell.with("add", |cell| std::mem::replace(cell, *cell + 1));
                assert!(preempted && before == after, "a bug");
                looks();
            });
        }
    }
}

#[test]
fn of_two_bugs_that_cost_the_same_the_one_with_fewer_steps_is_shown() {
    for long_first in [true, false] {
        for preempted in [true, false] {
            let found = minimal(&TwoBugs { long_first, preempted }, SEARCH);
            let steps = found.schedule.as_ref().map(lockproof::explore::Schedule::len);
            let expected = if preempted { (1, 4) } else { (0, 2) };
            let preemptions = found.cost.map(|cost| cost.preemptions);
            assert_eq!((preemptions, steps), (Some(expected.0), Some(expected.1)), "{found}");
        }
    }
}
