//! What a runtime has to supply.

use std::borrow::Cow;
use std::fmt::Debug;
use std::hash::Hash;
use std::ops::DerefMut;
use std::sync::atomic::Ordering;
use std::thread::Result;

use super::tape::Tape;
use crate::trace::{ActorId, ObjectId, Verb};

/// Supplies the primitives. Scenarios, locks and banks name it only as a type parameter, and reach
/// it through the wrappers of [`crate::sync`]; a runtime records nothing itself.
///
/// Every method that takes a visible step has its scheduling point **before** the step takes effect.
pub trait Runtime:
    Copy + Debug + Default + Eq + Hash + Ord + Send + Sync + Sized + 'static
{
    /// The name of the runtime in verdicts and in test names.
    const NAME: &'static str;

    /// A mutex around a value.
    type Mutex<T: Send + 'static>: Send + Sync + 'static;
    /// What holds such a mutex, and releases it when dropped.
    type Guard<'a, T: Send + 'static>: DerefMut<Target = T>;
    /// A condition variable.
    type Condvar: Send + Sync + 'static;
    /// An atomic integer.
    type Atomic: Send + Sync + 'static;
    /// What waits for a spawned thread.
    type JoinHandle<T: Send + 'static>: Send + 'static;

    /// A mutex around `value`.
    fn mutex<T: Send + 'static>(object: ObjectId, value: T) -> Self::Mutex<T>;
    /// Takes the mutex, once it is free.
    fn lock<T: Send + 'static>(mutex: &Self::Mutex<T>) -> Self::Guard<'_, T>;
    /// Takes a mutex that is never held across a scheduling point, with no scheduling point of its own
    /// where the runtime can do without (see [`Runtime::point`]).
    fn access<T: Send + 'static>(mutex: &Self::Mutex<T>) -> Self::Guard<'_, T>;

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
    /// Waits for the thread to end.
    ///
    /// # Errors
    ///
    /// What the thread panicked with.
    fn join<T: Send + 'static>(handle: Self::JoinHandle<T>) -> Result<T>;

    /// Which actor the calling thread is.
    fn me() -> ActorId;
    /// Makes the calling thread be `actor` from here on.
    fn become_actor(actor: ActorId);

    /// The scheduling point of a step that never blocks. Runtimes whose primitives bring their own, or
    /// that have none, leave it empty.
    fn point() {}
    /// The scheduling point of a wait with `mutex`, where that is a step of its own; whether it is.
    fn point_of_wait(mutex: ObjectId) -> bool {
        let _ = mutex;
        false
    }
    /// The scheduling point of a step that nobody can notice, such as the release of a mutex. Only a search
    /// that is told to take nothing for granted has one there. It never unwinds its caller, which may be a
    /// destructor.
    fn invisible_point() {}
    /// Waits until `ready`, which is `what`, in words. A runtime that cannot suspend a thread on a condition
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
    /// Wakes all who wait on the condition variable because [`Runtime::block_until`] left it to them. It is
    /// part of the caller's step; a runtime that suspends its threads has nobody to wake.
    fn wake(condvar: &Self::Condvar) {
        Self::notify(condvar, true);
    }
    /// Lets others go on for a while, or until `ready`, before time passes because somebody waits. A runtime
    /// that explores has no need of it: it tries what the others could have done anyway.
    fn linger(ready: impl Fn() -> bool) {
        let _ = ready;
    }

    /// Offers to go on once `ready`, though nobody waits for it: a fault, or the clock. A runtime whose
    /// scheduler cannot be asked goes on at once.
    ///
    /// An actor that goes on `with` the caller takes the step that it is about to take right after the
    /// caller's, with nothing of anybody else in between: the two are one step.
    fn offer(with: Option<ActorId>, ready: impl Fn() -> bool + 'static) {
        let _ = (with, ready);
    }
    /// Lets the others run until they have ended. `idle` is called whenever none of them can go on, and
    /// tells whether it changed that. Runtimes without such a notion leave it to the joins that follow.
    fn settle(idle: impl FnMut() -> bool) {
        let _ = idle;
    }
    /// Has an actor die at once, with no further step of its own; `false` where a thread cannot be killed.
    fn crash(actor: ActorId) -> bool {
        let _ = actor;
        false
    }
    /// Whether the checker itself gave up inside one of its primitives, so that what unwinds is not the
    /// actor's doing and must not be caught.
    fn collapsed() -> bool {
        false
    }

    /// Whether a step and its record are one, so that nothing of another actor comes between them.
    fn records_at_once() -> bool {
        true
    }

    /// Whether an explorer remembers states, and wants the tapes below.
    #[doc(hidden)]
    fn remembers() -> bool {
        false
    }
    /// What is in `object` now; `None` cannot be hashed.
    #[doc(hidden)]
    fn content(object: ObjectId, tape: impl FnOnce() -> Option<Tape>) {
        let _ = (object, tape);
    }
    /// What the calling actor has just seen.
    #[doc(hidden)]
    fn observe(tape: impl FnOnce() -> Tape) {
        let _ = tape;
    }
    /// What `actor` has come to, now that its body is over: what it saw before matters to nobody.
    #[doc(hidden)]
    fn conclude(actor: ActorId, result: impl FnOnce() -> Tape) {
        let _ = (actor, result);
    }
    /// `actor` runs the same code as every other client, and differs from them only in its name.
    #[doc(hidden)]
    fn client(actor: ActorId) {
        let _ = actor;
    }
    /// Whether the explorer ended this execution early, so that there is nothing to judge.
    #[doc(hidden)]
    fn abandoned() -> bool {
        false
    }
}
