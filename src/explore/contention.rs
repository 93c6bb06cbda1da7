//! Contention: evidence that the order of steps could have mattered.

use std::collections::BTreeSet;

use super::vacuity::Vacuity;
use crate::scenario::Fault;
use crate::trace::{ActorId, Kind, ObjectId, Touch, Trace, Verb};

/// The contention between actors that the executions so far have shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Contention {
    /// An execution was inspected.
    looked: bool,
    /// An actor touched an object that another one changed.
    seen: bool,
    /// There was a choice between actors.
    choice: bool,
    /// More than one actor touched anything.
    company: bool,
}

impl Contention {
    /// Inspects an execution; `choice` says whether an actor had one. Traces are read only until one shows
    /// contention, which for any useful scenario is the first.
    pub(super) fn look(&mut self, choice: bool, trace: &Trace) {
        self.looked = true;
        self.choice |= choice;
        if !self.seen {
            self.read(trace);
        }
    }

    fn read(&mut self, trace: &Trace) {
        let mut before = BTreeSet::new();
        let mut only = None;
        for event in &trace.events {
            let Some((object, touched)) = touched(&event.kind) else { continue };
            // The main actor sets up and judges while no other actor runs.
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

    /// Merges the evidence of other executions.
    pub(super) fn merge(&mut self, other: &Self) {
        self.looked |= other.looked;
        self.seen |= other.seen;
        self.choice |= other.choice;
        self.company |= other.company;
    }

    /// Notes whether an actor had a choice in an execution that was not run.
    pub(super) const fn chose(&mut self, choice: bool) {
        self.choice = choice;
    }

    /// The alarm to raise over all these executions; `exhausted` says whether they are all there are. A
    /// single actor has at most faults against it, which may be intended. A bounded or sampled search cannot
    /// know that no other interleaving exists.
    pub(super) const fn alarm(&self, exhausted: bool) -> Option<Vacuity> {
        match self {
            Self { looked: false, .. } => None,
            Self { seen: false, company: true, .. } => Some(Vacuity::NoContention),
            Self { choice: false, .. } if exhausted => Some(Vacuity::OneExecution),
            _ => None,
        }
    }
}

/// The actor behind a step. A fault that strikes a command acts in place of the client that sent it.
fn behind(actor: ActorId, trace: &Trace) -> ActorId {
    let Ok(fault) = trace.actor(actor).parse::<Fault>() else { return actor };
    let numbered = || (0..).map(ActorId).zip(&trace.actors);
    let found = fault.victim().and_then(|victim| numbered().find(|(_, name)| *name == victim));
    found.map_or(actor, |(victim, _)| victim)
}

/// Returns whether the order of two touches can matter.
fn conflict(one: &Touch, other: &Touch) -> bool {
    let same = one.part.is_none() || other.part.is_none() || one.part == other.part;
    same && (one.writes || other.writes)
}

/// The shared object that the event touched, and the parts of it.
fn touched(kind: &Kind) -> Option<(ObjectId, &[Touch])> {
    const READ: &[Touch] = &[Touch { part: None, writes: false }];
    const WRITTEN: &[Touch] = &[Touch { part: None, writes: true }];
    let (object, touched) = match kind {
        Kind::Lock { object, .. }
        | Kind::Unlock { object, .. }
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
