//! A cell of the detection matrix: the result of an engine on a variant, in a few words.

use super::markdown::number;
use crate::explore::{Bound, Engine, Exploration, Verdict};

/// The result of an engine, in a few words.
pub(super) fn cell(engine: Engine, found: &Exploration) -> String {
    let executions = match found.states {
        Some(states) => format!("{} states", number(states)),
        None => number(found.executions),
    };
    let text = match &found.verdict {
        Verdict::Broken(_) => format!("**found** {executions}"),
        Verdict::Exhausted => format!("exhausted {executions}"),
        Verdict::Sampled => format!("sampled {executions}"),
        Verdict::BoundHit(Bound::Executions(bound)) => format!("bound {}", number(*bound)),
        Verdict::BoundHit(Bound::Engine(_)) if engine == Engine::Stress => "did not end".to_owned(),
        Verdict::BoundHit(bound) => format!("bound: {bound}"),
        Verdict::Blind(_) => "blind".to_owned(),
        Verdict::Uncontrolled(_) => "uncontrolled".to_owned(),
        Verdict::NotRun(_) => return "not run".to_owned(),
    };
    if engine == Engine::Stress { format!("{text} {VARIES}") } else { text }
}

/// Stands in a cell that differs from run to run.
const VARIES: &str = "<!-- varies -->";

/// Returns whether two documents say the same, except for what differs from run to run.
#[must_use]
pub fn agree(one: &str, other: &str) -> bool {
    let settled = |text: &str| {
        let cells = |line: &str| {
            let cells =
                line.split('|').map(|cell| if cell.contains(VARIES) { VARIES } else { cell });
            cells.map(str::to_owned).collect::<Vec<_>>()
        };
        text.lines().map(cells).collect::<Vec<_>>()
    };
    settled(one) == settled(other)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::agree;

    #[test]
    fn only_what_varies_may_differ() {
        let page =
            |stress: &str, loom: &str| format!("| a | {stress} <!-- varies --> | {loom} |\n");
        assert!(agree(&page("sampled 2,000", "found 4"), &page("found 3", "found 4")));
        assert!(!agree(&page("sampled 2,000", "found 4"), &page("sampled 2,000", "found 5")));
    }
}
