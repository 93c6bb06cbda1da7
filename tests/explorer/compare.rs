//! What is compared, and how random programs are drawn.

use std::cell::RefCell;
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

    /// What there is in it.
    fn traits(&self) -> Traits;
}

/// What there is in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    /// Time can pass at a bad moment, or another fault can strike.
    pub faults: bool,
    /// A script, or a command that waits.
    pub commands: bool,
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

/// How many executions brute force takes for the programs that the graph is compared with: at least, so
/// that they count, and at most, by estimate. With the rest of the comparison an execution takes about 40
/// µs where it is optimised, and 500 µs where it is not, so that programs are smaller there, and all
/// count.
pub const SIZES: (u64, f64) = if cfg!(debug_assertions) { (0, 150.0) } else { (100, 2_000.0) };

/// What programs are like, and how many executions brute force takes for each.
#[derive(Debug, Default)]
pub struct Distribution(RefCell<Vec<(u64, bool, Traits)>>);

impl Distribution {
    /// As [`difference`] between brute force and the graph. Returns whether the program is large enough to
    /// count.
    pub fn difference(&self, program: &impl Program) -> Result<bool, String> {
        let by_force = brute_force_census(program, SEARCH);
        let three = program.alike().len() == 3;
        let executions = by_force.exploration.executions;
        let all = ends(program, by_force).unwrap_or_else(|why| panic!("{program:?}: {why}"));
        same(&all, &ends(program, census(program, GRAPH))?)?;
        let counts = executions >= SIZES.0;
        if counts {
            self.0.borrow_mut().push((executions, three, program.traits()));
        }
        Ok(counts)
    }

    /// Prints what the programs were like. Half of them have faults, a third three clients that are
    /// alike, and of those that send commands a fifth scripts or commands that wait.
    pub fn assert(self, name: &str, sends_commands: bool) {
        let mut all = self.0.into_inner();
        all.sort_unstable_by_key(|(executions, ..)| *executions);
        let count = all.len();
        let share = |has: fn(&(u64, bool, Traits)) -> bool| {
            100 * all.iter().filter(|program| has(program)).count() / count
        };
        let faults = share(|(.., traits)| traits.faults);
        let three = share(|(_, three, _)| *three);
        let commands = share(|(.., traits)| traits.commands);
        let [quarter, median, third] = [1, 2, 3].map(|part| all[part * count / 4].0);
        let (most, sum) = (all[count - 1].0, all.iter().map(|(it, ..)| it).sum::<u64>());
        println!(
            "{name}: {count} programs, {sum} executions; a quarter has at most {quarter}, half {median}, \
             three quarters {third}, all {most}; {faults}% with faults, {three}% with three clients alike, \
             {commands}% with scripts or commands that wait"
        );
        assert!(median >= 2 * SIZES.0, "{name}: {median} executions");
        assert!(faults >= 40 && three >= 33, "{name}: {faults}%, {three}%");
        assert!(commands >= 20 || !sends_commands, "{name}: {commands}%");
    }
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
    smallest_failure_of((seed, programs), strategy, |program| test(program).map(|()| true))
}

/// The same, of tests that say whether the program counts as one of those that are to be drawn.
pub fn smallest_failure_of<P: Debug>(
    (seed, programs): (u64, u32),
    strategy: impl Strategy<Value = P>,
    test: impl Fn(P) -> Result<bool, String>,
) -> Option<String> {
    let times = std::env::var("LOCKPROOF_PROGRAMS").ok().and_then(|times| times.parse().ok());
    let cases = programs * times.unwrap_or(1);
    let config = ProptestConfig {
        cases,
        max_global_rejects: 50 * cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 500,
        verbose: 0,
        ..ProptestConfig::default()
    };
    let tried = TestRunner::new(config).run(&strategy, |program| match test(program) {
        Ok(true) => Ok(()),
        Ok(false) => Err(TestCaseError::reject("it does not count")),
        Err(why) => Err(TestCaseError::fail(why)),
    });
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

/// In how many orders so many steps of each actor can be taken.
pub fn interleavings(steps: impl Iterator<Item = usize>) -> f64 {
    let (mut taken, mut orders) = (0.0, 1.0);
    for step in steps.flat_map(|steps| 1..=steps) {
        taken += 1.0;
        orders *= taken / step as f64;
    }
    orders
}
