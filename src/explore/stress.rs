//! Real threads, many times over: what a test without a model checker amounts to.

use std::time::Instant;

use super::progress::{self, beat};
use super::quiet::Quiet;
use super::vacuity::Contention;
use super::{Exploration, Verdict};
use crate::scenario::{Scenario, execute};
use crate::sync::Std;
use crate::trace::{Recorder, Trace};

/// Repeats the scenario on real threads, at most `repetitions` times, until something breaks. How often
/// that takes is up to the machine. Faults other than the clock's cannot strike real threads. Where time has
/// to pass, an actor that sleeps moves the clock itself.
///
/// Threads that deadlock never come back from here; [`stress_in_child`](super::stress_in_child()) does.
#[must_use]
pub fn stress<S: Scenario>(scenario: &S, repetitions: u64) -> Exploration {
    let _quiet = Quiet::new();
    let begun = Instant::now();
    if let Some(why) = scenario.budgets().need_steering() {
        return Exploration::of(Verdict::NotRun(why), begun);
    }
    progress::begin();
    let mut longest = 0;
    let mut contention = Contention::default();
    for execution in 1..=repetitions {
        beat(execution, None, None);
        let recorder = Recorder::new();
        let violation = execute::<Std>(scenario, &recorder);
        longest = longest.max(recorder.with_trace(Trace::steps));
        // With one actor, and the main one, there is one order.
        contention.look(recorder.with_trace(|trace| trace.actors.len() > 2), &recorder);
        if let Some(violation) = violation {
            return Exploration {
                executions: execution,
                longest,
                trace: Some(recorder.trace()),
                ..Exploration::of(Verdict::Broken(violation), begun)
            };
        }
    }
    Exploration {
        executions: repetitions,
        longest,
        vacuous: contention.alarm(),
        ..Exploration::of(Verdict::Sampled, begun)
    }
}
