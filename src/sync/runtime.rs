//! The interface of a runtime.

use std::any::Any;
use std::borrow::Cow;
use std::fmt::Debug;
use std::hash::Hash;
use std::ops::DerefMut;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Result;

use super::Codec;
use super::home::Place;
use crate::trace::{self, ActorId, Kind, ObjectId, Verb};

/// Supplies the primitives. Scenarios, locks and banks name it only as a type parameter, and reach it through
/// the wrappers of [`crate::sync`].
///
/// Every method that takes a visible step has its scheduling point **before** the step takes effect.
pub trait Runtime:
    Copy + Debug + Default + Eq + Hash + Ord + Send + Sync + Sized + 'static
{
    /// The name of the runtime in verdicts and in test names.
    const NAME: &'static str;

    /// True for the model, which keeps time, servers and faults itself and records its own steps. The others
    /// bring primitives of their own, and the wrappers record the calls.
    const MODEL: bool = false;

    /// A mutex around a value.
    type Mutex<T: Send + 'static>: Send + Sync + 'static;
    /// Holds such a mutex, and releases it when dropped.
    type Guard<'a, T: Send + 'static>: DerefMut<Target = T>;
    /// A condition variable.
    type Condvar: Send + Sync + 'static;
    /// An atomic integer.
    type Atomic: Send + Sync + 'static;
    /// Waits for a spawned thread.
    type JoinHandle<T: Send + 'static>: Send + 'static;

    /// The number of a new object; `name` is what timelines call it.
    fn object(name: &str) -> ObjectId {
        trace::object(name)
    }
    /// The number of a new actor; `name` is what timelines and schedules call it.
    fn actor(name: &str) -> ActorId {
        trace::actor(name)
    }

    /// Where the engine runs all actors; `None` if any thread may use what they share.
    fn place() -> Option<Arc<dyn Place>> {
        None
    }

    /// A mutex around `value`.
    fn mutex<T: Send + 'static>(object: ObjectId, value: T) -> Self::Mutex<T>;
    /// The same, of a value that can be copied and compared if there is a codec.
    #[doc(hidden)]
    fn mutex_of<T: Send + 'static>(
        object: ObjectId,
        value: T,
        codec: Option<Codec<T>>,
    ) -> Self::Mutex<T> {
        let _ = codec;
        Self::mutex(object, value)
    }
    /// State that is touched one step at a time.
    #[doc(hidden)]
    fn shared_of<T: Send + 'static>(
        object: ObjectId,
        value: T,
        codec: Option<Codec<T>>,
    ) -> Self::Mutex<T> {
        Self::mutex_of(object, value, codec)
    }
    /// Takes the mutex, once it is free.
    fn lock<T: Send + 'static>(mutex: &Self::Mutex<T>) -> Self::Guard<'_, T>;
    /// Takes shared state, which is never held across a scheduling point, for one step.
    fn access<T: Send + 'static>(shared: &Self::Mutex<T>) -> Self::Guard<'_, T>;
    /// Takes shared state for a look that is part of the step before.
    fn look<T: Send + 'static>(shared: &Self::Mutex<T>) -> Self::Guard<'_, T> {
        Self::access(shared)
    }

    /// A condition variable with no waiters.
    fn condvar(object: ObjectId) -> Self::Condvar;
    /// Releases the mutex, waits to be notified, and takes the mutex again.
    fn wait<'a, T: Send + 'static>(
        condvar: &Self::Condvar,
        mutex: &'a Self::Mutex<T>,
        guard: Self::Guard<'a, T>,
    ) -> Self::Guard<'a, T>;
    /// Notifies every waiter, or any one of them.
    fn notify(condvar: &Self::Condvar, all: bool);

    /// An atomic integer.
    fn atomic(object: ObjectId, value: i64) -> Self::Atomic;
    /// Applies `verb` to the atomic, and returns the value it found there.
    fn apply(atomic: &Self::Atomic, verb: Verb, ordering: Ordering) -> i64;

    /// Runs `body` as a thread of its own. `body` does not panic.
    fn spawn<T: Send + 'static>(
        actor: ActorId,
        name: &str,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> Self::JoinHandle<T>;
    /// The same, of a body whose result can be copied and compared if there is a codec.
    #[doc(hidden)]
    fn spawn_of<T: Send + 'static>(
        actor: ActorId,
        name: &str,
        codec: Option<Codec<T>>,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> Self::JoinHandle<T> {
        let _ = codec;
        Self::spawn(actor, name, body)
    }
    /// Prepares for this many threads, which are about to be spawned. A runtime that takes fewer gives up.
    fn expect(count: usize) {
        let _ = count;
    }
    /// Waits for the thread to end.
    ///
    /// # Errors
    ///
    /// The payload of the thread's panic.
    fn join<T: Send + 'static>(handle: Self::JoinHandle<T>) -> Result<T>;

    /// A point just before something that others can notice only by its order among steps.
    #[doc(hidden)]
    fn invisible_point() {}

    /// The actor that the calling thread is.
    fn me() -> ActorId;
    /// Makes the calling thread be `actor` from here on.
    fn become_actor(actor: ActorId);

    /// A step of the caller begins. Runtimes whose primitives bring their own scheduling points leave it
    /// empty.
    fn point() {}
    /// Called when a shared object has changed.
    fn changed() {}
    /// The caller is the clock, and may let time pass from here on, though an actor could run.
    fn offer() {}
    /// Lets the others run until they have ended. Calls `idle` whenever none of them is enabled; `idle`
    /// returns whether it changed that. Runtimes without such a notion leave it to the joins that follow.
    fn settle(idle: impl FnMut() -> bool) {
        let _ = idle;
    }

    /// Waits until `ready`, which `what` describes. A runtime that cannot suspend a thread on a condition
    /// calls `otherwise`, which makes it true, or waits for it in a way of its own.
    fn block_until(
        what: Cow<'static, str>,
        ready: impl Fn() -> bool + 'static,
        otherwise: impl FnOnce(),
    ) {
        let _ = what;
        if !ready() {
            otherwise();
        }
    }
    /// Wakes all waiters of the condition variable because [`Runtime::block_until`] left it to the callers.
    /// It is part of the caller's step.
    fn wake(condvar: &Self::Condvar) {
        Self::notify(condvar, true);
    }
    /// Lets others run for a while, or until `ready`, before time passes for a waiting actor.
    fn linger(ready: impl Fn() -> bool) {
        let _ = ready;
    }
    /// Returns whether the checker itself gave up inside one of its primitives, so that the unwinding is not
    /// the actor's doing and must not be caught.
    fn collapsed() -> bool {
        false
    }
    /// Returns whether a step and its record are one, so that no action of another actor comes between them.
    fn records_at_once() -> bool {
        true
    }

    /// Records an action of `actor`, the caller.
    #[doc(hidden)]
    fn record(actor: ActorId, kind: impl FnOnce() -> Kind) {
        trace::record(actor, kind);
    }
    /// Records what begins with the caller's next step.
    #[doc(hidden)]
    fn announce(actor: ActorId, kind: impl FnOnce() -> Kind) {
        trace::announce(actor, kind);
    }
    /// Records the announced events of the caller now.
    #[doc(hidden)]
    fn reveal() {
        trace::reveal(Self::me());
    }
    /// Takes the value that the body of the calling actor returned.
    #[doc(hidden)]
    fn returned<T: Hash + Debug + 'static>(value: T) {
        drop(value);
    }
    /// Runs the code of a step on shared state.
    #[doc(hidden)]
    fn inside<U>(object: ObjectId, step: impl FnOnce() -> U) -> U {
        let _ = object;
        step()
    }
    /// Returns whether this is the payload with which the checker ends a run.
    #[doc(hidden)]
    fn is_stop(payload: &(dyn Any + Send)) -> bool {
        let _ = payload;
        false
    }
    /// A loop begins whose rounds do not matter once they have failed.
    #[doc(hidden)]
    fn rounds() -> usize {
        0
    }
    /// A round has failed.
    #[doc(hidden)]
    fn next_round(begun: usize) {
        let _ = begun;
    }
    /// Of all that the caller has seen, only this matters from here on.
    #[doc(hidden)]
    fn only<T: Hash>(value: &T) {
        let _ = value;
    }
    /// Returns whether the explorer ended this execution early, so that there is nothing to judge.
    #[doc(hidden)]
    fn is_abandoned() -> bool {
        false
    }
    /// Notes what the caller learns from its last step.
    #[doc(hidden)]
    fn observe<T: Hash>(seen: &T) {
        let _ = seen;
    }
}
