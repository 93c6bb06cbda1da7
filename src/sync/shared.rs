//! State that is touched one atomic step at a time.

use std::fmt::{self, Debug};
use std::hash::Hash;

use super::home::{Home, Thing};
use super::{Codec, Runtime, inert};
use crate::trace::{self, Event, Kind, ObjectId, Touch};

/// State that several actors share, and that each touches in single atomic steps: a counter, say, or a server
/// that carries out one request at a time. A step has one scheduling point, and never blocks.
pub struct Shared<R: Runtime, T: Send + 'static> {
    object: ObjectId,
    home: Home,
    inner: R::Mutex<T>,
}

impl<R: Runtime, T: Send + 'static> Shared<R, T> {
    /// Shares `value`; `name` is what timelines call it.
    ///
    /// The value is plain data: a clone of it shares nothing with the original, and what `Hash` leaves out
    /// makes no difference. A search that finds otherwise says so.
    pub fn new(name: &str, value: T) -> Self
    where
        T: Clone + Hash + Debug,
    {
        Self::of(name, value, Some(Codec::new()))
    }

    /// Shares a value that cannot be copied or compared. Searches that compare states execute a scenario that
    /// holds one again and again instead, which is slow, and say so.
    pub fn opaque(name: &str, value: T) -> Self {
        Self::of(name, value, None)
    }

    fn of(name: &str, value: T, codec: Option<Codec<T>>) -> Self {
        let object = R::object(name);
        let home = Home::new(R::place(), Thing::Object(object));
        Self { object, home, inner: R::shared_of(object, value, codec) }
    }

    /// One step: applies `step` to the state, and returns its reply. `request` names the step in timelines.
    ///
    /// The reply is all that the actor may learn, which is why `step` is a `Fn`: a search could not know of a
    /// value that it writes into a captured variable.
    pub fn with<U: Debug + Hash>(&self, request: &str, step: impl Fn(&mut T) -> U) -> U {
        self.home.check();
        if inert() {
            return step(&mut R::access(&self.inner));
        }
        self.effect(step, |object, reply| {
            let (request, reply) = (request.to_owned(), format!("{reply:?}"));
            // Only the step's own code knows what it changes.
            let touched = vec![Touch { part: None, writes: true }];
            [Event { actor: R::me(), kind: Kind::Access { object, request, reply, touched } }]
        })
    }

    /// One step, which `tell` turns into events. The calling actor learns the hash of `U`; the observers of
    /// the execution see the events.
    pub(crate) fn effect<U: Hash, E: IntoIterator<Item = Event>>(
        &self,
        step: impl FnOnce(&mut T) -> U,
        tell: impl FnOnce(ObjectId, &U) -> E,
    ) -> U {
        R::point();
        let mut value = R::access(&self.inner);
        let reply = R::inside(self.object, || step(&mut value));
        R::observe(&reply);
        if R::MODEL {
            // The machine has the value before the step is announced.
            drop(value);
            tell(self.object, &reply).into_iter().for_each(|it| R::record(it.actor, || it.kind));
        } else {
            // Recorded before the state is let go, so that real threads are recorded in their order.
            trace::record_all(|| tell(self.object, &reply));
            drop(value);
            R::changed();
        }
        reply
    }

    /// Waits on `told` until `ready`, as part of a step that is recorded elsewhere. It is for runtimes that
    /// cannot suspend a thread on a condition; the actor that makes it true wakes the waiters.
    #[cfg(feature = "model")]
    pub(crate) fn wait_on(&self, told: &R::Condvar, ready: impl Fn(&T) -> bool) {
        let mut value = R::access(&self.inner);
        while !ready(&value) {
            value = R::wait(told, &self.inner, value);
        }
    }

    /// Its name in events.
    #[cfg(feature = "model")]
    pub(crate) const fn object(&self) -> ObjectId {
        self.object
    }

    /// Looks at the state without a step: for judging the outcome.
    ///
    /// It has no scheduling point. An actor sees here the state right after its own last step, as if it had
    /// looked in that step; real threads would have given the others time to change it. Ask for changes by
    /// others in a step of its own, [`Shared::with`]. A search assumes that the actor has seen all of the
    /// value, whatever `look` makes of it.
    pub fn peek<U>(&self, look: impl FnOnce(&T) -> U) -> U {
        self.home.check();
        look(&R::look(&self.inner))
    }

    /// A change that is part of a step recorded elsewhere, under another name; not for the model.
    pub(crate) fn amend<U>(&self, change: impl FnOnce(&mut T) -> U) -> U {
        let result = change(&mut R::access(&self.inner));
        R::changed();
        result
    }
}

impl<R: Runtime, T: Send + 'static> fmt::Debug for Shared<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("object", &self.object).finish_non_exhaustive()
    }
}
