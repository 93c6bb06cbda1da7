//! Shared state that actors access in single atomic steps, and its content.

use std::hash::{Hash, Hasher};

use crate::machine::object::plain_object;
use crate::machine::operation::{Footprint, Observation, Operation, Store};
use crate::machine::value::Kept;
use crate::trace::{ActorId, Event, ObjectId};

/// The content of a mutex or of shared state.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// A value known only to the code that touches it, and left in place.
    InPlace,
    /// A value held here.
    Kept(Kept),
}

impl Content {
    /// The observation of an actor that reads it.
    pub(super) fn observed(&self) -> Observation {
        match self {
            Self::InPlace => Observation::Done,
            Self::Kept(kept) => Observation::Value(kept.clone()),
        }
    }

    /// The content as timelines show it.
    pub(super) fn shown(&self) -> Option<String> {
        match self {
            Self::InPlace => None,
            Self::Kept(kept) => Some(format!("{kept:?}")),
        }
    }
}

impl Hash for Content {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::InPlace => state.write_u8(0),
            Self::Kept(kept) => {
                state.write_u8(1);
                kept.hash(state);
            }
        }
    }
}

/// Shared state.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Shared(pub(crate) Content);

plain_object!(Shared, |shared| shared.0.shown());

/// A step on shared state. The code of the step is the actor's own; its change is a [`Write`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access(pub(crate) ObjectId);

impl Operation for Access {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("access", self.0).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::of(self.0)
    }

    fn apply(&self, _: ActorId, world: &mut dyn Store) -> Observation {
        world.get_mut::<Shared>(self.0).0.observed()
    }
}

/// Puts this content into shared state, as part of the step before.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    /// The shared state.
    pub(crate) object: ObjectId,
    /// The new content.
    pub(crate) content: Content,
}

impl Operation for Write {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("write", self.object, &self.content).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::of(self.object)
    }

    fn is_step(&self) -> bool {
        false
    }

    fn apply(&self, _: ActorId, world: &mut dyn Store) -> Observation {
        world.get_mut::<Shared>(self.object).0 = self.content.clone();
        Observation::Done
    }
}

/// Inspects a mutex or shared state as of the actor's last step. It is not a step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peek(pub(crate) ObjectId);

impl Operation for Peek {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("peek", self.0).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::of(self.0)
    }

    fn is_step(&self) -> bool {
        false
    }

    fn apply(&self, _: ActorId, world: &mut dyn Store) -> Observation {
        world.get_mut::<Shared>(self.0).0.observed()
    }
}

/// An event that is not an operation on a shared object, such as a belief.
#[derive(Clone, Debug)]
pub(crate) struct Record(pub(crate) Event);

impl Operation for Record {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("record", &self.0).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::NOTHING
    }

    fn is_step(&self) -> bool {
        false
    }

    fn apply(&self, _: ActorId, world: &mut dyn Store) -> Observation {
        world.record(self.0.clone());
        Observation::Done
    }
}

/// Creates a shared object.
#[derive(Debug)]
pub(crate) struct Create {
    /// The number of the object.
    pub(crate) object: ObjectId,
    /// The object.
    pub(crate) with: Box<dyn crate::machine::object::Object>,
}

impl Operation for Create {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("create", self.object).hash(&mut hasher);
        self.with.encode(hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::NOTHING
    }

    fn is_step(&self) -> bool {
        false
    }

    fn apply(&self, _: ActorId, world: &mut dyn Store) -> Observation {
        world.create(self.object, self.with.boxed());
        Observation::Done
    }
}
