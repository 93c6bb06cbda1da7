//! Real threads, many times over: what a test without a model checker amounts to.

use std::time::Instant;

use super::quiet::Quiet;
use super::{Exploration, Verdict};
use crate::scenario::{Scenario, execute};
use crate::sync::Std;
use crate::trace::{Recorder, Trace};

/// Repeats the scenario on real threads, at most `repetitions` times, until something breaks. How often
/// that takes is up to the machine. Faults other than the clock's it cannot have strike. A scenario that can deadlock never comes back from here.
#[must_use]
pub fn stress<S: Scenario>(scenario: &S, repetitions: u64) -> Exploration {
    let _quiet = Quiet::new();
    let begun = Instant::now();
    if let Some(why) = scenario.budgets().need_steering() {
        return Exploration::of(Verdict::NotRun(why), begun);
    }
    let mut longest = 0;
    for execution in 1..=repetitions {
        let recorder = Recorder::new();
        let violation = execute::<Std>(scenario, &recorder);
        longest = longest.max(recorder.with_trace(Trace::steps));
        if let Some(violation) = violation {
            return Exploration {
                executions: execution,
                longest,
                trace: Some(recorder.trace()),
                ..Exploration::of(Verdict::Broken(violation), begun)
            };
        }
    }
    Exploration { executions: repetitions, longest, ..Exploration::of(Verdict::Sampled, begun) }
}
