//! Bounds: the reasons why a search stopped before it had seen everything.

use std::fmt;

use super::bytes::size;
use super::cost::counted;

/// A bound that ended a search. Bounds are counts, so every run hits them at the same place; the time limit
/// of [`stress_in_child`](super::stress_in_child()) is the exception.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Bound {
    /// This many executions were run.
    Executions(u64),
    /// An execution took this many steps, and may never end.
    Steps(usize),
    /// No execution was allowed more preemptions than this.
    Preemptions(usize),
    /// This many states were found.
    States(u64),
    /// The search used this many bytes of memory, by the estimate that
    /// [`Search::max_memory`](super::Search::max_memory) describes.
    Memory(u64),
    /// This many distinct ends were executed live. No state violates a property, nor does any other end as
    /// predicted.
    LiveEnds(u64),
    /// This many distinct ends were executed live. No state violates a property; the verdict of `finally` on
    /// the other ends is unknown, because it reads data outside the world, such as a captured variable.
    UnjudgedEnds(u64),
    /// These actors repeated the same steps with the same observations 40 times in a row, and were followed
    /// no further; the rest of the search went on.
    Endless(String),
    /// After this schedule these actors loop in code marked with [`retry`](crate::sync::retry), and no step
    /// of any actor leads to an end.
    NoWayOut {
        /// The actors that have not ended.
        names: String,
        /// A shortest schedule to that state.
        schedule: String,
    },
    /// A limit of the engine itself, in the engine's words.
    Engine(String),
}

impl Bound {
    /// Returns whether it bounds the whole search rather than one execution.
    pub(in crate::explore) const fn is_of_search(&self) -> bool {
        match self {
            Self::Executions(_)
            | Self::Preemptions(_)
            | Self::States(_)
            | Self::Memory(_)
            | Self::LiveEnds(_)
            | Self::UnjudgedEnds(_) => true,
            Self::Steps(_) | Self::Endless(_) | Self::NoWayOut { .. } | Self::Engine(_) => false,
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Executions(bound) => f.write_str(&counted(*bound, "execution")),
            Self::Steps(bound) => {
                write!(f, "{} in one execution", counted(*bound as u64, "step"))
            }
            Self::Preemptions(bound) => {
                write!(f, "{} in each execution", counted(*bound as u64, "preemption"))
            }
            Self::States(bound) => f.write_str(&counted(*bound, "state")),
            Self::Memory(bound) => {
                write!(f, "{} of memory, by the estimate of the search", size(*bound))
            }
            Self::LiveEnds(bound) => write!(
                f,
                "{} executed live, all states visited; the other ends were judged as they are predicted",
                counted(*bound, "distinct end")
            ),
            Self::UnjudgedEnds(bound) => write!(
                f,
                "{} executed live, all states visited; the other ends were not judged, because `finally` \
                 reads what is not in the world",
                counted(*bound, "distinct end")
            ),
            Self::Endless(names) => write!(
                f,
                "{names} may go round in a loop for ever: mark a loop that waits with `retry`, or bound it"
            ),
            Self::NoWayOut { names, schedule } => write!(
                f,
                "after the schedule {schedule} nothing leads to an end any more: {names} cannot get out \
                 of a loop"
            ),
            Self::Engine(limit) => f.write_str(limit),
        }
    }
}
