//! The place where the model keeps the values that its mutexes guard.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex as StdMutex, MutexGuard as StdGuard, TryLockError};

use super::session;
use super::vitals::give_up;
use crate::machine::operation::Observation;
use crate::machine::resources::condvar;
use crate::machine::resources::mutex::Release;
use crate::machine::resources::shared::{Content, Write};
use crate::sync::Codec;
use crate::trace::ObjectId;

/// A value that actors share. In live executions it stays where it is, in a `std` mutex that is never
/// contended; in runs alone each look gets a copy.
#[derive(Debug)]
pub struct Cell<T> {
    pub(super) object: ObjectId,
    codec: Option<Codec<T>>,
    data: StdMutex<T>,
}

impl<T> Cell<T> {
    pub(super) const fn new(object: ObjectId, value: T, codec: Option<Codec<T>>) -> Self {
        Self { object, codec, data: StdMutex::new(value) }
    }

    /// The content of the cell, in the machine's form.
    pub(super) fn content(codec: Option<&Codec<T>>, value: &T) -> Content {
        match codec {
            Some(codec) if session::keeps_values() => Content::Kept((codec.keep)(value)),
            _ => Content::InPlace,
        }
    }

    /// The value as the calling actor sees it.
    pub(super) fn see(&self, seen: &Observation) -> Value<'_, T> {
        let copied = match (seen, &self.codec) {
            (Observation::Value(kept), Some(codec)) => (codec.copy)(kept),
            _ => None,
        };
        copied.map_or_else(|| Value::InPlace(self.data()), Value::Copied)
    }

    fn data(&self) -> StdGuard<'_, T> {
        match self.data.try_lock() {
            Ok(data) => data,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => give_up(
                "a step was taken inside a step, or by a destructor while another actor holds the mutex: \
                 take one step at a time, and let destructors take only what is free"
                    .to_owned(),
            ),
        }
    }
}

/// A value, to be looked at and changed.
#[derive(Debug)]
pub(super) enum Value<'a, T> {
    /// Where it is.
    InPlace(StdGuard<'a, T>),
    /// A copy.
    Copied(T),
}

impl<T> Deref for Value<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::InPlace(value) => value,
            Self::Copied(value) => value,
        }
    }
}

impl<T> DerefMut for Value<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        match self {
            Self::InPlace(value) => value,
            Self::Copied(value) => value,
        }
    }
}

/// The way in which a [`Guard`] is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A mutex is released.
    Mutex,
    /// A step on shared state ends.
    Shared,
    /// A look ends; nothing was changed.
    Look,
    /// It was given back already.
    Gone,
}

/// Holds a value, and gives it back when dropped.
#[derive(Debug)]
pub struct Guard<'a, T> {
    pub(super) cell: &'a Cell<T>,
    pub(super) value: Value<'a, T>,
    pub(super) kind: Kind,
}

impl<T> Guard<'_, T> {
    /// Begins to wait on a condition variable, and gives the mutex back.
    pub(super) fn wait(mut self, on: ObjectId, alone: bool) {
        self.kind = Kind::Gone;
        let content = Cell::content(self.cell.codec.as_ref(), &self.value);
        let wait = condvar::Wait { condvar: on, mutex: self.cell.object, content, alone };
        if alone {
            session::step(wait);
        } else {
            session::invisible_point();
            session::effect(wait);
        }
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        if !session::exists() {
            return;
        }
        let content = || Cell::content(self.cell.codec.as_ref(), &self.value);
        match self.kind {
            Kind::Mutex => {
                session::invisible_point();
                session::noticed();
                session::effect(Release { mutex: self.cell.object, content: content() });
            }
            Kind::Shared => session::effect(Write { object: self.cell.object, content: content() }),
            Kind::Look | Kind::Gone => {}
        }
    }
}
