//! How many bytes a search holds: an estimate, the same for equal searches on every machine of one kind.
//!
//! Nothing is asked of the operating system or of the allocator. Vectors and maps count with their capacity
//! times the size of an entry. What an interned value holds beside itself is taken to be as large as its
//! encoding, and is counted once, when it is interned; each block of its own adds [`BLOCK`]. Left out are
//! names, violations, what one live execution needs while it runs, and the old half of a table that is just
//! growing: the process may use up to twice the estimate for a moment.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

/// What the allocator adds to a block, about.
pub(super) const BLOCK: u64 = 16;

/// A digest as the key of a map: a `u128` would have each entry aligned to 16 bytes, which wastes 12.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Digest([u32; 4]);

impl From<u128> for Digest {
    fn from(digest: u128) -> Self {
        Self([0, 32, 64, 96].map(|shift| (digest >> shift) as u32))
    }
}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b, c, d] = self.0.map(u64::from);
        state.write_u64(a | b << 32);
        state.write_u64(c | d << 32);
    }
}

/// What a vector holds, without what its elements hold elsewhere.
pub(super) const fn of_vec<T>(vec: &Vec<T>) -> u64 {
    (vec.capacity() * size_of::<T>()) as u64
}

/// What a map holds, without what its entries hold elsewhere.
pub(super) fn of_map<K, V, S>(map: &HashMap<K, V, S>) -> u64 {
    // One place in eight stays free, and each has a byte of its own.
    (map.capacity().div_ceil(7) * 8 * (size_of::<(K, V)>() + 1)) as u64
}
