//! The thread to which a shared object belongs. A thread that lockproof did not start takes no scheduling
//! points: its steps would be lost, or blamed on the scenario.

use std::fmt;
use std::sync::Arc;

use super::inert;
use crate::trace::{ActorId, ObjectId};

/// Where an engine runs all actors.
pub trait Place: Send + Sync {
    /// Returns whether the calling thread is the engine's.
    fn is_here(&self) -> bool;

    /// Ends the search with a sentence: a thread that is none of the engine's uses this.
    fn refuse(&self, thing: Thing) -> !;
}

/// The thing that such a thread uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A mutex, a server, and so on.
    Object(ObjectId),
    /// The return value of this thread.
    Result(ActorId),
    /// The clock.
    Clock,
}

/// The home of something shared. On real threads everything is at home everywhere.
#[derive(Clone)]
pub(crate) struct Home {
    place: Option<Arc<dyn Place>>,
    thing: Thing,
}

impl Home {
    /// The home of this.
    pub(crate) const fn new(place: Option<Arc<dyn Place>>, thing: Thing) -> Self {
        Self { place, thing }
    }

    /// Comes before each use. Does not return to a thread that is none of the engine's.
    pub(crate) fn check(&self) {
        if let Some(place) = &self.place
            && !place.is_here()
            && !inert()
        {
            place.refuse(self.thing);
        }
    }
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Home").field("thing", &self.thing).finish_non_exhaustive()
    }
}

/// The advice that goes with the refusal.
#[cfg(feature = "model")]
pub(super) const REMEDY: &str =
    "start threads with lockproof::sync::spawn, so that their steps are scheduled";
