//! Local states: what an actor has observed so far, and so what it does next.

use crate::machine::encode::Encoded;
use crate::trace::ActorId;

/// How far an actor has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Status {
    /// It is about to do this operation.
    Before(u32),
    /// Its body is over, and returned this observation.
    Ended(u32),
    /// It was killed.
    Killed,
}

/// A local state.
pub(super) struct Local {
    pub(super) actor: ActorId,
    pub(super) status: Status,
    /// What is recorded just before its operation takes effect, as the number of a list of events.
    pub(super) announced: u32,
    /// The local state that it was first reached from, and the observation that led here.
    pub(super) parent: Option<(u32, u32)>,
    /// For the child of another actor: the parent's edge that starts it.
    pub(super) origin: Option<u32>,
    /// How many observations led here.
    pub(super) depth: u32,
    /// What it has observed, cut where clients are named.
    pub(super) history: Encoded,
    /// History, operation and status, as the number of an encoding.
    pub(super) encoding: u32,
    /// The digest that stands for it while nobody else is mentioned, if the actor is a client: in its own
    /// eyes it is 0, and the others are 1.
    pub(super) alone: u128,
    /// Whether it mentions another client.
    pub(super) mentions_others: bool,
    /// The actor goes round in a loop that never ends.
    pub(super) endless: bool,
}

/// A part of what an actor does after an observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// An operation takes effect without a choice.
    Do(u32),
    /// This object is made.
    Create(u32, u32),
    /// This actor is started, in this local state.
    Spawn(ActorId, u32),
    /// This happens.
    Record(u32),
}

/// What an actor does after an observation, up to its next operation.
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) observation: u32,
    pub(super) effects: Box<[Effect]>,
    pub(super) next: u32,
    /// The state and the choice with which it was taken last.
    pub(super) witness: (u32, u32),
    /// It was taken in a live execution: by its actor, and by a client of another name.
    pub(super) covered: [bool; 2],
}

/// Which clients have taken edges that look the same to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Only this one.
    By(ActorId),
    /// More than one.
    BySeveral,
}
