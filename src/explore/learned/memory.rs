//! The memory use of a search: an estimate, equal for equal searches on every machine of one kind.
//!
//! The estimate queries neither the operating system nor the allocator. Vectors and maps count with their
//! capacity times the size of an entry. The heap data of an interned value is assumed to be as large as its
//! encoding, and is counted once, when it is interned; each block of its own adds [`BLOCK`]. Names,
//! violations, the needs of one live execution while it runs, and the old half of a table that is just
//! growing are left out: the process may use up to twice the estimate for a moment.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

/// The approximate overhead of the allocator for each block.
pub(super) const BLOCK: u64 = 16;

/// A digest as the key of a map: a `u128` would align each entry to 16 bytes, which wastes 12.
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

/// The size of a vector, without the heap data of its elements.
pub(super) const fn of_vec<T>(vec: &Vec<T>) -> u64 {
    (vec.capacity() * size_of::<T>()) as u64
}

/// The size of a map, without the heap data of its entries.
pub(super) fn of_map<K, V, S>(map: &HashMap<K, V, S>) -> u64 {
    // One slot in eight stays free, and each slot has a control byte.
    (map.capacity().div_ceil(7) * 8 * (size_of::<(K, V)>() + 1)) as u64
}
