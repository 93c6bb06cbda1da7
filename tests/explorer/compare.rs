//! What is compared, and how random programs are drawn.

use std::collections::BTreeSet;
use std::fmt::Debug;

use lockproof::explore::{Census, Mutation, Search, Verdict, brute_force_census, census};
use lockproof::scenario::{Property, Scenario, Violation};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestError, TestRunner};

use crate::judge::{Judge, canonical};

/// A random program.
pub trait Program: Scenario + Debug {
    /// The actors that may change places with each other.
    fn alike(&self) -> &[&'static str];

    /// The same program, of which something else is said.
    fn judged(self, judge: Judge) -> Self;
}

/// More than the programs here need.
pub const SEARCH: Search = Search { executions: 200_000, max_steps: 200, ..Search::DEFAULT };

/// The graph alone: more live executions beside it than one for each end would make up for what it misses.
pub const GRAPH: Search = Search { mutation: Some(Mutation::JudgeEndsOnce), ..SEARCH };

/// All that can come of a program: outcomes, and what was broken on the way; without the names of those
/// who may change places. Or why a search did not get that far.
pub fn ends(program: &impl Program, census: Census) -> Result<BTreeSet<String>, String> {
    let verdict = census.exploration.verdict;
    if verdict != Verdict::Exhausted {
        return Err(format!("the verdict is {verdict}"));
    }
    let ends = census.violations.into_keys();
    let text = |Violation { property, detail }| match (property, detail.split_once(';')) {
        // Since when an orphan is overdue is nothing that states are told apart by.
        (Property::NoOrphanBeyondTtl, Some((orphan, _since))) => format!("{property}\n{orphan}"),
        _ => format!("{property}\n{detail}"),
    };
    Ok(ends.map(|violation| canonical(&text(violation), program.alike())).collect())
}

/// All that brute force comes to.
pub fn brute_force_ends(program: &impl Program, search: Search) -> BTreeSet<String> {
    ends(program, brute_force_census(program, search))
        .unwrap_or_else(|why| panic!("{program:?}: {why}"))
}

/// What is wrong with a search of this program, if anything is.
pub fn difference(program: &impl Program, search: Search) -> Result<(), String> {
    let all = brute_force_ends(program, SEARCH);
    same(&all, &ends(program, census(program, search))?)
}

/// Whether a search found all that can come of a program.
pub fn same(all: &BTreeSet<String>, found: &BTreeSet<String>) -> Result<(), String> {
    if all == found {
        return Ok(());
    }
    let missed: Vec<_> = all.difference(found).collect();
    let invented: Vec<_> = found.difference(all).collect();
    Err(format!("missed: {missed:#?}\ninvented: {invented:#?}"))
}

/// Draws programs until one fails the test, and returns the smallest that does. The seed is fixed;
/// `LOCKPROOF_PROGRAMS=20` draws twenty times as many.
pub fn smallest_failure<P: Debug>(
    (seed, programs): (u64, u32),
    strategy: impl Strategy<Value = P>,
    test: impl Fn(P) -> Result<(), String>,
) -> Option<String> {
    let times = std::env::var("LOCKPROOF_PROGRAMS").ok().and_then(|times| times.parse().ok());
    let config = ProptestConfig {
        cases: programs * times.unwrap_or(1),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 500,
        verbose: 0,
        ..ProptestConfig::default()
    };
    let tried = TestRunner::new(config)
        .run(&strategy, |program| test(program).map_err(TestCaseError::fail));
    match tried {
        Ok(()) => None,
        Err(TestError::Fail(why, program)) => Some(format!("{program:#?}\n{why}")),
        Err(TestError::Abort(why)) => panic!("no programs were drawn: {why}"),
    }
}

/// Fails with the smallest program that fails the test.
#[track_caller]
pub fn all<P: Debug>(
    drawn: (u64, u32),
    strategy: impl Strategy<Value = P>,
    test: impl Fn(P) -> Result<(), String>,
) {
    if let Some(failure) = smallest_failure(drawn, strategy, test) {
        panic!("{failure}");
    }
}

/// Draws programs, and does something with each.
pub fn all_of<P: Debug>(drawn: (u64, u32), strategy: impl Strategy<Value = P>, work: impl Fn(P)) {
    all(drawn, strategy, |program| {
        work(program);
        Ok(())
    });
}

/// In how many orders so many steps of each actor can be taken.
pub fn interleavings(steps: impl Iterator<Item = usize>) -> f64 {
    let (mut taken, mut orders) = (0.0, 1.0);
    for step in steps.flat_map(|steps| 1..=steps) {
        taken += 1.0;
        orders *= taken / step as f64;
    }
    orders
}
