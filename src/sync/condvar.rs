//! A condition variable whose waits and notifications are recorded.

use std::fmt;

use super::home::{Home, Thing};
use super::{MutexGuard, Runtime, inert};
use crate::trace::{Kind, ObjectId};

/// A condition variable, supplied by the runtime `R`.
///
/// It may wake a waiter whose condition does not hold (another waiter was faster), so `wait` belongs
/// in a loop. No runtime here wakes spuriously, that is with no notification at all: neither loom
/// (tokio-rs/loom issue 1) nor shuttle model it.
pub struct Condvar<R: Runtime> {
    object: ObjectId,
    home: Home,
    inner: R::Condvar,
}

impl<R: Runtime> Condvar<R> {
    /// A condition variable with no waiters; `name` is what timelines call it.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let object = R::object(name);
        let home = Home::new(R::place(), Thing::Object(object));
        Self { object, home, inner: R::condvar(object) }
    }

    /// Releases the guard's mutex, waits to be notified, and takes the mutex again.
    pub fn wait<'a, T: Send + 'static>(&self, guard: MutexGuard<'a, R, T>) -> MutexGuard<'a, R, T> {
        if inert() {
            return guard;
        }
        guard.wait_on(&self.inner, self.object)
    }

    /// Wakes one current waiter, if there is one.
    pub fn notify_one(&self) {
        self.notify(false);
    }

    /// Wakes all who wait now.
    pub fn notify_all(&self) {
        self.notify(true);
    }

    fn notify(&self, all: bool) {
        self.home.check();
        if inert() {
            return;
        }
        R::notify(&self.inner, all);
        if !R::MODEL {
            R::record(R::me(), || Kind::Notify { object: self.object, all });
        }
    }
}

impl<R: Runtime> fmt::Debug for Condvar<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").field("object", &self.object).finish_non_exhaustive()
    }
}
