//! Some sequential order explains what every caller of a shared object was told.
//!
//! However calls overlap, each has to look as if it took effect at one instant between its beginning and
//! its end (Herlihy and Wing, "Linearizability: A Correctness Condition for Concurrent Objects", TOPLAS
//! 1990). Wing and Gong ("Testing and Verifying Concurrent Objects", 1993) look for such an order in a
//! history that is complete; Lowe ("Testing for Linearizability", 2017) lets calls take effect *just in
//! time*, only when an answer needs them to, and, like Horn and Kroening ("Faster Linearizability
//! Checking via P-Compositionality", 2015), remembers configurations: a state of the specification, and
//! the calls that have brought it there.
//!
//! Here the search goes along with the execution: [`Configurations`] are all that may be the case so
//! far, and an answer that none of them can give breaks the property in the step that gives it. It is
//! written here because what is published judges complete histories, and keeps them: the fingerprint of
//! a history tells apart all that ever happened, so no explorer would see a state twice. stateright
//! 0.31 (`semantics::LinearizabilityTester`) also searches the whole history anew for each verdict,
//! and brings a web server; todc-utils 0.1 has no calls that are never answered; lincheck 0.2 runs
//! loom itself.

mod configurations;
#[cfg(all(test, not(loom)))]
mod histories;
#[cfg(all(test, not(loom)))]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use self::configurations::Configurations;
use super::{Hasher, Monitor, Property};
use crate::scenario::Specification;
use crate::trace::{self, ActorId, Event, Kind, ObjectId, Trace};

/// Watches the calls of one shared object. [`World::history`](crate::scenario::World::history) sets it
/// up.
pub struct Linearizable<S: Specification> {
    object: ObjectId,
    calls: Calls<S>,
    configurations: Configurations<S>,
}

impl<S: Specification> Linearizable<S> {
    /// Watches `object`, which is in the state `initial`; events tell when calls are made and
    /// answered, and `calls` what is asked and answered.
    pub(in crate::scenario) fn new(object: ObjectId, initial: S, calls: Calls<S>) -> Self {
        Self { object, calls, configurations: Configurations::new(initial) }
    }

    fn answered(&mut self, caller: ActorId, names: &Trace) -> Result<(), String> {
        let Some(reply) = self.calls.take_reply(caller) else {
            self.configurations.abandon(caller);
            return Ok(());
        };
        let asked = self.configurations.request(caller).map(|request| format!("{request:?}"));
        self.configurations.answer(caller, &reply).map_err(|possible| {
            let (who, what) = (names.actor(caller), names.object(self.object));
            let asked = asked.unwrap_or_default();
            let mut possible: Vec<String> =
                possible.iter().map(|answer| format!("\"{answer:?}\"")).collect();
            possible.sort_unstable();
            let possible = possible.join(" or ");
            format!(
                "{what} answered {who}'s \"{asked}\" with \"{reply:?}\", which no order of the calls \
                 explains: it had to be {possible}"
            )
        })
    }
}

impl<S: Specification> Monitor for Linearizable<S> {
    fn property(&self) -> Property {
        Property::Linearizable
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        match &event.kind {
            Kind::Invoke { object, .. } if *object == self.object => {
                if let Some(request) = self.calls.take_request(event.actor) {
                    self.configurations.invoke(event.actor, request);
                }
                Ok(())
            }
            Kind::Return { object, .. } if *object == self.object => {
                self.answered(event.actor, names)
            }
            Kind::Crash(victim) => {
                self.calls.forget(*victim);
                self.configurations.abandon(*victim);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A call that was announced and has not begun is not part of it: it is still its caller's own
    /// business, and follows from what the caller has seen.
    fn remember(&self, memory: &mut dyn Hasher) {
        self.configurations.remember(memory);
    }
}

impl<S: Specification> fmt::Debug for Linearizable<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Linearizable").field("object", &self.object).finish_non_exhaustive()
    }
}

/// What is asked and answered, on its way to the monitor: events have only texts of it.
pub(in crate::scenario) struct Calls<S: Specification>(Arc<Mutex<Shelves<S>>>);

struct Shelves<S: Specification> {
    /// An entry a call that goes on; its request, until it has begun.
    requests: BTreeMap<ActorId, Option<S::Request>>,
    replies: BTreeMap<ActorId, S::Reply>,
}

impl<S: Specification> Calls<S> {
    /// `caller` is going to ask this.
    ///
    /// # Panics
    ///
    /// If it is in the middle of another call.
    pub(in crate::scenario) fn ask(&self, caller: ActorId, request: S::Request) {
        let busy = self.with(|shelves| shelves.requests.insert(caller, Some(request)).is_some());
        if busy {
            let name = trace::current().map(|recorder| recorder.actor_name(caller));
            let name = name.unwrap_or_else(|| "an actor".to_owned());
            panic!(
                "{name} makes a call within a call of its own to the same object: make one at a time"
            );
        }
    }

    /// `caller` was answered this; `None` if it cannot tell what came of the call.
    pub(in crate::scenario) fn answer(&self, caller: ActorId, reply: Option<S::Reply>) {
        self.with(|shelves| shelves.replies.extend(reply.map(|reply| (caller, reply))));
    }

    fn take_request(&self, caller: ActorId) -> Option<S::Request> {
        self.with(|shelves| shelves.requests.get_mut(&caller).and_then(Option::take))
    }

    /// The call is over.
    fn take_reply(&self, caller: ActorId) -> Option<S::Reply> {
        self.with(|shelves| {
            shelves.requests.remove(&caller);
            shelves.replies.remove(&caller)
        })
    }

    fn forget(&self, caller: ActorId) {
        self.take_reply(caller);
    }

    fn with<U>(&self, work: impl FnOnce(&mut Shelves<S>) -> U) -> U {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S: Specification> Clone for Calls<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Specification> Default for Calls<S> {
    fn default() -> Self {
        let shelves = Shelves { requests: BTreeMap::new(), replies: BTreeMap::new() };
        Self(Arc::new(Mutex::new(shelves)))
    }
}
