//! Digests of values, for the explorers that remember states.

use std::hash::{DefaultHasher, Hash, Hasher};

/// How to digest a value of type `T`; `None` for a value that cannot be hashed.
pub(super) type Digest<T> = Option<fn(&T) -> u64>;

/// The digest of a value: the same in every execution of one build.
pub(super) fn of<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
