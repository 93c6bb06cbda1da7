//! Every way in which a scenario can be broken: searches that go on after the first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::depth_first::{DepthFirst, Progress};
use super::drive::drive_all;
use super::exhaustive::conclude;
use super::shuttle::{brute_force_chooser, brute_force_verdict};
use super::{Cost, Exploration, Search, progress};
use crate::scenario::{Scenario, Violation};

/// All that a search found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Census {
    /// How the search went. It is not called broken, whatever was found.
    pub exploration: Exploration,
    /// Each violation that an execution ended with, and the smallest cost at which the search came to
    /// it. A search that remembers states may know no cheap way to a violation that has one.
    pub violations: BTreeMap<Violation, Cost>,
}

/// As [`exhaustive`](super::exhaustive()), for all violations.
#[must_use]
pub fn census<S: Scenario>(scenario: &S, search: Search) -> Census {
    progress::begin();
    let progress = Arc::new(Mutex::new(Progress::default()));
    let chooser = DepthFirst::new(search, None, Arc::clone(&progress));
    let (exploration, violations) = drive_all(scenario, chooser, search.max_steps);
    Census { exploration: conclude(exploration, search, &progress), violations }
}

/// As [`brute_force`](super::brute_force()), for all violations; their costs are minimal.
#[must_use]
pub fn brute_force_census<S: Scenario>(scenario: &S, search: Search) -> Census {
    progress::begin();
    let (exploration, violations) =
        drive_all(scenario, brute_force_chooser(search), search.max_steps);
    Census { exploration: brute_force_verdict(exploration, search), violations }
}
