//! Codecs: the way to copy and compare values, for runtimes that do.

use std::fmt::{self, Debug};
use std::hash::Hash;
use std::thread::Result;

#[cfg(feature = "model")]
use crate::machine::value::Kept;

/// The functions that keep a value of type `T`, and copy it out again.
pub struct Codec<T> {
    #[cfg(feature = "model")]
    pub(crate) keep: fn(&T) -> Kept,
    #[cfg(feature = "model")]
    pub(crate) copy: fn(&Kept) -> Option<T>,
    #[cfg(not(feature = "model"))]
    of: std::marker::PhantomData<fn(&T) -> T>,
}

impl<T: Clone + Hash + Debug + 'static> Codec<T> {
    /// The codec of a type that is plain data.
    pub(crate) const fn new() -> Self {
        Self {
            #[cfg(feature = "model")]
            keep: |value| Kept::new(value.clone()),
            #[cfg(feature = "model")]
            copy: |kept| kept.get().cloned(),
            #[cfg(not(feature = "model"))]
            of: std::marker::PhantomData,
        }
    }
}

impl<T: Clone + Hash + Debug + 'static> Codec<Result<T>> {
    /// The codec of the outcome of a thread that returns plain data. A panic's payload is not kept.
    pub(crate) const fn of_outcomes() -> Self {
        Self {
            #[cfg(feature = "model")]
            keep: |outcome| match outcome {
                Ok(value) => Kept::new(value.clone()),
                Err(_) => Kept::new("panicked"),
            },
            #[cfg(feature = "model")]
            copy: |kept| kept.get().cloned().map(Ok),
            #[cfg(not(feature = "model"))]
            of: std::marker::PhantomData,
        }
    }
}

impl<T> Clone for Codec<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Codec<T> {}

impl<T> Debug for Codec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Codec")
    }
}
