//! Threads: named, recorded, joined.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::Result;

use super::{Runtime, inert};
use crate::trace::{self, ActorId, Kind};

/// What an actor is unwound with when the execution has no more use for it: a fault crashed it, or
/// the explorer knows the rest. It is not a panic: no hook runs, nothing is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Doom;

/// Starts a thread that is called `name` in timelines and schedules.
///
/// A panic of the body is recorded, kept, and raised again by [`JoinHandle::join`].
pub fn spawn<R: Runtime, T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<R, T> {
    if !inert() {
        R::invisible_point();
    }
    let recorder = trace::current();
    let actor = trace::actor(name);
    trace::record(R::me(), || Kind::Spawn(actor));
    let handle = R::spawn(actor, name, move || {
        let _scope = trace::enter(recorder);
        R::become_actor(actor);
        run::<R, T>(actor, body)
    });
    JoinHandle { actor, handle }
}

/// Runs the body to its end, whatever that is.
fn run<R: Runtime, T>(actor: ActorId, body: impl FnOnce() -> T) -> Result<T> {
    let payload = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => return Ok(value),
        Err(payload) if R::collapsed() => resume_unwind(payload),
        Err(payload) => payload,
    };
    if !payload.is::<Doom>() {
        let message = panic_message(payload.as_ref());
        trace::record(actor, || Kind::Panic(message));
    }
    Err(payload)
}

/// The text of a panic.
pub(crate) fn panic_message(payload: &(dyn ::std::any::Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic that carries no text".to_owned())
}

/// Waits for a thread started by [`spawn`].
#[must_use = "a thread that nobody joins may outlive what it works on"]
pub struct JoinHandle<R: Runtime, T: Send + 'static> {
    actor: ActorId,
    handle: R::JoinHandle<Result<T>>,
}

impl<R: Runtime, T: Send + 'static> JoinHandle<R, T> {
    /// Waits for the thread to end, and returns what its body returned.
    ///
    /// # Panics
    ///
    /// Raises the panic of the body again, if it panicked.
    pub fn join(self) -> T {
        let outcome = R::join(self.handle);
        trace::record(R::me(), || Kind::Join(self.actor));
        match outcome {
            Ok(Ok(value)) => value,
            Ok(Err(payload)) | Err(payload) => resume_unwind(payload),
        }
    }

    /// Waits for the thread to end, whether it returned, panicked or was crashed.
    #[cfg(feature = "model")]
    pub(crate) fn wait(self) {
        let _ = R::join(self.handle);
    }

    /// Which actor the thread is.
    #[must_use]
    pub const fn actor(&self) -> ActorId {
        self.actor
    }
}

impl<R: Runtime, T: Send + 'static> fmt::Debug for JoinHandle<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("actor", &self.actor).finish_non_exhaustive()
    }
}
