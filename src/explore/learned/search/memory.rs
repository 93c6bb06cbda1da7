//! The memory use of a search.

use super::super::memory::{of_map, of_vec};
use super::super::stop::Stop;
use super::Graph;
use crate::explore::bound::Bound;

impl Graph {
    /// The number of bytes held, without the states that wait to be visited.
    fn bytes(&mut self) -> u64 {
        let machine = self.machine();
        let learned = machine.learner.bytes() + of_map(&machine.applied) + of_map(&machine.passed);
        learned + of_vec(&self.parents) + of_map(&self.known) + of_map(&self.ends)
    }

    /// Stops a search that holds too much; `waiting` counts the bytes held outside the graph.
    pub(in crate::explore::learned) fn within_memory(&mut self, waiting: u64) -> Result<(), Stop> {
        let most = self.search.max_memory;
        match self.bytes() + waiting > most {
            true => Err(Stop::Bound(Bound::Memory(most))),
            false => Ok(()),
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::super::memory::Digest;
    use super::super::super::moves::Move;
    use super::super::super::tables::Map;
    use super::*;

    /// Right after growth the map is half as full as its maximum, and so is the vector.
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
