//! The distance of an interleaving from a sequential, fault-free execution.

use std::fmt;

/// The number of faults and preemptions of an interleaving; fewer faults come before fewer preemptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cost {
    /// The number of faults. A clock advance while an actor was enabled counts as one.
    pub faults: u32,
    /// The number of preemptions: another actor ran although this one was enabled.
    pub preemptions: u32,
}

impl Cost {
    /// The sum of both.
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

/// A number with its noun: `1 fault`, `2 preemptions`.
pub(super) fn counted(number: u64, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    }
}
