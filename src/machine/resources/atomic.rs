//! An atomic integer. All orderings are taken as sequentially consistent.

use std::hash::{Hash, Hasher};

use crate::machine::object::plain_object;
use crate::machine::operation::{Footprint, Observation, Operation, Store};
use crate::trace::{ActorId, Kind, ObjectId, Verb};

/// An atomic integer.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Atomic(pub(crate) i64);

plain_object!(Atomic);

/// One access. The actor observes the old value; a store observes nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Apply {
    /// The atomic.
    pub(crate) object: ObjectId,
    /// The kind of access.
    pub(crate) verb: Verb,
}

impl Operation for Apply {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("atomic", self.object, self.verb).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::of(self.object)
    }

    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation {
        let Self { object, verb } = *self;
        let atomic = world.get_mut::<Atomic>(object);
        let found = atomic.0;
        atomic.0 = verb.leaves(found);
        world.did(me, Kind::Atomic { object, verb, found });
        match verb {
            Verb::Store(_) => Observation::Done,
            _ => Observation::of(found),
        }
    }
}
