//! Who waits for what when nobody can go on, in a sentence.

use std::collections::{BTreeMap, BTreeSet};

use crate::scenario::{Property, Violation};
use crate::sync::Awaited;
use crate::sync::board::Stuck;
use crate::trace::{ActorId, Event, Kind, ObjectId, Trace};

/// The violation that a deadlock is.
pub(super) fn deadlock(stuck: &[(ActorId, Stuck)], trace: &Trace) -> Violation {
    let waits = stuck.iter().map(|(actor, on)| {
        format!("{} waits for {}", trace.actor(*actor), awaited(*actor, on, trace))
    });
    Violation { property: Property::NoDeadlock, detail: waits.collect::<Vec<_>>().join("; ") }
}

/// What `actor` waits for, in words.
pub(super) fn awaited(actor: ActorId, on: &Stuck, trace: &Trace) -> String {
    match on {
        Stuck::Mutex(mutex, Some(holder)) if *holder == actor => {
            format!("{}, which it holds itself", trace.object(*mutex))
        }
        Stuck::Mutex(mutex, Some(holder)) => {
            format!("{}, which {} holds", trace.object(*mutex), trace.actor(*holder))
        }
        Stuck::Mutex(mutex, None) => trace.object(*mutex).to_owned(),
        Stuck::Notification(condvar) => format!("a notification on {}", trace.object(*condvar)),
        Stuck::End(other) => format!("the end of {}", trace.actor(*other)),
        Stuck::Condition(what) => what.clone().into_owned(),
    }
}

/// What keeps those who wait from going on, by what was recorded until then: for an engine that says only
/// that nobody can.
pub(super) fn stuck(awaited: &BTreeMap<ActorId, Awaited>, trace: &Trace) -> Vec<(ActorId, Stuck)> {
    let held = |mutex| holder(mutex, awaited, trace);
    let why = |(actor, on): (&ActorId, &Awaited)| match on {
        Awaited::Lock(mutex) => (*actor, Stuck::Mutex(*mutex, held(*mutex))),
        Awaited::End(other) => (*actor, Stuck::End(*other)),
        Awaited::Condition(what) => (*actor, Stuck::Condition(what.clone())),
        // Whoever was told needs the mutex. That a notification came after the wait was recorded does not
        // prove that it was heard, but the mutex is needed in any case.
        Awaited::Wake { condvar, mutex } => match held(*mutex) {
            Some(holder) if told(*actor, *condvar, trace) => {
                (*actor, Stuck::Mutex(*mutex, Some(holder)))
            }
            _ => (*actor, Stuck::Notification(*condvar)),
        },
    };
    let all: Vec<_> = awaited.iter().map(why).collect();
    // The main actor as a rule only waits for the others to end.
    let keeps_others = all.iter().any(|(_, on)| matches!(on, Stuck::Mutex(_, Some(ActorId::MAIN))));
    let matters = |(actor, on): &(ActorId, Stuck)| {
        *actor != ActorId::MAIN || keeps_others || !matches!(on, Stuck::End(_))
    };
    all.into_iter().filter(matters).collect()
}

/// Who has the mutex: took it, has not released it, and does not wait on a condition variable meanwhile.
fn holder(mutex: ObjectId, awaited: &BTreeMap<ActorId, Awaited>, trace: &Trace) -> Option<ActorId> {
    let mut holders = BTreeSet::new();
    for event in &trace.events {
        match event.kind {
            Kind::Lock(taken) if taken == mutex => holders.insert(event.actor),
            Kind::Unlock(released) if released == mutex => holders.remove(&event.actor),
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
