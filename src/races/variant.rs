//! The bug and the fix of a race, in the form in which engines take them.

use crate::explore::{Divergence, Engine, Exploration, Options, Schedule};
use crate::scenario::Budgets;

/// A scenario of a race, whatever its type. Each function takes the number of clients.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Runs it on an engine.
    pub explore: fn(usize, Engine, &Options) -> Exploration,
    /// Replays a schedule on it.
    ///
    /// # Errors
    ///
    /// If the next actor in the schedule is not enabled.
    pub replay: fn(usize, &Schedule) -> Result<Exploration, Divergence>,
    /// Replays the execution of this number, counted from 1, of loom's search.
    pub loom_execution: fn(usize, u64) -> Exploration,
    /// The faults that may strike it.
    pub budgets: fn(usize) -> Budgets,
}

/// A [`Variant`] of what makes a scenario out of a number of clients.
macro_rules! variant {
    ($make:expr) => {
        $crate::races::Variant {
            explore: |clients, engine, options| {
                let make: fn(usize) -> _ = $make;
                engine.explore(&make(clients), options)
            },
            replay: |clients, schedule| {
                let make: fn(usize) -> _ = $make;
                $crate::explore::replay(&make(clients), schedule)
            },
            loom_execution: |clients, number| {
                let make: fn(usize) -> _ = $make;
                $crate::explore::loom_execution(&make(clients), number)
            },
            budgets: |clients| {
                let make: fn(usize) -> _ = $make;
                $crate::scenario::Scenario::budgets(&make(clients))
            },
        }
    };
}
pub(crate) use variant;

/// The two variants of every race.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Which {
    /// The bug.
    Buggy,
    /// The fix.
    Fixed,
}

impl Which {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Buggy, Self::Fixed];

    /// The name in commands and verdicts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Buggy => "buggy",
            Self::Fixed => "fixed",
        }
    }
}
