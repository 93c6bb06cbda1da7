//! The memory use of the tables.

use super::super::memory::{of_map, of_vec};
use super::Tables;

impl Tables {
    /// The number of bytes held.
    pub(in crate::explore::learned) fn bytes(&self) -> u64 {
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
