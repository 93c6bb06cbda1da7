//! Every way in which a scenario can be broken.

use std::collections::BTreeMap;

use super::cost::Cost;
use super::thread::Answer;
use super::verdict::Exploration;
use crate::scenario::Violation;

/// All that a search found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Census {
    /// How the search went. Its verdict is not [`Broken`](super::Verdict::Broken), whatever was found.
    pub exploration: Exploration,
    /// Each violation that an execution ended with, and the smallest cost at which the search came to
    /// it. A search that remembers states may know no cheap way to a violation that has one.
    pub violations: BTreeMap<Violation, Cost>,
}

impl Answer for Census {
    fn not_run(why: String) -> Self {
        Self { exploration: Exploration::not_run(why), violations: BTreeMap::new() }
    }
}
