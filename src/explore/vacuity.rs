//! The alarm for scenarios that test nothing: a clean verdict on them is worth nothing either.

use std::fmt;

use crate::trace::{ActorId, Kind, ObjectId, Recorder, Trace};

/// Why a clean verdict says little. It is an alarm and no error: some scenarios are meant to be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vacuity {
    /// Nobody ever had a choice: there is only one interleaving.
    OneExecution,
    /// No object was ever touched by two different actors, so that no order of steps mattered.
    NoContention,
}

impl fmt::Display for Vacuity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneExecution => "vacuous: there is only one interleaving",
            Self::NoContention => "vacuous: no two actors ever touched the same object",
        })
    }
}

/// What the executions so far have shown of actors getting in each other's way.
#[derive(Clone, Debug, Default)]
pub(super) struct Contention {
    /// There was an execution to look at.
    looked: bool,
    /// Two actors touched the same object.
    seen: bool,
    /// Somebody had a choice who goes on.
    choice: bool,
    /// More than one actor touched anything.
    company: bool,
}

impl Contention {
    /// Looks at an execution; `choice` says whether anybody had one. Traces are read only until one shows
    /// contention, which in a scenario worth its name is the first.
    pub(super) fn look(&mut self, choice: bool, recorder: &Recorder) {
        self.looked = true;
        self.choice |= choice;
        if !self.seen {
            recorder.with_trace(|trace| self.read(trace));
        }
    }

    fn read(&mut self, trace: &Trace) {
        let mut first: Vec<Option<ActorId>> = vec![None; trace.objects.len()];
        let mut only = None;
        for event in &trace.events {
            let Some(object) = touched(&event.kind) else { continue };
            // The main actor sets up and judges while there is nobody else.
            if event.actor == ActorId::MAIN {
                continue;
            }
            self.company |= *only.get_or_insert(event.actor) != event.actor;
            if let Some(first) = first.get_mut(object.index()) {
                self.seen |= *first.get_or_insert(event.actor) != event.actor;
            }
        }
    }

    /// What is to be said of all these executions. An actor alone has at most faults against it, and may
    /// be meant to.
    pub(super) const fn alarm(&self) -> Option<Vacuity> {
        match self {
            Self { looked: false, .. } => None,
            Self { seen: false, company: true, .. } => Some(Vacuity::NoContention),
            Self { choice: false, .. } => Some(Vacuity::OneExecution),
            _ => None,
        }
    }
}

/// The shared object that this was done to.
const fn touched(kind: &Kind) -> Option<ObjectId> {
    match kind {
        Kind::Lock(object)
        | Kind::Unlock(object)
        | Kind::Wait { object, .. }
        | Kind::Wake(object)
        | Kind::Notify { object, .. }
        | Kind::Atomic { object, .. }
        | Kind::Access { object, .. } => Some(*object),
        _ => None,
    }
}
