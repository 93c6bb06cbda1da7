//! Events: those of the current execution, and the record of them.
//!
//! The seam ([`crate::sync`]) records each step as it is taken, so a scenario cannot forget to and a
//! picture cannot lie. A record is installed for the OS thread that runs a model, or handed from
//! thread to thread where the threads are real. Where none is installed (a production user of the
//! lock) recording costs one look at an empty thread-local.
//!
//! * [`event`]: the description of one step.
//! * [`datum`]: a value in an event, whatever its type.
//! * [`recorder`]: the store of the steps, and the interface of its watchers.

pub mod datum;
pub mod event;
pub mod recorder;

pub use datum::Datum;
pub use event::{ActorId, Event, Kind, ObjectId, Touch, Verb};
pub use recorder::{Recorder, Trace, Watcher};

use std::cell::{Cell, RefCell};

thread_local! {
    static CURRENT: RefCell<Option<Recorder>> = const { RefCell::new(None) };
    static TAKER: Cell<Option<fn(Event)>> = const { Cell::new(None) };
}

/// The recorder of the execution that runs on this OS thread, if one is installed.
#[must_use]
pub fn current() -> Option<Recorder> {
    CURRENT.with_borrow(Clone::clone)
}

/// Returns whether a recorder is installed on this OS thread. A panic hook may ask at any time.
#[cfg(feature = "model")]
pub(crate) fn is_recording() -> bool {
    let installed = CURRENT.try_with(|current| current.try_borrow().is_ok_and(|it| it.is_some()));
    installed.unwrap_or(false)
}

/// Puts `recorder` in charge of this OS thread until the returned scope is dropped.
#[must_use = "the recorder is taken out again when the scope is dropped"]
pub fn enter(recorder: Option<Recorder>) -> Scope {
    Scope { outer: CURRENT.replace(recorder) }
}

/// Sends the records of actors on this OS thread to `taker`: a record is a part of an actor's step, and takes
/// effect with the rest of it.
#[cfg(feature = "model")]
pub(crate) fn hand_to(taker: Option<fn(Event)>) {
    TAKER.set(taker);
}

/// Works with the recorder of this OS thread, if one is installed.
fn with_current<U>(work: impl FnOnce(&Recorder) -> U) -> Option<U> {
    CURRENT.with_borrow(|current| current.as_ref().map(work))
}

/// Returns whether the execution on this OS thread need not go on: a property is violated, or an actor
/// panicked.
#[cfg(feature = "model")]
pub(crate) fn is_broken() -> bool {
    with_current(Recorder::is_broken).unwrap_or_default()
}

/// Records an action of `actor`. `kind` is called only where a recorder is installed.
pub fn record(actor: ActorId, kind: impl FnOnce() -> Kind) {
    match TAKER.get() {
        Some(take) => take(Event { actor, kind: kind() }),
        None => append(actor, kind),
    }
}

/// Appends an action of `actor` to the record.
pub(crate) fn append(actor: ActorId, kind: impl FnOnce() -> Kind) {
    with_current(|recorder| recorder.record(Event { actor, kind: kind() }));
}

/// Records several things that happened in one step.
pub(crate) fn record_all<E: IntoIterator<Item = Event>>(events: impl FnOnce() -> E) {
    with_current(|recorder| events().into_iter().for_each(|event| recorder.record(event)));
}

/// Keeps an action of `actor` to be recorded just before its next event, whichever that is.
pub(crate) fn announce(actor: ActorId, kind: impl FnOnce() -> Kind) {
    with_current(|recorder| recorder.announce(Event { actor, kind: kind() }));
}

/// Records the announced actions of `actor` now: they begin, although the step has no record yet.
pub(crate) fn reveal(actor: ActorId) {
    with_current(|recorder| recorder.reveal(actor));
}

/// Notes why the current execution does not count.
#[cfg(feature = "model")]
pub(crate) fn refuse(why: String) {
    with_current(|recorder| recorder.refuse(why));
}

/// Notes that changes of a key are recorded from here on.
#[cfg(feature = "model")]
pub(crate) fn watches(server: &str, key: &str) {
    with_current(|recorder| recorder.watches(server, key));
}

/// Registers an object (a mutex, a condvar, a server) under `name`, and returns the number it has
/// in events; without a recorder every object is number 0.
pub(crate) fn object(name: &str) -> ObjectId {
    with_current(|recorder| recorder.object(name)).unwrap_or(ObjectId(0))
}

/// Notes the name of an object whose number is known.
#[cfg(feature = "model")]
pub(crate) fn name_object(object: ObjectId, name: &str) {
    with_current(|recorder| recorder.name_object(object, name));
}

/// Notes the name of an actor whose number is known.
#[cfg(feature = "model")]
pub(crate) fn name_actor(actor: ActorId, name: &str) {
    with_current(|recorder| recorder.name_actor(actor, name));
}

/// Registers an actor under `name`, and returns the number it has in events; without a recorder
/// every actor is the main one.
pub(crate) fn actor(name: &str) -> ActorId {
    with_current(|recorder| recorder.actor(name)).unwrap_or(ActorId::MAIN)
}

/// Gives the OS thread back to the recorder it had before [`enter`].
#[derive(Debug)]
pub struct Scope {
    outer: Option<Recorder>,
}

impl Drop for Scope {
    fn drop(&mut self) {
        CURRENT.set(self.outer.take());
    }
}
