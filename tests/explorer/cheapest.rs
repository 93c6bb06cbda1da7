//! The counterexample of `fewest` has the fewest faults, and among those the fewest switches.

use std::sync::Arc;

use lockproof::explore::{Bound, Cost, Search, Verdict, brute_force_census, exhaustive, fewest};
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Runtime, Shared};
use proptest::prelude::*;

use crate::compare::{Program, SEARCH, all};
use crate::judge::Judge;
use crate::redis::clients;
use crate::threads_drawn::threads;

#[test]
fn fewest_is_minimal_on_clients_of_redis() {
    all((11, 150), picky(clients(200.0)), |program| minimal(&program, SEARCH));
}

#[test]
fn fewest_is_minimal_on_threads() {
    all((12, 150), picky(threads(200.0)), |program| minimal(&program, SEARCH));
}

/// Programs in which one outcome in four is a violation.
pub fn picky<P: Program>(programs: impl Strategy<Value = P>) -> impl Strategy<Value = P> {
    let judged = |(program, which): (P, u64)| program.judged(Judge::Some { one_in: 4, which });
    (programs, 0..4_u64).prop_map(judged)
}

/// Whether `fewest` finds a violation if there is one, at the smallest cost there is.
pub fn minimal(program: &impl Program, search: Search) -> Result<(), String> {
    let all = brute_force_census(program, SEARCH);
    assert_eq!(all.exploration.verdict, Verdict::Exhausted, "{program:?}");
    let found = fewest(program, search);
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
#[derive(Hash, Default)]
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
fn where_more_preemptions_are_possible_than_are_tried_nothing_is_called_exhausted() {
    let turns = |steps, may_crash| Turns { steps, may_crash, wrong: None };
    let beyond = Verdict::BoundHit(Bound::Preemptions(12));
    for may_crash in [false, true] {
        let all = fewest(&turns(7, may_crash), SEARCH);
        assert_eq!(all.verdict, Verdict::Exhausted, "{all}");
        let most = fewest(&turns(8, may_crash), SEARCH);
        assert_eq!(most.verdict, beyond, "{most}");
        assert_eq!(exhaustive(&turns(8, may_crash), SEARCH).verdict, Verdict::Exhausted);
    }
}

/// With a crash before alice's last step nobody needs to be preempted for it.
#[test]
fn more_faults_are_tried_when_there_are_no_more_preemptions_to_try() {
    for (steps, minimal) in [(7, true), (8, false)] {
        let turns = Turns { steps, may_crash: true, wrong: Some(2 * steps - 1) };
        let found = fewest(&turns, SEARCH);
        assert_eq!(found.cost, Some(Cost { faults: 1, switches: 0 }), "{found}");
        // That none with fewer faults breaks it was looked at only as far as preemptions are tried.
        assert_eq!(found.minimal, minimal, "{found}");
        assert_eq!(found.to_string().contains("none with fewer"), minimal, "{found}");
    }
}
