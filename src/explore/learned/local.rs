//! Local states: the observations of an actor so far, which determine its next operation.

use crate::machine::encode::Encoded;
use crate::trace::ActorId;

/// The progress of an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Status {
    /// This operation is pending.
    Before(u32),
    /// The body has ended, and returned this observation.
    Ended(u32),
    /// The actor was killed.
    Killed,
}

/// A local state.
pub(super) struct Local {
    pub(super) actor: ActorId,
    pub(super) status: Status,
    /// The events recorded just before its operation takes effect, as the number of a list.
    pub(super) announced: u32,
    /// The local state that it was first reached from, and the observation that led here.
    pub(super) parent: Option<(u32, u32)>,
    /// The parent's edge that starts it, for the child of another actor.
    pub(super) origin: Option<u32>,
    /// The number of observations that led here.
    pub(super) depth: u32,
    /// The observations so far, cut where clients are named.
    pub(super) history: Encoded,
    /// The history, operation and status, as the number of an encoding.
    pub(super) encoding: u32,
    /// The digest that represents it while no other client is mentioned, if the actor is a client: in its own
    /// view it is 0, and the others are 1.
    pub(super) alone: u128,
    /// True if it mentions another client.
    pub(super) mentions_others: bool,
    /// True if the actor is in a loop that never ends.
    pub(super) endless: bool,
}

/// A part of an actor's behaviour after an observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// An operation takes effect without a choice.
    Do(u32),
    /// This object is created.
    Create(u32, u32),
    /// This actor is started, in this local state.
    Spawn(ActorId, u32),
    /// These events are recorded.
    Record(u32),
}

/// The behaviour of an actor after an observation, up to its next operation.
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) observation: u32,
    pub(super) effects: Box<[Effect]>,
    pub(super) next: u32,
    /// The state and the choice with which it was last taken.
    pub(super) witness: (u32, u32),
    /// True if it was taken in a live execution: by its actor, and by a client of another name.
    pub(super) covered: [bool; 2],
}

/// The clients that have taken edges that look the same to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// This one only.
    By(ActorId),
    /// Several clients.
    BySeveral,
}
