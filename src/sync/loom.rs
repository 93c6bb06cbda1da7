//! Threads and locks of loom: explored exhaustively, under the C11 memory model.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
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
    /// Who is where it may block, and on what. loom runs all its threads on one OS thread, and tells nobody
    /// what they wait for.
    static AWAITED: RefCell<BTreeMap<ActorId, Awaited>> = const { RefCell::new(BTreeMap::new()) };
}

/// What an actor needs in order to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// A mutex.
    Lock(ObjectId),
    /// A notification, and then the mutex again.
    Wake {
        /// What is waited on.
        condvar: ObjectId,
        /// What was released for as long.
        mutex: ObjectId,
    },
    /// The end of an actor.
    End(ActorId),
    /// A condition, in words. loom knows only the condition variable that is waited on in its place.
    Condition(Cow<'static, str>),
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

/// Calls a primitive of loom that may block.
fn blocking<U>(on: Awaited, call: impl FnOnce() -> U) -> U {
    awaiting(on, || primitive(call))
}

/// Makes a call that comes back once the actor has what it needs. What a call within it blocks on is how, not
/// what for.
fn awaiting<U>(on: Awaited, call: impl FnOnce() -> U) -> U {
    // An actor that unwinds may do so because loom gave up, and loom does not know any more who it is.
    if inert() {
        return call();
    }
    let me = Loom::me();
    let outermost = AWAITED.with_borrow_mut(|awaited| match awaited.entry(me) {
        Entry::Vacant(vacant) => {
            vacant.insert(on);
            true
        }
        Entry::Occupied(_) => false,
    });
    let result = call();
    if outermost {
        AWAITED.with_borrow_mut(|awaited| awaited.remove(&me));
    }
    result
}

/// Forgets an earlier collapse on this OS thread.
pub(crate) fn recover() {
    COLLAPSED.set(false);
    AWAITED.take();
}

/// Who was where it may block, and on what, when loom gave up.
pub(crate) fn awaited() -> BTreeMap<ActorId, Awaited> {
    AWAITED.with_borrow(Clone::clone)
}

/// In machine words. loom's own default is what a bare closure needs; a scenario's actor formats
/// names and walks maps.
const STACK_WORDS: usize = 32 * 1024;

impl Runtime for Loom {
    const NAME: &'static str = "loom";

    type Mutex<T: Send + 'static> = (ObjectId, Mutex<T>);
    type Guard<'a, T: Send + 'static> = MutexGuard<'a, T>;
    type Condvar = (ObjectId, Condvar);
    type Atomic = AtomicI64;
    type JoinHandle<T: Send + 'static> = (ActorId, JoinHandle<T>);

    fn mutex<T: Send + 'static>(object: ObjectId, value: T) -> Self::Mutex<T> {
        (object, Mutex::new(value))
    }

    fn lock<T: Send + 'static>((object, mutex): &Self::Mutex<T>) -> MutexGuard<'_, T> {
        let guard = blocking(Awaited::Lock(*object), || mutex.lock());
        guard.expect("loom's mutexes are never poisoned")
    }

    /// loom has to see the dependency between two accesses, so it is a mutex like any other.
    fn access<T: Send + 'static>(mutex: &Self::Mutex<T>) -> MutexGuard<'_, T> {
        Self::lock(mutex)
    }

    fn condvar(object: ObjectId) -> Self::Condvar {
        (object, Condvar::new())
    }

    fn wait<'a, T: Send + 'static>(
        (object, condvar): &Self::Condvar,
        (mutex, _): &'a Self::Mutex<T>,
        guard: MutexGuard<'a, T>,
    ) -> MutexGuard<'a, T> {
        let on = Awaited::Wake { condvar: *object, mutex: *mutex };
        blocking(on, || condvar.wait(guard)).expect("loom's mutexes are never poisoned")
    }

    fn notify((_, condvar): &Self::Condvar, all: bool) {
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
        actor: ActorId,
        name: &str,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> Self::JoinHandle<T> {
        let thread = thread::Builder::new().name(name.to_owned()).stack_size(STACK_WORDS);
        (actor, thread.spawn(body).expect("loom starts every thread it has room for"))
    }

    fn join<T: Send + 'static>((actor, handle): Self::JoinHandle<T>) -> Result<T> {
        blocking(Awaited::End(actor), || handle.join())
    }

    fn block_until(
        what: Cow<'static, str>,
        ready: impl Fn() -> bool + 'static,
        otherwise: impl FnOnce(),
    ) {
        if !ready() {
            awaiting(Awaited::Condition(what), otherwise);
        }
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
