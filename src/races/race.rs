//! What an entry of the catalogue is.

use std::ops::RangeInclusive;

use crate::explore::{Divergence, Engine, Exploration, Options, Schedule};
use crate::scenario::Property;

/// A documented race: a bug that was met in the wild, and its fix, one idea apart.
#[derive(Clone, Debug)]
pub struct Race {
    /// The name in commands, files and verdicts.
    pub id: &'static str,
    /// The mechanism, in one line.
    pub title: &'static str,
    /// The property that the buggy variant breaks.
    pub breaks: Property,
    /// How many clients it can have; the smallest number is the default.
    pub clients: RangeInclusive<usize>,
    /// A schedule of the buggy variant with the fewest faults and preemptions that break it.
    pub schedule: &'static str,
    /// The bug.
    pub buggy: Variant,
    /// The fix.
    pub fixed: Variant,
}

/// A scenario of a race, whatever its type.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Runs it with this many clients on an engine.
    pub explore: fn(usize, Engine, &Options) -> Exploration,
    /// Replays a schedule on it, with this many clients.
    pub replay: fn(usize, &Schedule) -> Result<Exploration, Divergence>,
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

impl Race {
    /// One of its variants.
    #[must_use]
    pub const fn variant(&self, which: Which) -> Variant {
        match which {
            Which::Buggy => self.buggy,
            Which::Fixed => self.fixed,
        }
    }
}
