//! Real threads, many times over: what a test without a model checker amounts to.

use std::time::Instant;

use super::quiet::Quiet;
use super::{Exploration, Verdict};
use crate::scenario::{Scenario, execute};
use crate::sync::Std;
use crate::trace::Recorder;

/// Repeats the scenario on real threads, at most `repetitions` times, until something breaks. How often
/// that takes is up to the machine. A scenario that can deadlock never comes back from here.
#[must_use]
pub fn stress<S: Scenario>(scenario: &S, repetitions: u64) -> Exploration {
    let _quiet = Quiet::new();
    let begun = Instant::now();
    let mut longest = 0;
    for execution in 1..=repetitions {
        let outcome = execute::<Std>(scenario, &Recorder::new());
        let steps = outcome
            .trace
            .events
            .iter()
            .filter(|event| event.kind.is_step())
            .count();
        longest = longest.max(steps);
        if let Some(violation) = outcome.violation {
            return Exploration {
                verdict: Verdict::Broken(violation),
                executions: execution,
                states: None,
                longest,
                elapsed: begun.elapsed(),
                trace: Some(outcome.trace),
                schedule: None,
                seed: None,
            };
        }
    }
    Exploration {
        verdict: Verdict::Sampled,
        executions: repetitions,
        states: None,
        longest,
        elapsed: begun.elapsed(),
        trace: None,
        schedule: None,
        seed: None,
    }
}
