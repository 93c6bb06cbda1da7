//! State that is touched one atomic step at a time.

use std::fmt::{self, Debug};
use std::hash::Hash;

use super::tape::{Tape, Write};
use super::{Runtime, inert};
use crate::trace::{self, Event, Kind, ObjectId, Touch};

/// State that several actors share, and that each touches in single atomic steps: a server that
/// carries out one command at a time, say. A step has one scheduling point, and never blocks.
pub struct Shared<R: Runtime, T: Send + 'static> {
    object: ObjectId,
    write: Write<T>,
    inner: R::Mutex<T>,
}

impl<R: Runtime, T: Send + 'static> Shared<R, T> {
    /// Shares `value`; `name` is what timelines call it.
    pub fn new(name: &str, value: T) -> Self
    where
        T: Hash,
    {
        Self::written_by(name, value, Some(Tape::of))
    }

    /// Shares a value that cannot be hashed. Explorers that remember states refuse a scenario that
    /// holds one, instead of searching it on a guess.
    pub fn opaque(name: &str, value: T) -> Self {
        Self::written_by(name, value, None)
    }

    fn written_by(name: &str, value: T, write: Write<T>) -> Self {
        let object = trace::object(name);
        R::content(object, || write.map(|write| write(&value)));
        Self { object, write, inner: R::mutex(object, value) }
    }

    /// One step: applies `step` to the state, and returns its reply. `request` names the step in
    /// timelines.
    ///
    /// The reply is all that the actor may learn, which is why `step` is a `Fn`: what it would write
    /// into a captured variable is something that an explorer which remembers states could not know of.
    pub fn with<U: Debug + Hash>(&self, request: &str, step: impl Fn(&mut T) -> U) -> U {
        if inert() {
            return step(&mut R::access(&self.inner));
        }
        R::point();
        self.effect(step, |object, reply| {
            let (request, reply) = (request.to_owned(), format!("{reply:?}"));
            // What the step changes is known to nobody else.
            let touched = vec![Touch { part: None, writes: true }];
            [Event { actor: R::me(), kind: Kind::Access { object, request, reply, touched } }]
        })
    }

    /// What a step comes to, once its scheduling point is behind; for callers that tell in their own
    /// words what happened. What `U` hashes is what the calling actor has seen; what `tell` makes of it
    /// is seen by those who watch.
    pub(crate) fn effect<U: Hash, E: IntoIterator<Item = Event>>(
        &self,
        step: impl FnOnce(&mut T) -> U,
        tell: impl FnOnce(ObjectId, &U) -> E,
    ) -> U {
        let mut value = R::access(&self.inner);
        let reply = step(&mut value);
        R::observe(|| Tape::of(&reply));
        R::content(self.object, || self.write.map(|write| write(&value)));
        // Recorded before the state is let go, so that real threads are recorded in their order.
        trace::record_all(|| tell(self.object, &reply));
        drop(value);
        reply
    }

    /// Waits on `told` until `ready`, as part of a step that is recorded elsewhere. It is for runtimes that
    /// cannot suspend a thread on a condition; whoever makes it true wakes those who wait.
    #[cfg(feature = "model")]
    pub(crate) fn wait_on(&self, told: &R::Condvar, ready: impl Fn(&T) -> bool) {
        let mut value = R::access(&self.inner);
        while !ready(&value) {
            value = R::wait(told, &self.inner, value);
        }
    }

    /// What it is in events.
    #[cfg(feature = "model")]
    pub(crate) const fn object(&self) -> ObjectId {
        self.object
    }

    /// A look at the state that is not a step of anybody: for judging the outcome.
    ///
    /// It has no scheduling point. What an actor sees here is the state right after its own last step, as if
    /// it had looked in that step; real threads would have given the others time to change it. What others
    /// change is to be asked for in a step of its own, [`Shared::with`]. An explorer that remembers states
    /// takes the actor to have seen all of the value, whatever `look` makes of it.
    pub fn peek<U>(&self, look: impl FnOnce(&T) -> U) -> U {
        let value = R::access(&self.inner);
        if !inert() {
            R::observe(|| self.write.map_or_else(Tape::default, |write| write(&value)));
        }
        look(&value)
    }

    /// A look that tells the calling actor nothing: for the clock, for faults, and for conditions that the
    /// scheduler asks for; or what the actor learns from it is observed by the caller.
    pub(crate) fn look<U>(&self, look: impl FnOnce(&T) -> U) -> U {
        look(&R::access(&self.inner))
    }

    /// A change that is part of a step recorded elsewhere, under another name.
    pub(crate) fn amend<U>(&self, change: impl FnOnce(&mut T) -> U) -> U {
        let mut value = R::access(&self.inner);
        let result = change(&mut value);
        R::content(self.object, || self.write.map(|write| write(&value)));
        result
    }
}

impl<R: Runtime, T: Send + 'static> fmt::Debug for Shared<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("object", &self.object).finish_non_exhaustive()
    }
}
