//! All violations of a scenario.

use std::collections::BTreeMap;

use super::cost::Cost;
use super::thread::Answer;
use super::verdict::Exploration;
use crate::scenario::Violation;

/// The result of a search for all violations.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Census {
    /// The course of the search. Its verdict is never [`Broken`](super::Verdict::Broken), whatever the search
    /// found.
    pub exploration: Exploration,
    /// Each violation that ended an execution, with the smallest cost at which the search found it. A search
    /// that remembers states may miss a cheaper path to a violation.
    pub violations: BTreeMap<Violation, Cost>,
}

impl Answer for Census {
    fn not_run(why: String) -> Self {
        Self { exploration: Exploration::not_run(why), violations: BTreeMap::new() }
    }
}
