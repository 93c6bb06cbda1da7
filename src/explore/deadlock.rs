//! Explanation of a deadlock, for an engine that reports only that there is one.

use std::collections::{BTreeMap, BTreeSet};

use crate::machine::operation::Blocked;
use crate::sync::Awaited;
use crate::trace::{ActorId, Event, Kind, ObjectId, Trace};

/// The reason why each waiting actor is blocked, read from the record so far, for an engine that reports only
/// the deadlock itself.
pub(super) fn stuck(
    awaited: &BTreeMap<ActorId, Awaited>,
    trace: &Trace,
) -> Vec<(ActorId, Blocked)> {
    let held = |mutex| holder(mutex, awaited, trace);
    let why = |(actor, on): (&ActorId, &Awaited)| match on {
        Awaited::Lock(mutex) => (*actor, Blocked::Mutex(*mutex, held(*mutex))),
        Awaited::End(other) => (*actor, Blocked::End(*other)),
        Awaited::Condition(what) => (*actor, Blocked::Condition(what.clone())),
        // A notified waiter needs the mutex. A notification recorded after the wait does not prove that it
        // was received, but the mutex is needed in any case.
        Awaited::Wake { condvar, mutex } => match held(*mutex) {
            Some(holder) if told(*actor, *condvar, trace) => {
                (*actor, Blocked::Mutex(*mutex, Some(holder)))
            }
            _ => (*actor, Blocked::Notification(*condvar)),
        },
    };
    let all: Vec<_> = awaited.iter().map(why).collect();
    // The main actor usually waits only for the others to end.
    let keeps_others =
        all.iter().any(|(_, on)| matches!(on, Blocked::Mutex(_, Some(ActorId::MAIN))));
    let matters = |(actor, on): &(ActorId, Blocked)| {
        *actor != ActorId::MAIN || keeps_others || !matches!(on, Blocked::End(_))
    };
    all.into_iter().filter(matters).collect()
}

/// The holder of the mutex: it took the mutex, has not released it, and is not waiting on a condition
/// variable.
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

/// Returns whether the condition variable was notified since the actor began to wait on it.
fn told(actor: ActorId, condvar: ObjectId, trace: &Trace) -> bool {
    let began = |event: &&Event| {
        event.actor == actor && matches!(event.kind, Kind::Wait { object, .. } if object == condvar)
    };
    let mut since = trace.events.iter().rev().take_while(|event| !began(event));
    since.any(|event| matches!(event.kind, Kind::Notify { object, .. } if object == condvar))
}
