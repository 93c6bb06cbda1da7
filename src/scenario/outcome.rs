//! Which of several violations an execution is reported for.

use super::{Property, Violation};
use crate::machine::operation::Blocked;
use crate::trace::{ActorId, Kind, Trace};

/// What an execution has shown before anything is judged at its end.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// What a monitor saw.
    pub(crate) monitors: Option<Violation>,
    /// An actor panicked.
    pub(crate) panicked: Option<Violation>,
    /// Nobody could go on.
    pub(crate) deadlock: Option<Violation>,
}

impl Outcome {
    /// The one that is reported. A deadlock leaves everything half done, so it outranks what monitors say
    /// of the end; what broke on the way ended the execution, and no deadlock came of it. What the others
    /// did once one had panicked says little.
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

/// The violation that a panic is.
pub(crate) fn panic(actor: &str, message: &str) -> Violation {
    Violation { property: Property::NoPanic, detail: format!("{actor} panicked: {message}") }
}

/// Who waits for what when nobody can go on.
#[derive(Clone, Debug)]
pub(crate) struct Deadlock(pub(crate) Vec<(ActorId, Blocked)>);

impl Deadlock {
    /// The violation that it is.
    pub(crate) fn violation(&self, names: &Trace) -> Violation {
        let waits = self.0.iter().map(|(actor, on)| {
            format!("{} waits for {}", names.actor(*actor), describe(*actor, on, names))
        });
        Violation { property: Property::NoDeadlock, detail: waits.collect::<Vec<_>>().join("; ") }
    }
}

/// What `actor` waits for.
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
