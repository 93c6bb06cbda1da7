//! The counterexample of `fewest` has the fewest faults, and among those the fewest switches.

use lockproof::explore::{Search, Verdict, brute_force_census, fewest};
use proptest::prelude::*;

use crate::compare::{Program, SEARCH, all};
use crate::judge::Judge;
use crate::redis::clients;
use crate::threads_drawn::threads;

#[test]
fn fewest_is_minimal_on_clients_of_redis() {
    all((11, 300), picky(clients(200.0)), |program| minimal(&program, SEARCH));
}

#[test]
fn fewest_is_minimal_on_threads() {
    all((12, 300), picky(threads(200.0)), |program| minimal(&program, SEARCH));
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
