//! One execution of a scenario, on whichever runtime.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::outcome::{Deadlock, Outcome, panic, panicked};
use super::program::Program;
use super::property::set::{MonitorSet, Monitors};
use super::{Budgets, Violation, World};
use crate::sync::{Doom, Model, Runtime, panic_message};
use crate::trace::{self, ActorId, Kind, Recorder};

/// The result of an execution.
pub(crate) struct Ran {
    /// The first violation, if there is one.
    pub(crate) violation: Option<Violation>,
    /// The monitors that watched it.
    pub(crate) monitors: Monitors,
}

/// Sets the scenario up, runs its actors to their ends, and judges the result. `recorder` has the events.
pub(crate) fn execute<R: Runtime>(
    set_up: &dyn Fn(&World<R>),
    budgets: &Budgets,
    recorder: &Recorder,
    deadlock: &dyn Fn() -> Option<Deadlock>,
) -> Ran {
    let _scope = trace::enter(Some(recorder.clone()));
    let monitors = Monitors::default();
    recorder.watch(monitors.clone());
    let violation = match catch_unwind(AssertUnwindSafe(|| {
        run::<R>(set_up, budgets, recorder, deadlock, &monitors)
    })) {
        Ok(violation) => violation,
        Err(payload) if R::collapsed() => resume_unwind(payload),
        // The main actor was in the middle of something when the execution was ended.
        Err(payload) if payload.is::<Doom>() => monitors.violation(),
        Err(payload) => {
            let message = panic_message(payload.as_ref());
            trace::record(ActorId::MAIN, || Kind::Panic(message));
            recorder.with_trace(panicked)
        }
    };
    Ran { violation, monitors }
}

/// Judges an end that was not executed: sets the scenario up on the model, has `end` fill the world, and asks
/// `monitors`, in the state they have reached, and `finally`. It takes a session in which operations take
/// effect at once; `recorder` knows the names.
pub(crate) fn judge_end(
    program: &dyn Program,
    recorder: &Recorder,
    monitors: &MonitorSet,
    end: impl FnOnce(),
) -> Option<Violation> {
    let own = Monitors::default();
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let world = World::<Model>::new(own.clone());
        program.on_model(&world);
        world.start(&program.budgets());
        end();
        own.replace(monitors.clone());
        world.judge(recorder)
    }));
    judged.unwrap_or_else(|payload| Some(panic("main", &panic_message(payload.as_ref()))))
}

fn run<R: Runtime>(
    set_up: &dyn Fn(&World<R>),
    budgets: &Budgets,
    recorder: &Recorder,
    deadlock: &dyn Fn() -> Option<Deadlock>,
    monitors: &Monitors,
) -> Option<Violation> {
    let world = World::<R>::new(monitors.clone());
    set_up(&world);
    // The clock is an actor too where it may tick at a bad moment.
    R::expect(world.parts.borrow().actors.len() + usize::from(budgets.max_ticks() > 0));
    world.play(budgets);
    if R::is_abandoned() {
        return None;
    }
    let outcome = Outcome {
        monitors: monitors.violation(),
        panicked: recorder.with_trace(panicked),
        deadlock: deadlock().map(|it| recorder.with_trace(|names| it.violation(names))),
    };
    outcome.first().or_else(|| world.judge(recorder))
}
