//! Tasks of shuttle, scheduled one visible step at a time.
//!
//! Only shuttle's tasks and its switch are used. What blocks whom is kept on the [`board`]: an actor
//! announces its next step, switches, and is scheduled again only once it can take that step. So a
//! mutex costs one scheduling point instead of the two of `shuttle::sync::Mutex`, a scheduler sees
//! what each actor is about to do, and a deadlock is a state to look at, not a panic to parse.
//!
//! All atomics are sequentially consistent here: this runtime is blind to weak memory. Where that can make
//! a difference is noted on the board, so that a verdict can say so.

use std::borrow::Cow;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, MutexGuard as StdGuard, PoisonError, TryLockError};
use std::thread::Result;
use std::time::Duration;

use super::board::{self, AtOnce, Intent};
use super::tape::Tape;
use super::{Runtime, inert};
use crate::trace::{ActorId, ObjectId, Verb};

/// Tasks of shuttle. They work only under the explorers of the shuttle family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shuttle;

/// Rendering a command and running a script need more than shuttle's 60 KiB.
const STACK_BYTES: usize = 256 * 1024;

/// Announces the next step, and returns when the scheduler lets the calling actor take it.
fn reach(intent: Intent) {
    let me = Shuttle::me();
    board::announce(me, intent);
    // A plain switch. `yield_now` would lower the actor's priority under PCT.
    shuttle::thread::sleep(Duration::ZERO);
    board::arrive(me);
}

/// A mutex of the board; the data is in a `std` mutex, which is never contended.
#[derive(Debug)]
pub struct Mutex<T> {
    object: ObjectId,
    data: StdMutex<T>,
}

/// Holds a [`Mutex`].
#[derive(Debug)]
pub struct Guard<'a, T> {
    object: ObjectId,
    data: StdGuard<'a, T>,
}

impl<T> Mutex<T> {
    fn take(&self) -> Guard<'_, T> {
        let data = match self.data.try_lock() {
            Ok(data) => data,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Reached only by a `Drop` of an unwinding actor, for which nobody can be asked to wait.
            Err(TryLockError::WouldBlock) => panic!(
                "a destructor that runs while its actor is unwound wants a mutex that another actor holds; \
                 let destructors take only what is free, or run the scenario without that fault"
            ),
        };
        board::took(self.object);
        Guard { object: self.object, data }
    }
}

impl<T> ::std::ops::Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.data
    }
}

impl<T> ::std::ops::DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.data
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        board::released(self.object);
    }
}

/// An atomic integer; which one it is matters to the board.
#[derive(Debug)]
pub struct Atomic {
    object: ObjectId,
    value: AtomicI64,
}

/// A place among those who wait on a condition variable; given up when woken, or unwound.
struct Waiting {
    condvar: ObjectId,
    since: u64,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        board::leave(self.condvar, self.since);
    }
}

/// Waits for a task, and hands over what it returned.
#[derive(Debug)]
pub struct JoinHandle<T> {
    actor: ActorId,
    result: Arc<StdMutex<Option<T>>>,
}

impl Runtime for Shuttle {
    const NAME: &'static str = "shuttle";

    type Mutex<T: Send + 'static> = Mutex<T>;
    type Guard<'a, T: Send + 'static> = Guard<'a, T>;
    type Condvar = ObjectId;
    type Atomic = Atomic;
    type JoinHandle<T: Send + 'static> = JoinHandle<T>;

    fn mutex<T: Send + 'static>(object: ObjectId, value: T) -> Mutex<T> {
        Mutex { object, data: StdMutex::new(value) }
    }

    fn lock<T: Send + 'static>(mutex: &Mutex<T>) -> Guard<'_, T> {
        if !inert() {
            reach(Intent::Lock(mutex.object));
        }
        mutex.take()
    }

    fn access<T: Send + 'static>(mutex: &Mutex<T>) -> Guard<'_, T> {
        mutex.take()
    }

    fn condvar(object: ObjectId) -> ObjectId {
        object
    }

    fn wait<'a, T: Send + 'static>(
        condvar: &ObjectId,
        mutex: &'a Mutex<T>,
        guard: Guard<'a, T>,
    ) -> Guard<'a, T> {
        drop(guard);
        let waiting = Waiting { condvar: *condvar, since: board::wait(*condvar) };
        reach(Intent::Wake { condvar: *condvar, mutex: mutex.object, since: waiting.since });
        drop(waiting);
        mutex.take()
    }

    fn notify(condvar: &ObjectId, all: bool) {
        reach(Intent::Step);
        board::notify(*condvar, all);
    }

    fn atomic(object: ObjectId, value: i64) -> Atomic {
        Atomic { object, value: AtomicI64::new(value) }
    }

    fn apply(atomic: &Atomic, verb: Verb, ordering: Ordering) -> i64 {
        if !inert() {
            board::touched(atomic.object, ordering);
        }
        // Tasks of one execution share an OS thread: nobody comes between these two lines.
        let found = atomic.value.load(Ordering::SeqCst);
        atomic.value.store(verb.leaves(found), Ordering::SeqCst);
        found
    }

    fn spawn<T: Send + 'static>(
        actor: ActorId,
        _: &str,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        board::spawned(actor);
        // The number tells whose child it is, and so which code it runs. It is a number and no name: else
        // what the main actor remembers would tell one client from the other.
        Self::observe(|| Tape::of(&actor.0));
        let result = Arc::new(StdMutex::new(None));
        let returned = Arc::clone(&result);
        shuttle::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn(move || {
                board::started(actor);
                let value = body();
                *returned.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
                Self::invisible_point();
                board::ended(actor);
            })
            .map(drop)
            .expect("shuttle starts every task");
        JoinHandle { actor, result }
    }

    fn join<T: Send + 'static>(handle: JoinHandle<T>) -> Result<T> {
        if !inert() {
            reach(Intent::Join(handle.actor));
        }
        let value = handle.result.lock().unwrap_or_else(PoisonError::into_inner).take();
        value.ok_or_else(|| Box::new("the thread had not ended when its joiner was unwound") as _)
    }

    fn me() -> ActorId {
        board::me()
    }

    fn become_actor(actor: ActorId) {
        debug_assert_eq!(board::me(), actor, "an actor has the number of its task");
    }

    fn point() {
        reach(Intent::Step);
    }

    /// A wait right after the step that took the mutex is part of that step: what others could do between
    /// the two they can do just before. If the actor did something else since, a notification without the
    /// mutex can come too late for what it saw, or because of what it did, and too early for the wait.
    fn point_of_wait(mutex: ObjectId) -> bool {
        let alone = !board::has_just_taken(mutex);
        if alone {
            reach(Intent::Step);
        } else {
            Self::invisible_point();
        }
        alone
    }

    /// What the main actor does is setting up, and judging.
    fn invisible_point() {
        let me = Self::me();
        if me != ActorId::MAIN && board::at_once() == AtOnce::Nothing {
            reach(Intent::Invisible);
        }
    }

    fn block_until(what: Cow<'static, str>, ready: impl Fn() -> bool + 'static, _: impl FnOnce()) {
        reach(Intent::Until { what, ready: ::std::rc::Rc::new(ready) });
    }

    fn wake(_: &ObjectId) {}

    fn offer(with: Option<ActorId>, ready: impl Fn() -> bool + 'static) {
        reach(Intent::Offer { with, ready: ::std::rc::Rc::new(ready) });
    }

    fn settle(mut idle: impl FnMut() -> bool) {
        loop {
            reach(Intent::Idle);
            // Scheduled only when no actor can go on: each has ended, or waits, or merely offers.
            if board::unfinished().is_empty() {
                return;
            }
            if board::only_offers_left() {
                board::doom_all();
            } else if !idle() {
                board::deadlock();
            }
        }
    }

    fn crash(actor: ActorId) -> bool {
        board::doom(actor);
        true
    }

    fn remembers() -> bool {
        board::remembers()
    }

    fn content(object: ObjectId, tape: impl FnOnce() -> Option<Tape>) {
        if board::remembers() {
            board::content(object, tape());
        }
    }

    fn observe(tape: impl FnOnce() -> Tape) {
        if board::remembers() {
            board::observe(&tape());
        }
    }

    fn conclude(actor: ActorId, result: impl FnOnce() -> Tape) {
        if board::remembers() {
            board::conclude(actor, result());
        }
    }

    fn client(actor: ActorId) {
        board::client(actor);
    }

    fn abandoned() -> bool {
        board::abandoned()
    }
}
