//! The events that an actor records, and the observations of it that still matter.

use std::hash::Hash;

use super::super::alone::Fold;
use super::steps::{ask, effect};
use super::unwinding::is_inert;
use super::{Mode, me, with};
use crate::machine::resources::shared::Record;
use crate::machine::resources::thread::Rounds;
use crate::trace;
use crate::trace::{ActorId, Event, Kind, ObjectId};

/// Records an action of the calling actor that is no operation on a shared object.
pub(crate) fn record(kind: Kind) {
    if matches!(kind, Kind::Panic(_)) {
        // Nothing catches it: the execution is over.
        with(|session| session.missed.remove(&session.me));
    }
    let reveal = with(|session| session.announced.remove(session.me));
    for kind in reveal.into_iter().flatten().chain([kind]) {
        let event = Event { actor: me(), kind };
        effect(Record(event));
    }
}

/// Takes an event that an actor's own code records. The main actor's events are no part of what is learned.
pub(super) fn take(event: Event) {
    let Event { actor, kind } = event;
    if actor == ActorId::MAIN {
        if !with(|session| matches!(session.mode, Mode::Alone(_))) {
            trace::append(actor, || kind);
        }
    } else if !is_inert() {
        if actor == me() { record(kind) } else { effect(Record(Event { actor, kind })) }
    }
}

/// Keeps an event of the calling actor's next step, to be recorded just before that step takes effect.
pub(crate) fn announce(kind: Kind) {
    with(|session| session.announced.or_default(session.me).push(kind));
}

/// Records the announced events of the calling actor now: they begin.
pub(crate) fn reveal() {
    let announced = with(|session| session.announced.remove(session.me));
    for kind in announced.into_iter().flatten() {
        effect(Record(Event { actor: me(), kind }));
    }
}

/// The calling actor learns no more of its last step than this.
pub(crate) fn observe<T: Hash>(seen: &T) {
    with(|session| {
        if let Mode::Alone(alone) = &mut session.mode {
            alone.observe(&|mut hasher| seen.hash(&mut hasher));
        }
    });
}

/// Begins a loop whose failed rounds do not matter. Returns the argument for [`next_round`].
pub(crate) fn rounds() -> usize {
    if is_inert() {
        return 0;
    }
    ask(Rounds);
    with(|session| match &session.mode {
        Mode::Alone(alone) => alone.told(),
        _ => 0,
    })
}

/// A round has failed: its observations do not matter.
pub(crate) fn next_round(begun: usize) {
    fold(Fold::Since(begun));
}

/// Of all observations of the calling actor, only this matters from here on.
pub(crate) fn only<T: Hash>(value: &T) {
    fold(Fold::All);
    observe(&("only", value));
}

pub(super) fn fold(fold: Fold) {
    with(|session| {
        if let Mode::Alone(alone) = &mut session.mode {
            alone.fold(fold);
        }
    });
}

/// The calling actor took a mutex in its last step.
pub(crate) fn took(mutex: ObjectId) {
    with(|session| session.took.insert(session.me, mutex));
}

/// The calling actor did something that others can notice, though it is no step.
pub(crate) fn noticed() {
    with(|session| session.took.remove(session.me));
}

/// Returns whether the calling actor took this mutex in its last step, and has done nothing since that is
/// visible to others.
pub(crate) fn has_just_taken(mutex: ObjectId) -> bool {
    with(|session| session.took.get(session.me) == Some(&mutex))
}
