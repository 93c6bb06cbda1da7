//! Time: reads of the clock, and waits for an instant. Instants are milliseconds since the execution began.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use crate::machine::operation::{Blocked, Footprint, Look, Observation, Operation, Store};
use crate::trace::{ActorId, Kind};

/// Reads the clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    /// True if it is a step of its own, false if it is part of the actor's last one.
    pub(crate) step: bool,
}

impl Operation for Now {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("now", self.step).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint { time: true, ..Footprint::NOTHING }
    }

    fn is_step(&self) -> bool {
        self.step
    }

    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation {
        let now = world.now();
        if self.step {
            world.did(me, Kind::Now(now));
        }
        Observation::of(now)
    }
}

/// Waits for an instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Until(pub(crate) u64);

impl Operation for Until {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("until", self.0).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint { time: true, ..Footprint::NOTHING }
    }

    fn enabled(&self, _: ActorId, world: &dyn Look) -> bool {
        world.now() >= self.0
    }

    fn blocked_on(&self, _: ActorId, _: &dyn Look) -> Blocked {
        Blocked::Condition(Cow::Borrowed("the end of its sleep"))
    }

    fn wakes_at(&self) -> Option<u64> {
        Some(self.0)
    }

    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation {
        world.did(me, Kind::Slept(self.0));
        Observation::Done
    }
}

/// Advances the clock, as part of the actor's last step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Advance(pub(crate) u64);

impl Operation for Advance {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("advance", self.0).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::WHOLE
    }

    fn is_step(&self) -> bool {
        false
    }

    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation {
        world.pass_time(self.0, me);
        Observation::Done
    }
}

/// The first instant after now that an actor waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NextAlarm;

impl Operation for NextAlarm {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        "next alarm".hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::WHOLE
    }

    fn is_step(&self) -> bool {
        false
    }

    fn apply(&self, _: ActorId, world: &mut dyn Store) -> Observation {
        Observation::of(world.look().next_alarm())
    }
}
