//! The choice among several violations of one execution: the one to report.

use super::{Property, Violation};
use crate::machine::operation::Blocked;
use crate::trace::{ActorId, Kind, Trace};

/// The violations that an execution has shown before its end is judged.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The violation that a monitor saw.
    pub(crate) monitors: Option<Violation>,
    /// An actor panicked.
    pub(crate) panicked: Option<Violation>,
    /// No actor was enabled.
    pub(crate) deadlock: Option<Violation>,
}

impl Outcome {
    /// The violation to report. A deadlock leaves everything half done, so it outranks what monitors say of
    /// the end. A property violated on the way ended the execution, and no deadlock followed. The steps of
    /// the others after a panic say little.
    pub(crate) fn first(self) -> Option<Violation> {
        match (self.deadlock, self.panicked, self.monitors) {
            (Some(deadlock), _, None) => Some(deadlock),
            (_, Some(panicked), None) => Some(panicked),
            (_, _, Some(monitored)) => Some(monitored),
            (None, None, None) => None,
        }
    }
}

/// The first panic of an actor, if there was one.
pub(crate) fn panicked(trace: &Trace) -> Option<Violation> {
    trace.events.iter().find_map(|event| match &event.kind {
        Kind::Panic(message) => Some(panic(trace.actor(event.actor), message)),
        _ => None,
    })
}

/// The violation for a panic.
pub(crate) fn panic(actor: &str, message: &str) -> Violation {
    Violation { property: Property::NoPanic, detail: format!("{actor} panicked: {message}") }
}

/// The blocked actors of a deadlock, and what each waits for.
#[derive(Clone, Debug)]
pub(crate) struct Deadlock(pub(crate) Vec<(ActorId, Blocked)>);

impl Deadlock {
    /// The violation for this deadlock.
    pub(crate) fn violation(&self, names: &Trace) -> Violation {
        let waits = self.0.iter().map(|(actor, on)| {
            format!("{} waits for {}", names.actor(*actor), describe(*actor, on, names))
        });
        Violation { property: Property::NoDeadlock, detail: waits.collect::<Vec<_>>().join("; ") }
    }
}

/// Describes what `actor` is blocked on.
pub(crate) fn describe(actor: ActorId, on: &Blocked, names: &Trace) -> String {
    match on {
        Blocked::Mutex(mutex, Some(holder)) if *holder == actor => {
            format!("{}, which it holds itself", names.object(*mutex))
        }
        Blocked::Mutex(mutex, Some(holder)) => {
            format!("{}, which {} holds", names.object(*mutex), names.actor(*holder))
        }
        Blocked::Mutex(mutex, None) => names.object(*mutex).to_owned(),
        Blocked::Notification(condvar) => format!("a notification on {}", names.object(*condvar)),
        Blocked::End(other) => format!("the end of {}", names.actor(*other)),
        Blocked::Condition(what) => what.clone().into_owned(),
    }
}
