//! The alarm for scenarios that test nothing: a clean verdict on them is worth nothing either.

use std::collections::BTreeSet;
use std::fmt;

use crate::trace::{ActorId, Kind, ObjectId, Recorder, Touch, Trace, Verb};

/// Why a clean verdict says little. It is an alarm and no error: some scenarios are meant to be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Vacuity {
    /// Nobody ever had a choice: there is only one interleaving.
    OneExecution,
    /// Nobody ever touched what another one changed, so that no order of steps mattered. Of a server that
    /// is a key; of anything else, the whole object.
    NoContention,
}

impl fmt::Display for Vacuity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneExecution => "vacuous: there is only one interleaving",
            Self::NoContention => "vacuous: no actor ever touched what another one changed",
        })
    }
}

/// What the executions so far have shown of actors getting in each other's way.
#[derive(Clone, Debug, Default)]
pub(super) struct Contention {
    /// There was an execution to look at.
    looked: bool,
    /// Somebody touched what another one changed.
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
        let mut before = BTreeSet::new();
        let mut only = None;
        for event in &trace.events {
            let Some((object, touched)) = touched(&event.kind) else { continue };
            // The main actor sets up and judges while there is nobody else.
            if event.actor == ActorId::MAIN {
                continue;
            }
            let actor = behind(event.actor, trace);
            self.company |= *only.get_or_insert(actor) != actor;
            for touch in touched {
                let contends = |(on, by, other): &(ObjectId, ActorId, Touch)| {
                    *on == object && *by != actor && conflict(other, touch)
                };
                self.seen |= before.iter().any(contends);
                before.insert((object, actor, touch.clone()));
            }
            if self.seen {
                return;
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

/// Whose doing a step is: what a fault does to a command, it does in the place of the client that sent it.
fn behind(actor: ActorId, trace: &Trace) -> ActorId {
    let victim = trace.actor(actor).split(':').nth(1);
    let numbered = || (0..).map(ActorId).zip(&trace.actors);
    let found = victim.and_then(|victim| numbered().find(|(_, name)| *name == victim));
    found.map_or(actor, |(victim, _)| victim)
}

/// Whether the order of two touches can matter.
fn conflict(one: &Touch, other: &Touch) -> bool {
    let same = one.part.is_none() || other.part.is_none() || one.part == other.part;
    same && (one.writes || other.writes)
}

/// The shared object that this was done to, and to which parts of it.
fn touched(kind: &Kind) -> Option<(ObjectId, &[Touch])> {
    const READ: &[Touch] = &[Touch { part: None, writes: false }];
    const WRITTEN: &[Touch] = &[Touch { part: None, writes: true }];
    let (object, touched) = match kind {
        Kind::Lock(object)
        | Kind::Unlock(object)
        | Kind::Wait { object, .. }
        | Kind::Wake(object)
        | Kind::Notify { object, .. } => (object, WRITTEN),
        Kind::Atomic { object, verb: Verb::Load, .. } => (object, READ),
        Kind::Atomic { object, .. } => (object, WRITTEN),
        Kind::Access { object, touched, .. } => (object, touched.as_slice()),
        _ => return None,
    };
    Some((*object, touched))
}
