//! The memory use of everything that is learned.

use super::super::memory::{of_map, of_vec};
use super::Learner;

impl Learner {
    /// The number of bytes held, including the tables.
    pub(in crate::explore::learned) fn bytes(&self) -> u64 {
        let vectors = of_vec(&self.locals) + of_vec(&self.edges);
        let maps = of_map(&self.local_ids)
            + of_map(&self.edge_ids)
            + of_map(&self.others)
            + of_map(&self.shown)
            + of_map(&self.alike);
        self.held + self.tables.bytes() + vectors + maps
    }
}
