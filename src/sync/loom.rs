//! Threads and locks of loom: explored exhaustively, under the C11 memory model.

use std::cell::Cell;
use std::sync::atomic::Ordering;
use std::thread::Result;

use loom::sync::atomic::AtomicI64;
use loom::sync::{Condvar, Mutex, MutexGuard};
use loom::thread::{self, JoinHandle};

use super::atomic::on_failure;
use super::{Runtime, inert};
use crate::trace::{ActorId, ObjectId, Verb};

/// loom's primitives. They work only inside a loom model, which is what the loom engine runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Loom;

loom::thread_local! {
    static ME: Cell<ActorId> = Cell::new(ActorId::MAIN);
}

::std::thread_local! {
    /// Whether loom gave up: it found a deadlock, or ran into one of its limits.
    static COLLAPSED: Cell<bool> = const { Cell::new(false) };
}

/// Calls a primitive of loom. A panic out of one is loom's verdict on the execution, not the actor's.
fn primitive<U>(call: impl FnOnce() -> U) -> U {
    struct Watch {
        unwinding: bool,
    }
    impl Drop for Watch {
        fn drop(&mut self) {
            if inert() && !self.unwinding {
                COLLAPSED.set(true);
            }
        }
    }
    let _watch = Watch { unwinding: inert() };
    call()
}

/// Forgets an earlier collapse on this OS thread.
pub(crate) fn recover() {
    COLLAPSED.set(false);
}

/// In machine words. loom's own default is what a bare closure needs; a scenario's actor formats
/// names and walks maps.
const STACK_WORDS: usize = 32 * 1024;

impl Runtime for Loom {
    const NAME: &'static str = "loom";

    type Mutex<T: Send + 'static> = Mutex<T>;
    type Guard<'a, T: Send + 'static> = MutexGuard<'a, T>;
    type Condvar = Condvar;
    type Atomic = AtomicI64;
    type JoinHandle<T: Send + 'static> = JoinHandle<T>;

    fn mutex<T: Send + 'static>(_: ObjectId, value: T) -> Mutex<T> {
        Mutex::new(value)
    }

    fn lock<T: Send + 'static>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        primitive(|| mutex.lock()).expect("loom's mutexes are never poisoned")
    }

    /// loom has to see the dependency between two accesses, so it is a mutex like any other.
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
        primitive(|| condvar.wait(guard)).expect("loom's mutexes are never poisoned")
    }

    fn notify(condvar: &Condvar, all: bool) {
        primitive(|| {
            if all {
                condvar.notify_all();
            } else {
                condvar.notify_one();
            }
        });
    }

    fn atomic(_: ObjectId, value: i64) -> AtomicI64 {
        AtomicI64::new(value)
    }

    fn apply(atomic: &AtomicI64, verb: Verb, ordering: Ordering) -> i64 {
        primitive(|| match verb {
            Verb::Load => atomic.load(ordering),
            Verb::Store(value) => {
                atomic.store(value, ordering);
                value
            }
            Verb::Swap(value) => atomic.swap(value, ordering),
            Verb::FetchAdd(value) => atomic.fetch_add(value, ordering),
            Verb::CompareExchange { expected, new } => atomic
                .compare_exchange(expected, new, ordering, on_failure(ordering))
                .unwrap_or_else(|found| found),
        })
    }

    fn spawn<T: Send + 'static>(
        _: ActorId,
        name: &str,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        thread::Builder::new()
            .name(name.to_owned())
            .stack_size(STACK_WORDS)
            .spawn(body)
            .expect("loom starts every thread it has room for")
    }

    fn join<T: Send + 'static>(handle: JoinHandle<T>) -> Result<T> {
        primitive(|| handle.join())
    }

    fn collapsed() -> bool {
        COLLAPSED.get()
    }

    fn me() -> ActorId {
        ME.with(Cell::get)
    }

    fn become_actor(actor: ActorId) {
        ME.with(|me| me.set(actor));
    }
}
