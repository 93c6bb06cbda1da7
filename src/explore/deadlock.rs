//! Who waits for what when nobody can go on, for an engine that says only that nobody can.

use std::collections::{BTreeMap, BTreeSet};

use crate::machine::operation::Blocked;
use crate::sync::Awaited;
use crate::trace::{ActorId, Event, Kind, ObjectId, Trace};

/// What keeps those who wait from going on, by what was recorded until then: for an engine that says only
/// that nobody can.
pub(super) fn stuck(
    awaited: &BTreeMap<ActorId, Awaited>,
    trace: &Trace,
) -> Vec<(ActorId, Blocked)> {
    let held = |mutex| holder(mutex, awaited, trace);
    let why = |(actor, on): (&ActorId, &Awaited)| match on {
        Awaited::Lock(mutex) => (*actor, Blocked::Mutex(*mutex, held(*mutex))),
        Awaited::End(other) => (*actor, Blocked::End(*other)),
        Awaited::Condition(what) => (*actor, Blocked::Condition(what.clone())),
        // Whoever was told needs the mutex. That a notification came after the wait was recorded does not
        // prove that it was heard, but the mutex is needed in any case.
        Awaited::Wake { condvar, mutex } => match held(*mutex) {
            Some(holder) if told(*actor, *condvar, trace) => {
                (*actor, Blocked::Mutex(*mutex, Some(holder)))
            }
            _ => (*actor, Blocked::Notification(*condvar)),
        },
    };
    let all: Vec<_> = awaited.iter().map(why).collect();
    // The main actor as a rule only waits for the others to end.
    let keeps_others =
        all.iter().any(|(_, on)| matches!(on, Blocked::Mutex(_, Some(ActorId::MAIN))));
    let matters = |(actor, on): &(ActorId, Blocked)| {
        *actor != ActorId::MAIN || keeps_others || !matches!(on, Blocked::End(_))
    };
    all.into_iter().filter(matters).collect()
}

/// Who has the mutex: took it, has not released it, and does not wait on a condition variable meanwhile.
fn holder(mutex: ObjectId, awaited: &BTreeMap<ActorId, Awaited>, trace: &Trace) -> Option<ActorId> {
    let mut holders = BTreeSet::new();
    for event in &trace.events {
        match event.kind {
            Kind::Lock { object, .. } if object == mutex => holders.insert(event.actor),
            Kind::Unlock { object, .. } if object == mutex => holders.remove(&event.actor),
            _ => false,
        };
    }
    let waits = |actor: &ActorId| match awaited.get(actor) {
        Some(Awaited::Wake { mutex: released, .. }) => *released == mutex,
        _ => false,
    };
    holders.into_iter().find(|actor| !waits(actor))
}

/// Whether somebody notified the condition variable since the actor began to wait on it.
fn told(actor: ActorId, condvar: ObjectId, trace: &Trace) -> bool {
    let began = |event: &&Event| {
        event.actor == actor && matches!(event.kind, Kind::Wait { object, .. } if object == condvar)
    };
    let mut since = trace.events.iter().rev().take_while(|event| !began(event));
    since.any(|event| matches!(event.kind, Kind::Notify { object, .. } if object == condvar))
}
