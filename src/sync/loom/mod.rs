//! Threads and locks of loom: explored exhaustively, under the C11 memory model.
//!
//! This module adds what loom lacks: mutexes that a panic does not poison ([`mutex`]), time that passes only
//! when no actor is enabled ([`time`]), and steps that are more than one access ([`blocks`]).

mod actors;
mod blocks;
mod execution;
mod me;
mod mutex;
mod primitive;
mod put_by;
mod time;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{Result, ThreadId};

use loom::sync::Condvar as Marker;
use loom::sync::atomic::AtomicI64;
use loom::thread::{self, JoinHandle};

pub(crate) use execution::{
    Awaited, GaveUp, MOST_ACTORS, Mode, Noticed, Stop, awaited, begin, finish, gave_up, noticed,
    recover,
};

use super::atomic::on_failure;
use super::home::{Place, REMEDY, Thing};
use super::{Runtime, inert};
use crate::trace::{self, ActorId, ObjectId, Recorder, Trace, Verb};
use actors::awaiting;
use mutex::{Guard, Mutex};
use primitive::{blocking, primitive};

/// loom's primitives. They work only inside a loom model, which is what the loom engine runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Loom;

/// A condition variable. [`actors`] knows its waiters. One of loom's own, without waiters, shows loom that
/// its accesses depend on each other.
#[derive(Debug)]
pub struct Condvar {
    object: ObjectId,
    marker: Marker,
}

impl Condvar {
    fn notify(&self, all: bool) {
        primitive(|| {
            self.marker.notify_all();
            actors::notify(self.object, all);
        });
    }
}

/// The OS thread on which loom runs all its threads.
struct Thread {
    id: ThreadId,
    recorder: Option<Recorder>,
}

impl Place for Thread {
    fn is_here(&self) -> bool {
        std::thread::current().id() == self.id
    }

    /// The actor may wait for that thread, so it ends in a panic.
    fn refuse(&self, thing: Thing) -> ! {
        let name = |trace: &Trace| match thing {
            Thing::Object(object) => trace.object(object).to_owned(),
            Thing::Result(actor) => format!("what {} returns", trace.actor(actor)),
            Thing::Clock => "the clock".to_owned(),
        };
        let what = self.recorder.as_ref().map(|recorder| recorder.with_trace(name));
        let what = what.unwrap_or_else(|| "what actors share".to_owned());
        let why = format!("a thread that lockproof did not start uses {what}: {REMEDY}");
        if let Some(recorder) = &self.recorder {
            recorder.refuse(why.clone());
        }
        panic!("{why}");
    }
}

/// In machine words. loom's own default suffices for a bare closure; a scenario's actor formats names and
/// walks maps.
const STACK_WORDS: usize = 32 * 1024;

impl Runtime for Loom {
    const NAME: &'static str = "loom";

    type Mutex<T: Send + 'static> = Mutex<T>;
    type Guard<'a, T: Send + 'static> = Guard<'a, T>;
    type Condvar = Condvar;
    type Atomic = (ObjectId, AtomicI64);
    type JoinHandle<T: Send + 'static> = (ActorId, JoinHandle<T>);

    fn place() -> Option<Arc<dyn Place>> {
        Some(Arc::new(Thread { id: std::thread::current().id(), recorder: trace::current() }))
    }

    fn mutex<T: Send + 'static>(object: ObjectId, value: T) -> Mutex<T> {
        Mutex::new(object, value)
    }

    fn lock<T: Send + 'static>(mutex: &Mutex<T>) -> Guard<'_, T> {
        execution::step();
        mutex.take()
    }

    /// loom has to see the dependency between two accesses, so it is a mutex like any other.
    fn access<T: Send + 'static>(mutex: &Mutex<T>) -> Guard<'_, T> {
        mutex.take()
    }

    fn condvar(object: ObjectId) -> Condvar {
        Condvar { object, marker: Marker::new() }
    }

    fn wait<'a, T: Send + 'static>(
        condvar: &Condvar,
        mutex: &'a Mutex<T>,
        guard: Guard<'a, T>,
    ) -> Guard<'a, T> {
        let on = Awaited::Wake { condvar: condvar.object, mutex: mutex.object };
        execution::step();
        blocking(on, || {
            condvar.marker.notify_all();
            actors::joins_waiters(condvar.object);
            drop(guard);
            time::rest();
            thread::park();
            execution::step();
            mutex.retake()
        })
    }

    fn notify(condvar: &Condvar, all: bool) {
        execution::step();
        condvar.notify(all);
    }

    fn atomic(object: ObjectId, value: i64) -> (ObjectId, AtomicI64) {
        (object, AtomicI64::new(value))
    }

    fn apply((object, atomic): &(ObjectId, AtomicI64), verb: Verb, ordering: Ordering) -> i64 {
        let found = primitive(|| match verb {
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
        });
        actors::accessed(*object, verb, ordering);
        found
    }

    fn spawn<T: Send + 'static>(
        actor: ActorId,
        name: &str,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> Self::JoinHandle<T> {
        primitive(|| actors::starts(actor));
        let thread = thread::Builder::new().name(name.to_owned()).stack_size(STACK_WORDS);
        let run = move || {
            let result = body();
            primitive(|| actors::ends(actor));
            result
        };
        (actor, thread.spawn(run).expect("loom starts every thread it has room for"))
    }

    fn join<T: Send + 'static>((actor, handle): Self::JoinHandle<T>) -> Result<T> {
        let result = blocking(Awaited::End(actor), || {
            if !actors::has_ended(actor) {
                time::rest();
            }
            handle.join()
        });
        actors::joined(actor);
        result
    }

    fn expect(count: usize) {
        actors::expect(count);
    }

    fn point() {
        execution::step();
    }

    fn block_until(
        what: Cow<'static, str>,
        ready: impl Fn() -> bool + 'static,
        otherwise: impl FnOnce(),
    ) {
        if inert() {
            return if !ready() {
                otherwise()
            };
        }
        if execution::mode().timed {
            awaiting(Awaited::Condition(what), || time::wait_until(ready));
        } else if !time::muted(Self::me(), ready) {
            awaiting(Awaited::Condition(what), || time::wait_by(otherwise));
        }
        execution::step();
    }

    fn wake(condvar: &Condvar) {
        match execution::mode().timed {
            true => time::wake_all(),
            false => condvar.notify(true),
        }
    }

    fn offer() {
        time::offers();
    }

    fn settle(idle: impl FnMut() -> bool) {
        time::settle(idle);
    }

    fn changed() {
        time::changed();
    }

    fn collapsed() -> bool {
        execution::collapsed()
    }

    fn me() -> ActorId {
        me::me()
    }

    fn become_actor(actor: ActorId) {
        me::become_actor(actor);
    }
}
