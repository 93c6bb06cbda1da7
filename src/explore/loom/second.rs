//! A second opinion on violations that loom finds because it takes `SeqCst` for acquire and release.
//!
//! Where all accesses of the shared atomics are `SeqCst`, every execution is sequentially consistent (Lahav
//! et al., PLDI 2017). So an outcome of no interleaving is not an outcome at all, whatever loom reports.

use crate::explore::learned::exhaustive;
use crate::explore::search::Search;
use crate::explore::verdict::Verdict;
use crate::scenario::Scenario;

/// The maximum number of states that the search may find, or executions that it may run.
const MOST: u64 = 200_000;

/// The reason why loom's violation does not count; `None` if some interleaving violates a property too.
pub(super) fn opinion<S: Scenario>(scenario: &S) -> Option<String> {
    let search = Search { executions: MOST, max_states: MOST, ..Search::default() };
    let why = match exhaustive(scenario, search).verdict {
        Verdict::Broken(_) => return None,
        Verdict::Exhausted | Verdict::Blind(_) => "in every interleaving nothing breaks".to_owned(),
        other => format!("whether some interleaving breaks anything is not known ({other})"),
    };
    Some(format!("loom takes SeqCst for acquire/release, and {why}"))
}
