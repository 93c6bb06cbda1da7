//! How many bytes a search holds: an estimate, the same for equal searches on every machine of one kind.
//!
//! Nothing is asked of the operating system or of the allocator. Vectors and maps count with their capacity
//! times the size of an entry. What an interned value holds beside itself is taken to be as large as its
//! encoding, and is counted once, when it is interned; each block of its own adds [`BLOCK`]. Left out are
//! names, violations, what one live execution needs while it runs, and the old half of a table that is just
//! growing: the process may use up to twice the estimate for a moment.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use super::learner::Learner;
use super::point::Point;
use super::search::Graph;
use super::stop::Stop;
use super::tables::{Encodings, Tables};
use crate::explore::bound::Bound;

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

/// What a state that waits to be visited holds outside the queue.
pub(super) const fn of_point(point: &Point) -> u64 {
    of_vec(&point.objects) + of_vec(&point.locals) + 2 * BLOCK
}

impl Encodings {
    fn bytes(&self) -> u64 {
        self.held + of_vec(&self.all) + of_map(&self.known) + of_map(&self.digests)
    }
}

impl Tables {
    fn bytes(&self) -> u64 {
        let vectors = of_vec(&self.components)
            + of_vec(&self.operations)
            + of_vec(&self.observations)
            + of_vec(&self.events)
            + of_vec(&self.monitors)
            + of_vec(&self.budgets);
        let maps = of_map(&self.component_ids)
            + of_map(&self.printed)
            + of_map(&self.operation_ids)
            + of_map(&self.observation_ids)
            + of_map(&self.event_ids)
            + of_map(&self.monitor_ids)
            + of_map(&self.judged)
            + of_map(&self.budget_ids);
        self.held + self.encodings.bytes() + vectors + maps
    }
}

impl Learner {
    fn bytes(&self) -> u64 {
        let vectors = of_vec(&self.locals) + of_vec(&self.edges);
        let maps = of_map(&self.local_ids)
            + of_map(&self.edge_ids)
            + of_map(&self.others)
            + of_map(&self.shown)
            + of_map(&self.alike);
        self.held + self.tables.bytes() + vectors + maps
    }
}

impl Graph {
    /// What all of it holds, without the states that wait to be visited.
    fn bytes(&mut self) -> u64 {
        let machine = self.machine();
        let learned = machine.learner.bytes() + of_map(&machine.applied) + of_map(&machine.passed);
        learned + of_vec(&self.parents) + of_map(&self.known) + of_map(&self.ends)
    }

    /// Stops a search that holds too much; `waiting` is what is held beside the graph.
    pub(super) fn within_memory(&mut self, waiting: u64) -> Result<(), Stop> {
        let most = self.search.max_memory;
        match self.bytes() + waiting > most {
            true => Err(Stop::Bound(Bound::Memory(most))),
            false => Ok(()),
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::search::Move;
    use super::super::tables::Map;
    use super::*;

    /// Right after the map has grown it is half as full as it may be, and so is the vector.
    #[test]
    fn a_state_costs_at_most_64_bytes_beside_what_is_interned() {
        const STATES: usize = 100_000;
        let mut known: Map<Digest, u32> = Map::default();
        let mut parents: Vec<(u32, Move)> = Vec::new();
        for state in 0..STATES {
            let digest = (state as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            known.insert(digest.into(), state as u32);
            parents.push((0, 0));
            let bytes = of_map(&known) + of_vec(&parents);
            assert!(state < 1_000 || bytes <= 64 * known.len() as u64, "{state}: {bytes}");
        }
        assert_eq!(known.len(), STATES);
        assert_eq!((size_of::<(Digest, u32)>(), size_of::<(u32, Move)>()), (20, 8));
    }
}
