//! Actors that unwind: their calls have no effect in the meantime.

use super::{Mode, SESSION, actor_name, exists, me, with};
use crate::sync::inert;
use crate::trace::ActorId;

/// Returns whether the seam does nothing for the caller: the checker unwinds it, or it panics, or its run is
/// over.
pub(crate) fn is_inert() -> bool {
    inert()
        || !exists()
        || with(|session| match &session.mode {
            Mode::Alone(alone) => alone.is_over() && session.me != ActorId::MAIN,
            _ => false,
        })
}

/// The same, for what changes something or waits: if the caller panics, and goes on after that, the change is
/// missing.
pub(crate) fn passes_over() -> bool {
    let passes = is_inert();
    if passes && exists() {
        with(|session| {
            let me = session.me;
            let is_stopped = match &session.mode {
                Mode::Alone(alone) => alone.is_over(),
                Mode::Live(live) => live.is_killed(me) || live.over,
                Mode::Direct => false,
            };
            if !is_stopped && session.keeps_values() {
                session.missed.insert(me);
            }
        });
    }
    passes
}

/// Returns whether the checker unwinds the calling actor, so that a panic would be a second one.
pub(crate) fn is_unwinding() -> bool {
    SESSION
        .try_with(|session| {
            let Ok(mut session) = session.try_borrow_mut() else { return false };
            session.as_mut().is_some_and(|session| match &session.mode {
                Mode::Alone(alone) => alone.is_over() && alone.stops_unwinding,
                Mode::Live(live) => live.is_killed(session.me),
                Mode::Direct => false,
            })
        })
        .unwrap_or(false)
}

/// Explains why the calling actor, for which the seam is inert, cannot wait for the end of another.
pub(in crate::sync::model) fn joins_in_vain(other: ActorId) -> String {
    let (who, other) = (actor_name(me()), actor_name(other));
    let is_stopped = with(|session| matches!(&session.mode, Mode::Alone(alone) if alone.is_over()));
    match is_stopped {
        true => format!(
            "a destructor of {who} waits for the end of {other}, so that {who} cannot be stopped before \
             that, as a search has to: let destructors wait for nobody"
        ),
        false => format!(
            "a destructor of {who} waits for the end of {other} while {who} is unwound: let destructors wait \
             for nobody"
        ),
    }
}
