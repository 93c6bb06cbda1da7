//! Real threads, and the locks of the standard library.

use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, Result};

use super::Runtime;
use super::atomic::on_failure;
use crate::trace::{ActorId, ObjectId, Verb};

/// Real threads and the locks of [`std::sync`]: what production uses, and what the stress engine runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Std;

/// The number of times a thread yields before it makes time pass: enough for one of the others to start.
const PATIENCE: usize = 1_000;

thread_local! {
    static ME: Cell<ActorId> = const { Cell::new(ActorId::MAIN) };
}

impl Runtime for Std {
    const NAME: &'static str = "std";

    type Mutex<T: Send + 'static> = Mutex<T>;
    type Guard<'a, T: Send + 'static> = MutexGuard<'a, T>;
    type Condvar = Condvar;
    type Atomic = AtomicI64;
    type JoinHandle<T: Send + 'static> = JoinHandle<T>;

    fn mutex<T: Send + 'static>(_: ObjectId, value: T) -> Mutex<T> {
        Mutex::new(value)
    }

    fn lock<T: Send + 'static>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn access<T: Send + 'static>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        Self::lock(mutex)
    }

    fn condvar(_: ObjectId) -> Condvar {
        Condvar::new()
    }

    fn wait<'a, T: Send + 'static>(
        condvar: &Condvar,
        _: &'a Mutex<T>,
        guard: MutexGuard<'a, T>,
    ) -> MutexGuard<'a, T> {
        condvar.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    fn notify(condvar: &Condvar, all: bool) {
        if all {
            condvar.notify_all();
        } else {
            condvar.notify_one();
        }
    }

    fn atomic(_: ObjectId, value: i64) -> AtomicI64 {
        AtomicI64::new(value)
    }

    fn apply(atomic: &AtomicI64, verb: Verb, ordering: Ordering) -> i64 {
        match verb {
            Verb::Load => atomic.load(ordering),
            // `std` stores without looking; no caller sees the previous value.
            Verb::Store(value) => {
                atomic.store(value, ordering);
                value
            }
            Verb::Swap(value) => atomic.swap(value, ordering),
            Verb::FetchAdd(value) => atomic.fetch_add(value, ordering),
            Verb::CompareExchange { expected, new } => atomic
                .compare_exchange(expected, new, ordering, on_failure(ordering))
                .unwrap_or_else(|found| found),
        }
    }

    fn spawn<T: Send + 'static>(
        _: ActorId,
        name: &str,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(body)
            .expect("the system can start another thread")
    }

    fn join<T: Send + 'static>(handle: JoinHandle<T>) -> Result<T> {
        handle.join()
    }

    fn linger(ready: impl Fn() -> bool) {
        for _ in 0..PATIENCE {
            if ready() {
                return;
            }
            thread::yield_now();
        }
    }

    /// Another thread can do and record something in between.
    fn records_at_once() -> bool {
        false
    }

    fn me() -> ActorId {
        ME.get()
    }

    fn become_actor(actor: ActorId) {
        ME.set(actor);
    }
}
