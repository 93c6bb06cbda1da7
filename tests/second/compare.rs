//! Compares the learned search with every interleaving executed live.

use std::collections::BTreeSet;
use std::fmt;

use lockproof::explore::{Bound, Census, Search, Verdict, brute_force_census, census};
use lockproof::scenario::Scenario;

/// What came of a comparison.
pub enum Agreement {
    /// Both ended, with these outcomes.
    Same { executions: u64, outcomes: usize },
    /// The verdicts are not the same: that of the learned search, and that of brute force.
    Verdicts(Verdict, Verdict),
    /// Both say that they are exhausted, and the outcomes are not the same.
    Outcomes { missed: BTreeSet<String>, invented: BTreeSet<String>, common: usize },
    /// Neither is exhausted, for the same reason.
    Both { executions: u64 },
    /// Brute force did not end.
    TooMany,
}

/// Runs both searches.
pub fn compare<S: Scenario>(scenario: &S, most: u64) -> Agreement {
    compare_alike(scenario, most, &[])
}

/// Runs both searches; the clients `alike` can change places.
pub fn compare_alike<S: Scenario>(scenario: &S, most: u64, alike: &[&str]) -> Agreement {
    let search = Search { executions: most, ..Search::DEFAULT };
    let live = brute_force_census(scenario, search);
    let verdict = live.exploration.verdict.clone();
    if verdict == Verdict::BoundHit(Bound::Executions(most)) {
        return Agreement::TooMany;
    }
    let learned = census(scenario, search);
    if learned.exploration.verdict != verdict {
        return Agreement::Verdicts(learned.exploration.verdict, verdict);
    }
    if verdict != Verdict::Exhausted {
        return Agreement::Both { executions: live.exploration.executions };
    }
    let [learned, expected] = [&learned, &live].map(|census| texts(census, alike));
    if learned == expected {
        return Agreement::Same {
            executions: live.exploration.executions,
            outcomes: expected.len(),
        };
    }
    Agreement::Outcomes {
        missed: expected.difference(&learned).cloned().collect(),
        invented: learned.difference(&expected).cloned().collect(),
        common: expected.intersection(&learned).count(),
    }
}

/// The violations, up to the names of the clients that are alike.
fn texts(census: &Census, alike: &[&str]) -> BTreeSet<String> {
    census.violations.keys().map(|violation| canonical(&violation.to_string(), alike)).collect()
}

/// The least of the texts that renaming the clients makes of this one.
fn canonical(text: &str, alike: &[&str]) -> String {
    let orders = permutations(alike.len());
    orders.into_iter().map(|order| renamed(text, alike, &order)).min().unwrap_or_default()
}

fn renamed(text: &str, alike: &[&str], order: &[usize]) -> String {
    let mut text = text.replacen(": ", ": ; ", 1);
    for (from, name) in alike.iter().enumerate() {
        text = text.replace(name, &format!("\u{1}{from}\u{2}"));
    }
    for (from, to) in order.iter().enumerate() {
        text = text.replace(&format!("\u{1}{from}\u{2}"), alike[*to]);
    }
    // What is listed by name is in another order now.
    let mut parts: Vec<&str> = text.split("; ").collect();
    parts.sort_unstable();
    parts.join("; ")
}

fn permutations(of: usize) -> Vec<Vec<usize>> {
    (0..of).fold(vec![Vec::new()], |all, next| {
        let longer = |order: &Vec<usize>| -> Vec<Vec<usize>> {
            let with = |at| {
                let mut longer = order.clone();
                longer.insert(at, next);
                longer
            };
            (0..=order.len()).map(with).collect()
        };
        all.iter().flat_map(longer).collect()
    })
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same { executions, outcomes } => {
                write!(f, "{outcomes} outcomes of {executions} executions")
            }
            Self::Verdicts(learned, live) => write!(f, "learned: {learned}; live: {live}"),
            Self::Outcomes { missed, invented, common } => {
                write!(
                    f,
                    "both exhausted; {common} in common; missed {missed:#?}; invented {invented:#?}"
                )
            }
            Self::Both { executions } => {
                write!(f, "neither is exhausted after {executions} executions")
            }
            Self::TooMany => f.write_str("too many executions"),
        }
    }
}
