//! The numbers of actors and objects: the same in every execution of a search, in whichever order they are
//! made. The maker and the count of those it made before identify each of them.

use std::collections::BTreeMap;

use crate::trace::{ActorId, ObjectId, Trace};

/// The numbers given out so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    actors: Vec<String>,
    objects: Vec<String>,
    actor_of: BTreeMap<(ActorId, u32), ActorId>,
    object_of: BTreeMap<(ActorId, u32), ObjectId>,
}

impl Names {
    /// The number of the `nth` actor that `maker` starts.
    pub(crate) fn actor(&mut self, maker: ActorId, nth: u32, name: &str) -> ActorId {
        if self.actors.is_empty() {
            self.actors.push("main".to_owned());
        }
        *self.actor_of.entry((maker, nth)).or_insert_with(|| {
            self.actors.push(name.to_owned());
            ActorId(self.actors.len() as u32 - 1)
        })
    }

    /// The number of the `nth` object that `maker` makes.
    pub(crate) fn object(&mut self, maker: ActorId, nth: u32, name: &str) -> ObjectId {
        *self.object_of.entry((maker, nth)).or_insert_with(|| {
            self.objects.push(name.to_owned());
            ObjectId(self.objects.len() as u32 - 1)
        })
    }

    /// The actors' names, by number.
    pub(crate) fn actors(&self) -> &[String] {
        &self.actors
    }

    /// The objects' names, by number.
    pub(crate) fn objects(&self) -> &[String] {
        &self.objects
    }

    /// The names, for descriptions of events.
    pub(crate) fn to_trace(&self) -> Trace {
        Trace { actors: self.actors.clone(), objects: self.objects.clone(), events: Vec::new() }
    }
}
