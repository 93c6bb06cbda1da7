//! How far an interleaving is from one actor after the other, with nothing going wrong.

use std::fmt;

/// How many faults and preemptions an interleaving has; few faults come before few preemptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cost {
    /// How often a fault struck. The clock counts as one when it advances while somebody could have run.
    pub faults: u32,
    /// How often an actor was preempted: another went on although it could have.
    pub preemptions: u32,
}

impl Cost {
    /// Both together.
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            faults: self.faults + other.faults,
            preemptions: self.preemptions + other.preemptions,
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let preemptions = counted(self.preemptions.into(), "preemption");
        write!(f, "{preemptions}, {}", counted(self.faults.into(), "fault"))
    }
}

/// A number and what is counted: `1 fault`, `2 preemptions`.
pub(super) fn counted(number: u64, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    }
}
