//! Real threads, repeated many times: the equivalent of a test without a model checker.

use std::panic::resume_unwind;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::evidence::Evidence;
use super::progress::{self, beat};
use super::quiet::Quiet;
use super::{Exploration, Verdict};
use crate::scenario::program::Program;
use crate::scenario::{Ran, Scenario, execute};
use crate::sync::Std;
use crate::trace::{Recorder, Trace};

/// Repeats the scenario on real threads, at most `repetitions` times, until something breaks. The number of
/// repetitions until then depends on the machine. Faults other than the clock's cannot strike real threads.
/// Where time has to pass, an actor that sleeps advances the clock itself.
///
/// Deadlocked threads never return from here; [`stress_in_child`](super::stress_in_child()) does.
#[must_use]
pub fn stress<S: Scenario>(scenario: &S, repetitions: u64) -> Exploration {
    let _quiet = Quiet::new();
    let begun = Instant::now();
    if let Some(why) = Scenario::budgets(scenario).need_steering() {
        return Exploration::of(Verdict::NotRun(why), begun);
    }
    progress::begin();
    let mut longest = 0;
    let mut shown = Evidence::default();
    for execution in 1..=repetitions {
        beat(execution, None);
        let recorder = Recorder::new();
        let ended = run_once(scenario, &recorder);
        longest = longest.max(recorder.with_trace(Trace::steps));
        let Ran { violation, monitors } = match ended {
            Ok(ran) => ran,
            Err(refused) => {
                let not_run = Exploration::of(Verdict::NotRun(refused), begun);
                let trace = Some(recorder.trace());
                return Exploration { executions: execution, longest, trace, ..not_run };
            }
        };
        // `OneExecution` is only reported where all interleavings were searched.
        shown.look(true, &monitors, &recorder);
        recorder.with_trace(|trace| shown.stopped(&trace.events));
        if let Some(violation) = violation {
            return Exploration {
                executions: execution,
                longest,
                trace: Some(recorder.trace()),
                shown,
                budgets: Some(Program::budgets(scenario)),
                ..Exploration::of(Verdict::Broken(violation), begun)
            };
        }
    }
    Exploration {
        executions: repetitions,
        longest,
        shown,
        budgets: Some(Program::budgets(scenario)),
        ..Exploration::of(Verdict::Sampled, begun)
    }
    .alarmed()
}

/// The time that an execution that does not count may take to end by itself.
const GRACE: Duration = Duration::from_secs(1);

/// Runs one execution on a thread of its own. Where a command ended an actor that the others wait for, they
/// are left behind.
///
/// # Errors
///
/// Fails if the execution does not count, with the reason.
fn run_once<S: Scenario>(scenario: &S, recorder: &Recorder) -> Result<Ran, String> {
    let (scenario, recorded) = (scenario.clone(), recorder.clone());
    let (found, answer) = mpsc::channel();
    let thread = thread::spawn(move || {
        let set_up = |world: &_| scenario.on_threads(world);
        let budgets = Program::budgets(&scenario);
        let _ = found.send(execute::<Std>(&set_up, &budgets, &recorded, &|| None));
    });
    let mut was_refused = false;
    let ran = loop {
        match answer.recv_timeout(GRACE) {
            Ok(ran) => break Some(ran),
            Err(RecvTimeoutError::Timeout) if was_refused => break None,
            Err(RecvTimeoutError::Timeout) => was_refused = recorder.refused().is_some(),
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Ok(()) => break None,
                Err(payload) => resume_unwind(payload),
            },
        }
    };
    match (recorder.refused(), ran) {
        (None, Some(ran)) => Ok(ran),
        (refused, _) => Err(refused.unwrap_or_default()),
    }
}
