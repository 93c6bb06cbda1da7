//! One execution of a scenario, on whichever runtime.

use super::{Property, Scenario, Violation, World};
use crate::sync::Runtime;
use crate::trace::{self, Kind, Recorder, Trace};

/// Sets the scenario up, lets its actors run to their ends, and judges what they did: the first
/// property that was broken, if any was. What happened is in `recorder`.
pub(crate) fn execute<R: Runtime>(
    scenario: &impl Scenario,
    recorder: &Recorder,
) -> Option<Violation> {
    let _scope = trace::enter(Some(recorder.clone()));
    let world = World::<R>::new();
    recorder.watch(world.watchers());
    scenario.run(&world);
    world.play(&scenario.budgets());
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
