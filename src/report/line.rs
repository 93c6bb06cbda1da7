//! A verdict as one JSON object on one line: a stable interface for scripts and CI.

use serde::Serialize;

use crate::explore::{Exploration, Verdict};
use crate::races::Search;

/// One verdict. What does not apply is `null`; only `elapsed_ms` differs between equal runs.
#[derive(Clone, Debug, Serialize)]
pub struct Line<'a> {
    /// The race's id.
    pub race: &'a str,
    /// `buggy` or `fixed`.
    pub variant: &'a str,
    /// The engine's name.
    pub engine: &'a str,
    /// How many clients took part.
    pub clients: usize,
    /// `broken`, `exhausted`, `bound-hit`, `sampled`, `blind` or `not-run`.
    pub verdict: &'a str,
    /// What was broken.
    pub property: Option<&'a str>,
    /// How many executions were run.
    pub executions: u64,
    /// How many distinct states were seen, by engines that remember them.
    pub states: Option<u64>,
    /// How many preemptions the failing interleaving has.
    pub switches: Option<u32>,
    /// How many faults it has.
    pub faults: Option<u32>,
    /// Who takes its steps, in order.
    pub schedule: Option<String>,
    /// Where random numbers started from.
    pub seed: Option<u64>,
    /// Wall-clock time in milliseconds.
    pub elapsed_ms: f64,
    /// What else there is to say: how the property was broken, which bound was hit, why it was not run.
    pub note: Option<String>,
}

impl<'a> Line<'a> {
    /// The line of one exploration.
    #[must_use]
    pub fn new(search: &Search, found: &'a Exploration) -> Self {
        Self {
            race: search.race.id,
            variant: search.which.name(),
            engine: search.engine.name(),
            clients: search.clients,
            verdict: found.verdict.name(),
            property: found.violation().map(|violation| violation.property.name()),
            executions: found.executions,
            states: found.states,
            switches: found.cost.map(|cost| cost.switches),
            faults: found.cost.map(|cost| cost.faults),
            schedule: found.schedule.as_ref().map(ToString::to_string),
            seed: found.seed,
            elapsed_ms: (found.elapsed.as_secs_f64() * 10_000.0).round() / 10.0,
            note: note(found),
        }
    }

    /// The JSON object, with no line end.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers can be written as JSON")
    }
}

fn note(found: &Exploration) -> Option<String> {
    match &found.verdict {
        Verdict::Broken(violation) if found.minimal => {
            let states = found.states.unwrap_or(0);
            Some(format!("{}; none with fewer ({states} states)", violation.detail))
        }
        Verdict::Broken(violation) => Some(violation.detail.clone()),
        Verdict::BoundHit(bound) => Some(bound.to_string()),
        Verdict::Blind(why) | Verdict::NotRun(why) => Some(why.clone()),
        Verdict::Exhausted | Verdict::Sampled => None,
    }
}
