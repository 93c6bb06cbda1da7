//! One execution of a scenario, on whichever runtime.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::monitors::Monitors;
use super::{Property, Scenario, Violation, World};
use crate::sync::{Doom, Runtime, panic_message};
use crate::trace::{self, ActorId, Kind, Recorder, Trace};

/// Sets the scenario up, lets its actors run to their ends, and judges what they did: the first
/// property that was broken, if any was. What happened is in `recorder`.
pub(crate) fn execute<R: Runtime>(
    scenario: &impl Scenario,
    recorder: &Recorder,
) -> Option<Violation> {
    let _scope = trace::enter(Some(recorder.clone()));
    let monitors = Monitors::default();
    recorder.watch(monitors.clone());
    match catch_unwind(AssertUnwindSafe(|| run::<R>(scenario, recorder, &monitors))) {
        Ok(violation) => violation,
        Err(payload) if R::collapsed() => resume_unwind(payload),
        // The main actor was in the middle of something when the execution was ended.
        Err(payload) if payload.is::<Doom>() => monitors.violation(),
        Err(payload) => {
            let message = panic_message(payload.as_ref());
            trace::record(ActorId::MAIN, || Kind::Panic(message));
            recorder.with_trace(panicked)
        }
    }
}

fn run<R: Runtime>(
    scenario: &impl Scenario,
    recorder: &Recorder,
    monitors: &Monitors,
) -> Option<Violation> {
    let world = World::<R>::new(monitors.clone());
    scenario.run(&world);
    world.play(&scenario.budgets());
    if R::abandoned() {
        return None;
    }
    // What the others did once one had panicked says little.
    recorder.with_trace(panicked).or_else(|| world.judge(recorder))
}

/// The first panic of an actor, if there was one.
fn panicked(trace: &Trace) -> Option<Violation> {
    trace.events.iter().find_map(|event| match &event.kind {
        Kind::Panic(message) => Some(Violation {
            property: Property::NoPanic,
            detail: format!("{} panicked: {message}", trace.actor(event.actor)),
        }),
        _ => None,
    })
}
