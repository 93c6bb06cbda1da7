//! The model, as a [`Runtime`].

use std::any::Any;
use std::borrow::Cow;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::thread::Result;

use super::alone::NextOperation;
use super::cell::{Cell, Guard, Kind as Held};
use super::session::{self, Begun};
use super::vitals::{self, give_up};
use crate::machine::operation::Observation;
use crate::machine::resources::atomic::{Apply, Atomic};
use crate::machine::resources::condvar::{Condvar, Notify, Wake};
use crate::machine::resources::mutex::{Lock, Mutex};
use crate::machine::resources::shared::{Access, Peek, Shared};
use crate::machine::resources::thread::Join;
use crate::machine::value::Kept;
use crate::sync::home::Place;
use crate::sync::{Codec, Runtime};
use crate::trace::{ActorId, Kind, ObjectId, Verb};

/// The model: run live as tasks of shuttle, or learned one actor at a time. It works only under lockproof's
/// engines.
///
/// All atomics are sequentially consistent here: this runtime is blind to weak memory. Where that can make a
/// difference is noted, so that a verdict can say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Model;

/// In bytes; lazily mapped and guarded.
const STACK: usize = 1024 * 1024;

/// Waits for a task, and hands over what it returned.
#[derive(Debug)]
pub struct JoinHandle<T> {
    actor: ActorId,
    codec: Option<Codec<T>>,
    result: Arc<StdMutex<Option<T>>>,
}

/// Takes the guard, in a step of its own or as part of one.
fn guard<'a, T: Send + 'static>(cell: &'a Cell<T>, seen: &Observation, kind: Held) -> Guard<'a, T> {
    Guard { cell, value: cell.see(seen), kind }
}

impl Runtime for Model {
    const NAME: &'static str = "model";
    const MODEL: bool = true;

    type Mutex<T: Send + 'static> = Cell<T>;
    type Guard<'a, T: Send + 'static> = Guard<'a, T>;
    type Condvar = ObjectId;
    type Atomic = ObjectId;
    type JoinHandle<T: Send + 'static> = JoinHandle<T>;

    fn object(name: &str) -> ObjectId {
        session::object(name)
    }

    fn place() -> Option<Arc<dyn Place>> {
        vitals::place()
    }

    fn actor(name: &str) -> ActorId {
        session::actor(name)
    }

    fn mutex<T: Send + 'static>(object: ObjectId, value: T) -> Cell<T> {
        Self::mutex_of(object, value, None)
    }

    fn mutex_of<T: Send + 'static>(object: ObjectId, value: T, codec: Option<Codec<T>>) -> Cell<T> {
        session::holds(object, codec.is_some());
        session::create(object, Mutex::new(Cell::content(codec.as_ref(), &value)));
        Cell::new(object, value, codec)
    }

    fn shared_of<T: Send + 'static>(
        object: ObjectId,
        value: T,
        codec: Option<Codec<T>>,
    ) -> Cell<T> {
        session::holds(object, codec.is_some());
        session::create(object, Shared(Cell::content(codec.as_ref(), &value)));
        Cell::new(object, value, codec)
    }

    fn lock<T: Send + 'static>(mutex: &Cell<T>) -> Guard<'_, T> {
        if session::passes_over() {
            return guard(mutex, &Observation::Done, Held::Look);
        }
        let seen = session::step(Lock(mutex.object));
        session::observe(&seen);
        session::took(mutex.object);
        guard(mutex, &seen, Held::Mutex)
    }

    fn access<T: Send + 'static>(shared: &Cell<T>) -> Guard<'_, T> {
        if session::passes_over() {
            return guard(shared, &Observation::Done, Held::Look);
        }
        let seen = session::step(Access(shared.object));
        guard(shared, &seen, Held::Shared)
    }

    fn look<T: Send + 'static>(shared: &Cell<T>) -> Guard<'_, T> {
        if session::is_inert() {
            return guard(shared, &Observation::Done, Held::Look);
        }
        let seen = session::ask(Peek(shared.object));
        session::observe(&seen);
        guard(shared, &seen, Held::Look)
    }

    fn condvar(object: ObjectId) -> ObjectId {
        session::create(object, Condvar::default());
        object
    }

    fn wait<'a, T: Send + 'static>(
        condvar: &ObjectId,
        mutex: &'a Cell<T>,
        held: Guard<'a, T>,
    ) -> Guard<'a, T> {
        // A wait right after the step that took the mutex is part of that step: what others could do between
        // the two they can do just before. If the actor did something else since, a notification without the
        // mutex can come too late for what it saw, or because of what it did, and too early for the wait.
        held.wait(*condvar, !session::has_just_taken(mutex.object));
        let seen = session::step(Wake { condvar: *condvar, mutex: mutex.object });
        session::observe(&seen);
        session::took(mutex.object);
        guard(mutex, &seen, Held::Mutex)
    }

    fn notify(condvar: &ObjectId, all: bool) {
        session::step(Notify { condvar: *condvar, all });
    }

    fn atomic(object: ObjectId, value: i64) -> ObjectId {
        session::create(object, Atomic(value));
        object
    }

    fn apply(atomic: &ObjectId, verb: Verb, ordering: Ordering) -> i64 {
        if session::passes_over() {
            return 0;
        }
        session::touched(*atomic, ordering);
        let seen = session::step(Apply { object: *atomic, verb });
        session::observe(&seen);
        seen.get().copied().unwrap_or_default()
    }

    fn spawn<T: Send + 'static>(
        actor: ActorId,
        name: &str,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        Self::spawn_of(actor, name, None, body)
    }

    fn spawn_of<T: Send + 'static>(
        actor: ActorId,
        _: &str,
        codec: Option<Codec<T>>,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        let result = Arc::new(StdMutex::new(None));
        let returned = Arc::clone(&result);
        let run = move || {
            let value = body();
            let kept = codec.filter(|_| session::keeps_values()).map(|codec| (codec.keep)(&value));
            *returned.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
            session::invisible_point();
            session::ended(actor, kept);
        };
        match session::spawn(actor) {
            Begun::Task => shuttle::thread::Builder::new()
                .stack_size(STACK)
                .spawn(move || {
                    // An actor that is killed before it begins does not begin.
                    if matches!(session::arrive(), Observation::Killed) {
                        session::ended(actor, None);
                    } else {
                        run();
                    }
                })
                .map(drop)
                .expect("shuttle starts every task"),
            Begun::Here => session::run_here(actor, run),
            Begun::Elsewhere => {}
        }
        JoinHandle { actor, codec, result }
    }

    fn join<T: Send + 'static>(handle: JoinHandle<T>) -> Result<T> {
        if session::is_inert() {
            give_up(session::joins_in_vain(handle.actor));
        }
        let seen = session::ask(Join(handle.actor));
        session::observe(&seen);
        let copied = match (&seen, &handle.codec) {
            (Observation::Value(kept), Some(codec)) => (codec.copy)(kept),
            _ => None,
        };
        let value =
            copied.or_else(|| handle.result.lock().unwrap_or_else(PoisonError::into_inner).take());
        value.ok_or_else(|| Box::new("the thread was ended before it returned anything") as _)
    }

    fn invisible_point() {
        session::invisible_point();
    }

    fn me() -> ActorId {
        session::me()
    }

    fn become_actor(_: ActorId) {}

    fn record(_: ActorId, kind: impl FnOnce() -> Kind) {
        if !session::is_inert() {
            session::record(kind());
        }
    }

    fn announce(_: ActorId, kind: impl FnOnce() -> Kind) {
        session::announce(kind());
    }

    fn reveal() {
        session::reveal();
    }

    fn returned<T: Hash + Debug + 'static>(value: T) {
        session::returned(Kept::new(value));
    }

    fn inside<U>(object: ObjectId, step: impl FnOnce() -> U) -> U {
        session::inside(object, step)
    }

    fn is_stop(payload: &(dyn Any + Send)) -> bool {
        payload.is::<NextOperation>()
    }

    fn rounds() -> usize {
        session::rounds()
    }

    fn next_round(begun: usize) {
        session::next_round(begun);
    }

    fn only<T: Hash>(value: &T) {
        if !session::is_inert() {
            session::only(value);
        }
    }

    fn is_abandoned() -> bool {
        session::with(|session| session.live_mut().abandoned)
    }

    fn observe<T: Hash>(seen: &T) {
        session::observe(seen);
    }

    fn block_until(_: Cow<'static, str>, _: impl Fn() -> bool + 'static, _: impl FnOnce()) {
        unreachable!("what the model waits for is data");
    }

    fn wake(_: &ObjectId) {}
}
