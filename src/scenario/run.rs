//! One execution of a scenario, on whichever runtime.

use super::{Property, Scenario, Violation, World};
use crate::sync::Runtime;
use crate::trace::{self, Kind, Recorder, Trace};

/// What one execution came to.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) violation: Option<Violation>,
    pub(crate) trace: Trace,
}

/// Sets the scenario up, lets its actors run to their ends, and judges what they did.
pub(crate) fn execute<R: Runtime>(scenario: &impl Scenario, recorder: &Recorder) -> Outcome {
    let _scope = trace::enter(Some(recorder.clone()));
    let world = World::<R>::new();
    recorder.watch(world.watchers());
    scenario.run(&world);
    world.play(&scenario.budgets());
    let trace = recorder.trace();
    let violation = panicked(&trace).or_else(|| world.judge(&trace));
    Outcome {
        violation,
        trace: recorder.trace(),
    }
}

/// The first panic of an actor, if there was one: what the others then did says little.
fn panicked(trace: &Trace) -> Option<Violation> {
    trace.events.iter().find_map(|event| match &event.kind {
        Kind::Panic(message) => Some(Violation {
            property: Property::NoPanic,
            detail: format!("{} panicked: {message}", trace.actor(event.actor)),
        }),
        _ => None,
    })
}
