//! A mutex of loom that a panic does not poison.
//!
//! loom keeps a mutex of `std` in each of its own, and unwraps it. A guard that is dropped while its actor
//! unwinds poisons that, and the next actor to lock it panics. So the data is kept beside a mutex of loom
//! that guards nothing, and an actor that unwinds never drops a guard of that mutex:
//!
//! * It is forgotten, and the search begins again with mutexes that live for ever.
//! * The guard of such a mutex is put by, and dropped as soon as the actor no longer unwinds.
//!
//! They are not used from the start, because memory would then hold as many of them as executions were run.

use std::mem;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex as StdMutex, MutexGuard as StdGuard, PoisonError, TryLockError};

use loom::sync::{Mutex as LoomMutex, MutexGuard as LoomGuard};

use super::actors;
use super::execution::{self, Awaited, Mode};
use super::primitive::blocking;
use super::put_by::{put_by, take_back};
use crate::sync::inert;
use crate::trace::ObjectId;

/// A mutex of loom, and the data beside it.
#[derive(Debug)]
pub struct Mutex<T> {
    pub(super) object: ObjectId,
    lock: Lock,
    data: StdMutex<T>,
}

#[derive(Debug)]
enum Lock {
    Owned(LoomMutex<()>),
    ForEver(&'static LoomMutex<()>),
}

/// Holds a [`Mutex`].
#[derive(Debug)]
pub struct Guard<'a, T> {
    object: ObjectId,
    held: Option<Held<'a>>,
    data: Option<StdGuard<'a, T>>,
}

#[derive(Debug)]
enum Held<'a> {
    Owned(LoomGuard<'a, ()>),
    ForEver(LoomGuard<'static, ()>),
}

impl<T> Mutex<T> {
    pub(super) fn new(object: ObjectId, value: T) -> Self {
        let lock = match execution::mode().for_ever {
            false => Lock::Owned(LoomMutex::new(())),
            true => Lock::ForEver(Box::leak(Box::new(LoomMutex::new(())))),
        };
        Self { object, lock, data: StdMutex::new(value) }
    }

    /// Takes it, once it is free.
    pub(super) fn take(&self) -> Guard<'_, T> {
        // The execution is thrown away, and the calling actor may have forgotten the guard itself.
        if inert()
            && execution::begins_again()
            && let Some(data) = free(self.data.try_lock())
        {
            return Guard { object: self.object, held: None, data: Some(data) };
        }
        let held = match take_back(self.object) {
            Some(guard) => Held::ForEver(guard),
            None => blocking(Awaited::Lock(self.object), || {
                actors::rest_before_lock(self.object);
                self.acquire()
            }),
        };
        self.taken(held)
    }

    /// Takes it again, for an actor that has waited on a condition variable.
    pub(super) fn retake(&self) -> Guard<'_, T> {
        let held = self.acquire();
        self.taken(held)
    }

    fn acquire(&self) -> Held<'_> {
        const NEVER: &str = "nobody drops a guard of loom while unwinding";
        match &self.lock {
            Lock::Owned(lock) => Held::Owned(lock.lock().expect(NEVER)),
            Lock::ForEver(lock) => Held::ForEver(lock.lock().expect(NEVER)),
        }
    }

    fn taken<'a>(&'a self, held: Held<'a>) -> Guard<'a, T> {
        actors::took(self.object);
        let data = self.data.lock().unwrap_or_else(PoisonError::into_inner);
        Guard { object: self.object, held: Some(held), data: Some(data) }
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.data.as_deref().expect("a guard has its data until it is dropped")
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.data.as_deref_mut().expect("a guard has its data until it is dropped")
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        self.data = None;
        let Some(held) = self.held.take() else { return };
        if execution::collapsed() {
            // loom's execution is over, and must not be touched.
            return mem::forget(held);
        }
        actors::released(self.object);
        match held {
            held if !inert() => drop(held),
            Held::Owned(guard) => {
                mem::forget(guard);
                execution::want(Mode { for_ever: true, ..execution::mode() });
            }
            Held::ForEver(guard) => put_by(self.object, guard),
        }
    }
}

/// The data of a mutex, if the mutex is free.
fn free<G>(taken: Result<G, TryLockError<G>>) -> Option<G> {
    match taken {
        Ok(data) => Some(data),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
