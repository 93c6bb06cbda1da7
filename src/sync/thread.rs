//! Threads: named, recorded, joined.

use std::any::Any;
use std::fmt::{self, Debug};
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::Result;

use super::home::{Home, Thing};
use super::{Codec, Runtime};
use crate::trace::{self, ActorId, Kind};

/// The payload that unwinds an actor when the execution has no more use for it: a fault crashed it, or the
/// explorer knows the rest. It is not a panic: no hook runs, nothing is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Doom;

/// Starts a thread that is called `name` in timelines and schedules. A search copies what the body returns,
/// hence the bounds on its type.
///
/// A panic of the body is recorded, kept, and raised again by [`JoinHandle::join`].
pub fn spawn<R: Runtime, T: Clone + Hash + Debug + Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<R, T> {
    start(name, Some(Codec::of_outcomes()), body)
}

/// Starts a thread whose result is copied and compared as the codec says.
pub(crate) fn start<R: Runtime, T: Send + 'static>(
    name: &str,
    codec: Option<Codec<Result<T>>>,
    body: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<R, T> {
    R::invisible_point();
    let recorder = trace::current();
    let actor = R::actor(name);
    R::record(R::me(), || Kind::Spawn(actor));
    let handle = R::spawn_of(actor, name, codec, move || {
        let _scope = trace::enter(recorder);
        R::become_actor(actor);
        run::<R, T>(actor, body)
    });
    JoinHandle { actor, home: Home::new(R::place(), Thing::Result(actor)), handle }
}

/// Runs the body to its end, whatever that is.
fn run<R: Runtime, T>(actor: ActorId, body: impl FnOnce() -> T) -> Result<T> {
    let payload = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => return Ok(value),
        Err(payload) if R::collapsed() => resume_unwind(payload),
        Err(payload) => payload,
    };
    if !payload.is::<Doom>() && !R::is_stop(payload.as_ref()) {
        let message = panic_message(payload.as_ref());
        R::record(actor, || Kind::Panic(message));
    }
    Err(payload)
}

/// The text of a panic.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
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
    home: Home,
    handle: R::JoinHandle<Result<T>>,
}

impl<R: Runtime, T: Send + 'static> JoinHandle<R, T> {
    /// Waits for the thread to end, and returns what its body returned.
    ///
    /// # Panics
    ///
    /// Raises the panic of the body again, if it panicked.
    pub fn join(self) -> T {
        self.home.check();
        let outcome = R::join(self.handle);
        if !R::MODEL {
            R::record(R::me(), || Kind::Join(self.actor));
        }
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

    /// The actor that the thread is.
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
