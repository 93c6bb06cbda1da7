//! Bodies of actors: they begin, return and end.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use super::super::alone::{Effect, NextOperation};
use super::{Mode, with};
use crate::machine::operation::Observation;
use crate::machine::resources::thread::Start;
use crate::machine::state::{Pending, Progress};
use crate::machine::value::Kept;
use crate::trace::ActorId;

/// The way in which the body of a new actor begins.
pub(in crate::sync::model) enum Begun {
    /// As a task.
    Task,
    /// At once, in place of the actor that starts it.
    Here,
    /// Not in this run.
    Elsewhere,
}

/// The calling actor starts another one.
pub(in crate::sync::model) fn spawn(actor: ActorId) -> Begun {
    with(|session| {
        let is_main = session.is_main();
        session.took.remove(session.me);
        match &mut session.mode {
            Mode::Alone(alone) => {
                if alone.enter(actor) {
                    return Begun::Here;
                }
                if !is_main {
                    alone.effect(Effect::Spawn(actor));
                }
                Begun::Elsewhere
            }
            Mode::Direct => {
                session.started.push(actor);
                Begun::Elsewhere
            }
            Mode::Live(_) => {
                let start = Pending { operation: Rc::new(Start), announced: Vec::new() };
                session.state.set_progress(actor, Progress::Before(start));
                session.live_mut().add_task(actor);
                Begun::Task
            }
        }
    })
}

/// The body of the calling actor returned this.
pub(in crate::sync::model) fn returned(result: Kept) {
    with(|session| session.returned.insert(session.me, result));
}

/// The body of an actor is over. A join returns `result`, or the value that the body returned.
pub(in crate::sync::model) fn ended(actor: ActorId, result: Option<Kept>) {
    with(|session| {
        session.refuse_if_missed(actor);
        let seen = session.returned.remove(actor).or(result).map(Observation::Value);
        match &mut session.mode {
            Mode::Alone(alone) if session.me == actor => alone.end(seen),
            Mode::Alone(_) | Mode::Direct => {}
            Mode::Live(_) => drop(session.state.set_progress(actor, Progress::Ended(seen))),
        }
    });
}

/// Runs the body of an actor in place of the one that starts it, which goes no further.
pub(in crate::sync::model) fn run_here(actor: ActorId, body: impl FnOnce()) {
    let starter = with(|session| session.goes_on_with(actor));
    let came = catch_unwind(AssertUnwindSafe(body));
    let end = came.err().unwrap_or_else(|| Box::new(NextOperation));
    with(|session| {
        session.stop();
        // The starter's actions while it unwinds are attributed to no actor.
        session.me = starter;
    });
    resume_unwind(end)
}
