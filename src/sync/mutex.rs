//! A mutex whose acquisitions and releases are recorded.

use std::fmt;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};

use super::tape::{Tape, Write};
use super::{Runtime, inert};
use crate::trace::{self, Kind, ObjectId};

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
    write: Write<T>,
    inner: R::Mutex<T>,
}

impl<R: Runtime, T: Send + 'static> Mutex<R, T> {
    /// A free mutex around `value`; `name` is what timelines call it.
    pub fn new(name: &str, value: T) -> Self
    where
        T: Hash,
    {
        Self::written_by(name, value, Some(Tape::of))
    }

    /// A free mutex around a value that cannot be hashed. Explorers that remember states refuse a
    /// scenario that holds one, instead of searching it on a guess.
    pub fn opaque(name: &str, value: T) -> Self {
        Self::written_by(name, value, None)
    }

    fn written_by(name: &str, value: T, write: Write<T>) -> Self {
        let object = trace::object(name);
        R::content(object, || write.map(|write| write(&value)));
        Self { object, write, inner: R::mutex(object, value) }
    }

    /// Takes the mutex, waiting for it if somebody else has it.
    pub fn lock(&self) -> MutexGuard<'_, R, T> {
        let guard = R::lock(&self.inner);
        self.entered(&guard, Kind::Lock(self.object));
        MutexGuard { mutex: self, guard: Some(guard) }
    }

    /// Records that the calling actor has the mutex, and sees what is in it.
    fn entered(&self, value: &T, kind: Kind) {
        if inert() {
            return;
        }
        R::observe(|| self.write.map_or_else(Tape::default, |write| write(value)));
        trace::record(R::me(), || kind);
    }

    /// Records that the calling actor is about to release the mutex with `value` in it.
    fn leaving(&self, value: &T, kind: Kind) {
        if R::collapsed() {
            return;
        }
        R::content(self.object, || self.write.map(|write| write(value)));
        trace::record(R::me(), || kind);
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
        let alone = R::point_of_wait(self.mutex.object);
        if let Some(guard) = self.guard.take() {
            self.mutex.leaving(&guard, Kind::Wait { object, alone });
            let guard = R::wait(condvar, &self.mutex.inner, guard);
            self.mutex.entered(&guard, Kind::Wake(object));
            self.guard = Some(guard);
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
        if self.guard.is_some() && !inert() {
            R::invisible_point();
        }
        // An actor that unwinds while it waits has no guard to give back.
        if let Some(guard) = self.guard.take() {
            self.mutex.leaving(&guard, Kind::Unlock(self.mutex.object));
        }
    }
}

impl<R: Runtime, T: Send + fmt::Debug + 'static> fmt::Debug for MutexGuard<'_, R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
