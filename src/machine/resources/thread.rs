//! Threads: start, and wait for the end.

use std::hash::{Hash, Hasher};

use crate::machine::operation::{Blocked, Footprint, Look, Observation, Operation, Store};
use crate::trace::{ActorId, Kind};

/// Waits for the end of an actor. The observation is the actor's result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Join(pub(crate) ActorId);

impl Operation for Join {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("join", self.0).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::NOTHING
    }

    fn enabled(&self, _: ActorId, world: &dyn Look) -> bool {
        world.has_ended(self.0)
    }

    fn blocked_on(&self, _: ActorId, _: &dyn Look) -> Blocked {
        Blocked::End(self.0)
    }

    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation {
        world.did(me, Kind::Join(self.0));
        Observation::Done
    }

    /// Seeing another actor end is not a step.
    fn is_step(&self) -> bool {
        false
    }

    fn joins(&self) -> Option<ActorId> {
        Some(self.0)
    }
}

/// Begins a loop whose rounds do not matter once they have failed. It is not a step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounds;

impl Operation for Rounds {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        "rounds".hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::NOTHING
    }

    fn is_step(&self) -> bool {
        false
    }

    fn apply(&self, _: ActorId, _: &mut dyn Store) -> Observation {
        Observation::Done
    }
}

/// Starts the body. It is not a step: an actor runs up to its first step as soon as it is started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start;

impl Operation for Start {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        "start".hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::NOTHING
    }

    fn apply(&self, _: ActorId, _: &mut dyn Store) -> Observation {
        Observation::Done
    }

    fn is_step(&self) -> bool {
        false
    }
}

/// A no-op: a point just before an operation that is not a step, where others may run in searches that treat
/// such a point as a choice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Invisible;

impl Operation for Invisible {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        "invisible".hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::NOTHING
    }

    fn apply(&self, _: ActorId, _: &mut dyn Store) -> Observation {
        Observation::Done
    }

    fn is_step(&self) -> bool {
        false
    }
}
