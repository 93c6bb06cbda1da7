//! A mutex whose acquisitions and releases are recorded.

use std::fmt::{self, Debug};
use std::hash::Hash;
use std::ops::{Deref, DerefMut};

use super::home::{Home, Thing};
use super::{Codec, Runtime, inert};
use crate::trace::{Kind, ObjectId};

/// A mutual exclusion lock around a value, supplied by the runtime `R`.
///
/// ```
/// use lockproof::sync::{Mutex, Std};
///
/// let balance = Mutex::<Std, _>::new("balance", 100_i64);
/// *balance.lock() += 20;
/// assert_eq!(*balance.lock(), 120);
/// ```
pub struct Mutex<R: Runtime, T: Send + 'static> {
    object: ObjectId,
    home: Home,
    inner: R::Mutex<T>,
}

impl<R: Runtime, T: Send + 'static> Mutex<R, T> {
    /// A free mutex around `value`; `name` is what timelines call it.
    ///
    /// The value is plain data: a clone of it shares nothing with the original, and what `Hash` leaves out
    /// makes no difference. A search that finds otherwise says so.
    pub fn new(name: &str, value: T) -> Self
    where
        T: Clone + Hash + Debug,
    {
        Self::with(name, value, Some(Codec::new()))
    }

    /// A free mutex around a value that cannot be copied or compared. Searches that compare states execute a
    /// scenario that holds one again and again instead, which is slow, and say so.
    pub fn opaque(name: &str, value: T) -> Self {
        Self::with(name, value, None)
    }

    fn with(name: &str, value: T, codec: Option<Codec<T>>) -> Self {
        let object = R::object(name);
        let home = Home::new(R::place(), Thing::Object(object));
        Self { object, home, inner: R::mutex_of(object, value, codec) }
    }

    /// Takes the mutex, waiting for it if another actor holds it.
    pub fn lock(&self) -> MutexGuard<'_, R, T> {
        self.home.check();
        let guard = R::lock(&self.inner);
        self.entered(Kind::Lock { object: self.object, value: None });
        MutexGuard { mutex: self, guard: Some(guard) }
    }

    /// Records that the calling actor has the mutex.
    fn entered(&self, kind: Kind) {
        if !R::MODEL && !inert() {
            R::record(R::me(), || kind);
        }
    }

    /// Records that the calling actor is about to release the mutex.
    fn leaving(&self, kind: Kind) {
        if !R::MODEL && !R::collapsed() {
            R::record(R::me(), || kind);
        }
    }
}

impl<R: Runtime, T: Send + 'static> fmt::Debug for Mutex<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mutex").field("object", &self.object).finish_non_exhaustive()
    }
}

/// Holds a [`Mutex`], and releases it when dropped.
#[must_use = "the mutex is released when the guard is dropped"]
pub struct MutexGuard<'a, R: Runtime, T: Send + 'static> {
    mutex: &'a Mutex<R, T>,
    /// `None` only between giving the mutex up and having it again.
    guard: Option<R::Guard<'a, T>>,
}

impl<'a, R: Runtime, T: Send + 'static> MutexGuard<'a, R, T> {
    /// Waits on `condvar` with the mutex released, and holds the mutex again when woken.
    pub(super) fn wait_on(mut self, condvar: &R::Condvar, object: ObjectId) -> Self {
        if let Some(guard) = self.guard.take() {
            self.mutex.leaving(Kind::Wait { object, alone: false });
            self.guard = Some(R::wait(condvar, &self.mutex.inner, guard));
            self.mutex.entered(Kind::Wake(object));
        }
        self
    }
}

impl<R: Runtime, T: Send + 'static> Deref for MutexGuard<'_, R, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.guard.as_ref().expect("a guard that can be reached holds its mutex")
    }
}

impl<R: Runtime, T: Send + 'static> DerefMut for MutexGuard<'_, R, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.guard.as_mut().expect("a guard that can be reached holds its mutex")
    }
}

impl<R: Runtime, T: Send + 'static> Drop for MutexGuard<'_, R, T> {
    fn drop(&mut self) {
        // An actor that unwinds while it waits has no guard to give back.
        if let Some(guard) = self.guard.take() {
            self.mutex.leaving(Kind::Unlock { object: self.mutex.object, value: None });
            drop(guard);
        }
    }
}

impl<R: Runtime, T: Send + fmt::Debug + 'static> fmt::Debug for MutexGuard<'_, R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
