//! Every interleaving, one execution after the other: the baseline for the learned search.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::drive::{drive, drive_all};
use super::replay::shown;
use super::strategy::depth_first::DepthFirst;
use crate::explore::bound::Bound;
use crate::explore::census::Census;
use crate::explore::cost::Cost;
use crate::explore::search::Search;
use crate::explore::thread::on_own_thread;
use crate::explore::verdict::{Exploration, Verdict};
use crate::scenario::program::{Program, erase};
use crate::scenario::{Scenario, Violation};

/// Executes every interleaving of visible steps, one after the other, and remembers nothing: slow, and simple
/// enough to judge the other searches by. Only the bounds of `search` matter, and whether invisible steps are
/// choices, too.
#[must_use]
pub fn brute_force<S: Scenario>(scenario: &S, search: Search) -> Exploration {
    let program = erase(scenario);
    on_own_thread(move || judge(drive_brute_force(&program, search), search))
}

/// Searches as [`brute_force`] does, for all violations; their costs are minimal.
#[must_use]
pub fn brute_force_census<S: Scenario>(scenario: &S, search: Search) -> Census {
    let program = erase(scenario);
    on_own_thread(move || {
        let (exploration, violations) = drive_all(&program, strategy(search), search.max_steps);
        Census { exploration: judge(exploration, search), violations }
    })
}

/// Executes every interleaving on this thread.
pub(in crate::explore) fn drive_brute_force(
    program: &Arc<dyn Program>,
    search: Search,
) -> Exploration {
    shown(program, drive(program, strategy(search), search.max_steps))
}

/// Executes every interleaving on this thread, for all violations.
pub(in crate::explore) fn drive_brute_force_all(
    program: &Arc<dyn Program>,
    search: Search,
) -> (Exploration, BTreeMap<Violation, Cost>) {
    drive_all(program, strategy(search), search.max_steps)
}

const fn strategy(search: Search) -> DepthFirst {
    DepthFirst::new(search.executions, !search.invisible)
}

pub(in crate::explore) fn judge(exploration: Exploration, search: Search) -> Exploration {
    // The search may just have ended at this execution; the strategy does not report that.
    let bound = Verdict::BoundHit(Bound::Executions(search.executions));
    let ended = (exploration.executions >= search.executions).then_some(bound);
    Exploration { verdict: exploration.verdict.clone().of_search(ended), ..exploration }.alarmed()
}
