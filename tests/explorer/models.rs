//! Real code beside models of it that are written by hand: a search of the code visits at most twice as many
//! states, if the code says by `local` what matters of what it has seen.

use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

use lockproof::explore::{Exploration, Verdict};

/// All states of a model.
pub fn reachable<S: Clone + Eq + Hash>(start: S, next: impl Fn(&S) -> Vec<S>) -> HashSet<S> {
    let mut known = HashSet::from([start.clone()]);
    let mut queue = VecDeque::from([start]);
    while let Some(state) = queue.pop_front() {
        for state in next(&state) {
            if known.insert(state.clone()) {
                queue.push_back(state);
            }
        }
    }
    known
}

/// Asserts that a search has ended, and has visited at most twice the states of the model.
pub fn assert_within_twice(name: &str, found: &Exploration, model: usize) {
    let states = found.states.expect("states are counted");
    println!(
        "{name}: {states} states, {model} in the model; {:?}; {:?}",
        found.elapsed, found.figures
    );
    assert_eq!(found.verdict, Verdict::Exhausted, "{found}");
    assert!(states <= 2 * model as u64, "{name}: {states} states, and {model} in the model");
}
