//! An atomic integer whose accesses are recorded.

use std::fmt;
use std::sync::atomic::Ordering;

use super::home::{Home, Thing};
use super::{Runtime, inert};
use crate::trace::{Kind, ObjectId, Verb};

/// An atomic 64-bit integer, supplied by the runtime `R`. Each access names its memory ordering, as in
/// [`std::sync::atomic`]; only [`super::Loom`] explores what a weak one allows.
pub struct Atomic<R: Runtime> {
    object: ObjectId,
    home: Home,
    inner: R::Atomic,
}

impl<R: Runtime> Atomic<R> {
    /// An atomic that holds `value`; `name` is what timelines call it.
    #[must_use]
    pub fn new(name: &str, value: i64) -> Self {
        let object = R::object(name);
        let home = Home::new(R::place(), Thing::Object(object));
        Self { object, home, inner: R::atomic(object, value) }
    }

    /// Reads the value.
    pub fn load(&self, ordering: Ordering) -> i64 {
        self.apply(Verb::Load, ordering)
    }

    /// Writes the value.
    pub fn store(&self, value: i64, ordering: Ordering) {
        self.apply(Verb::Store(value), ordering);
    }

    /// Writes the value, and returns the one it replaced.
    pub fn swap(&self, value: i64, ordering: Ordering) -> i64 {
        self.apply(Verb::Swap(value), ordering)
    }

    /// Adds to the value (wrapping, as `std`'s does), and returns the one before.
    pub fn fetch_add(&self, value: i64, ordering: Ordering) -> i64 {
        self.apply(Verb::FetchAdd(value), ordering)
    }

    /// Writes `new` if the value is `expected`.
    ///
    /// # Errors
    ///
    /// The value found instead of `expected`.
    pub fn compare_exchange(
        &self,
        expected: i64,
        new: i64,
        ordering: Ordering,
    ) -> Result<i64, i64> {
        let found = self.apply(Verb::CompareExchange { expected, new }, ordering);
        if found == expected { Ok(found) } else { Err(found) }
    }

    fn apply(&self, verb: Verb, ordering: Ordering) -> i64 {
        self.home.check();
        if !inert() {
            R::point();
        }
        let found = R::apply(&self.inner, verb, ordering);
        if !R::MODEL && !inert() {
            R::record(R::me(), || Kind::Atomic { object: self.object, verb, found });
        }
        found
    }
}

impl Verb {
    /// The value that the atomic has after this was applied to `found`.
    #[cfg(feature = "model")]
    pub(crate) const fn leaves(self, found: i64) -> i64 {
        match self {
            Self::Load => found,
            Self::Store(value) | Self::Swap(value) => value,
            Self::FetchAdd(value) => found.wrapping_add(value),
            Self::CompareExchange { expected, new } => {
                if found == expected {
                    new
                } else {
                    found
                }
            }
        }
    }
}

/// The ordering of a compare-and-exchange that fails: it writes nothing, so it releases nothing.
pub(super) const fn on_failure(ordering: Ordering) -> Ordering {
    match ordering {
        Ordering::SeqCst => Ordering::SeqCst,
        Ordering::Acquire | Ordering::AcqRel => Ordering::Acquire,
        _ => Ordering::Relaxed,
    }
}

impl<R: Runtime> fmt::Debug for Atomic<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Atomic").field("object", &self.object).finish_non_exhaustive()
    }
}
