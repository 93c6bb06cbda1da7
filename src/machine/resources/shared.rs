//! What actors share in single atomic steps, and what is in it.

use std::hash::{Hash, Hasher};

use crate::machine::object::plain_object;
use crate::machine::operation::{Footprint, Observation, Operation, Store};
use crate::machine::value::Kept;
use crate::trace::{ActorId, Event, ObjectId};

/// What is in a mutex or in shared state.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Known only to the code that touches it, and left where it is.
    InPlace,
    /// A value.
    Kept(Kept),
}

impl Content {
    /// What an actor that sees it learns.
    pub(super) fn observed(&self) -> Observation {
        match self {
            Self::InPlace => Observation::Done,
            Self::Kept(kept) => Observation::Value(kept.clone()),
        }
    }

    /// As timelines show it.
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

/// A step on shared state: the code of the step is the actor's own. What it changes is a [`Write`].
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

/// Puts this into shared state, as part of the step before.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    /// The shared state.
    pub(crate) object: ObjectId,
    /// What is in it from now on.
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

/// A look at a mutex or at shared state as of the actor's last step. It is no step.
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

/// Something happened that is no operation on anything shared, such as a belief.
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

/// Begins to share something.
#[derive(Debug)]
pub(crate) struct Create {
    /// Under which number.
    pub(crate) object: ObjectId,
    /// What.
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
