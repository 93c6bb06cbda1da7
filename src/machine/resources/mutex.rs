//! A mutex: its holder, and its content.

use std::hash::{Hash, Hasher};

use super::shared::Content;
use crate::machine::object::plain_object;
use crate::machine::operation::{Blocked, Footprint, Look, Observation, Operation, Store};
use crate::trace::{ActorId, Kind, ObjectId};

/// A mutex.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Mutex {
    /// The actor that holds it.
    pub(crate) holder: Option<ActorId>,
    /// The content, as of the last release.
    pub(crate) content: Content,
}

plain_object!(Mutex, |mutex| mutex.content.shown());

impl Mutex {
    /// A free mutex.
    pub(crate) const fn new(content: Content) -> Self {
        Self { holder: None, content }
    }

    /// The reason why other actors cannot take it.
    pub(super) fn blocked_on(mutex: ObjectId, world: &dyn Look) -> Blocked {
        Blocked::Mutex(mutex, world.get::<Self>(mutex).holder)
    }
}

/// Takes a free mutex. The actor observes its content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lock(pub(crate) ObjectId);

impl Operation for Lock {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("lock", self.0).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::of(self.0)
    }

    fn enabled(&self, _: ActorId, world: &dyn Look) -> bool {
        world.get::<Mutex>(self.0).holder.is_none()
    }

    fn blocked_on(&self, _: ActorId, world: &dyn Look) -> Blocked {
        Mutex::blocked_on(self.0, world)
    }

    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation {
        let mutex = world.get_mut::<Mutex>(self.0);
        mutex.holder = Some(me);
        let seen = mutex.content.observed();
        let value = mutex.content.shown();
        world.did(me, Kind::Lock { object: self.0, value });
        seen
    }
}

/// Releases a mutex, with this content. It is not a step: releasing commutes with everything that the others
/// could do just before it.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    /// The mutex.
    pub(crate) mutex: ObjectId,
    /// The new content.
    pub(crate) content: Content,
}

impl Operation for Release {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("release", self.mutex, &self.content).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::of(self.mutex)
    }

    fn is_step(&self) -> bool {
        false
    }

    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation {
        let value = self.content.shown();
        let mutex = world.get_mut::<Mutex>(self.mutex);
        mutex.holder = None;
        mutex.content = self.content.clone();
        world.did(me, Kind::Unlock { object: self.mutex, value });
        Observation::Done
    }
}
