//! A verdict as one JSON object on one line: a stable interface for scripts and CI.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::explore::{Exploration, Verdict};
use crate::races::Search;
use crate::scenario::Budgets;

/// One verdict. A field that does not apply is `null`; only `elapsed_ms` differs between equal runs.
#[derive(Clone, Debug, Serialize)]
pub struct Line<'a> {
    /// The race's id.
    pub race: &'a str,
    /// `buggy` or `fixed`.
    pub variant: &'a str,
    /// The engine's name.
    pub engine: &'a str,
    /// The number of clients.
    pub clients: usize,
    /// `broken`, `exhausted`, `bound-hit`, `sampled`, `blind`, `uncontrolled` or `not-run`.
    pub verdict: &'a str,
    /// The property that was violated.
    pub property: Option<&'a str>,
    /// The number of times each fault might strike, by its name in schedules; all others were assumed away.
    pub budgets: Option<BTreeMap<String, u32>>,
    /// Where time stopped, in milliseconds since the execution began.
    pub instants_ms: Option<Vec<u64>>,
    /// The number of executions run.
    pub executions: u64,
    /// The number of distinct states, found by engines that remember them.
    pub states: Option<u64>,
    /// The number of transitions followed between them.
    pub transitions: Option<u64>,
    /// The number of runs of an actor alone.
    pub client_runs: Option<u64>,
    /// The number of operations carried out, each once for each state of what it touches.
    pub commands: Option<u64>,
    /// The number of executions run live.
    pub live_runs: Option<u64>,
    /// The number of states that are ends: all actors have ended.
    pub ends: Option<u64>,
    /// The number of preemptions in the failing interleaving.
    pub preemptions: Option<u32>,
    /// The number of faults in it.
    pub faults: Option<u32>,
    /// The actors of its steps, in order.
    pub schedule: Option<String>,
    /// Where random numbers started from.
    pub seed: Option<u64>,
    /// Wall-clock time in milliseconds.
    pub elapsed_ms: f64,
    /// Further remarks: how the property was violated, which bound was hit, why it was not run, and why a
    /// clean verdict says little.
    pub note: Option<String>,
}

impl<'a> Line<'a> {
    /// The line of one exploration.
    #[must_use]
    pub fn new(search: &Search, found: &'a Exploration) -> Self {
        let ran = (!matches!(found.verdict, Verdict::NotRun(_))).then_some(());
        Self {
            race: search.race.id,
            variant: search.which.name(),
            engine: search.engine.name(),
            clients: search.clients,
            verdict: found.verdict.name(),
            property: found.violation().map(|violation| violation.property.name()),
            budgets: ran.and(found.budgets.as_ref()).map(Budgets::by_fault),
            instants_ms: ran.map(|()| found.instants_ms().collect()),
            executions: found.executions,
            states: found.states,
            transitions: found.figures.map(|figures| figures.transitions),
            client_runs: found.figures.map(|figures| figures.client_runs),
            commands: found.figures.map(|figures| figures.commands),
            live_runs: found.figures.map(|figures| figures.live_runs),
            ends: found.figures.map(|figures| figures.ends),
            preemptions: found.cost.map(|cost| cost.preemptions),
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
    let said = [found.executed_again.clone(), found.vacuous.as_ref().map(ToString::to_string)];
    let said: Vec<String> = said.into_iter().flatten().collect();
    let alarm = (!said.is_empty()).then(|| said.join("; "));
    match &found.verdict {
        Verdict::Broken(violation) if found.minimal => {
            let states = found.states.unwrap_or(0);
            Some(format!("{}; none with fewer ({states} states)", violation.detail))
        }
        Verdict::Broken(violation) => Some(violation.detail.clone()),
        Verdict::BoundHit(bound) => Some(
            [Some(bound.to_string()), alarm].into_iter().flatten().collect::<Vec<_>>().join("; "),
        ),
        Verdict::Blind(why) | Verdict::Uncontrolled(why) | Verdict::NotRun(why) => {
            Some(why.clone())
        }
        Verdict::Exhausted | Verdict::Sampled => alarm,
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::Arc;

    use super::note;
    use crate::explore::{Sampling, Search, brute_force, exhaustive, random};
    use crate::races::lost_update;
    use crate::scenario::{Scenario, World};
    use crate::sync::{Runtime, Shared};

    /// Actors that each count for themselves.
    #[derive(Clone)]
    struct Apart(usize);

    impl Scenario for Apart {
        fn run<R: Runtime>(&self, world: &World<R>) {
            for name in ["alice", "bob"].into_iter().take(self.0) {
                let own = Arc::new(Shared::<R, u64>::new("own", 0));
                world.actor(name, move |_| own.with("add 1", |own| *own += 1));
            }
        }
    }

    #[test]
    fn a_clean_verdict_that_says_little_says_so() {
        let alone = "vacuous: there is only one interleaving";
        let apart = "vacuous: no actor ever touched what another one changed";
        let once = Search { executions: 1, ..Search::DEFAULT };
        let few = Sampling { executions: 10, ..Sampling::default() };
        for (found, expected) in [
            (exhaustive(&Apart(1), Search::DEFAULT), alone.to_owned()),
            (exhaustive(&Apart(2), Search::DEFAULT), apart.to_owned()),
            (random(&Apart(2), few), apart.to_owned()),
            (brute_force(&Apart(2), once), format!("1 execution; {apart}")),
        ] {
            assert_eq!(note(&found), Some(expected), "{found}");
        }
        assert_eq!(note(&exhaustive(&lost_update::Fixed, Search::DEFAULT)), None);
    }
}
