//! Vacuity alarms: a clean verdict on a scenario that tests nothing is worth nothing.

use std::fmt;

use crate::scenario::Property;

/// The reason why a clean verdict says little, and what to change. It is an alarm, not an error: some
/// scenarios are meant to be so. That something never happens is reported only for searches that are
/// [exhausted](super::Verdict::Exhausted).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Vacuity {
    /// No actor ever had a choice: there is only one interleaving.
    OneExecution,
    /// No actor ever touched an object that another one changed, so that no order of steps mattered. On a
    /// server the object is a key; anything else counts as a whole.
    NoContention,
    /// The scenario has no monitor and no check at the end, and no actor waits for another.
    NoProperty,
    /// A key of this server is watched, and nothing was ever stored in it.
    UnwrittenKey {
        /// The server.
        server: String,
        /// The key.
        key: String,
    },
    /// The monitor of this property never saw an event that it judges by.
    IdleMonitor(Property),
    /// Each belief in the lock of this key was given up before the next step of any actor, so that no two
    /// could overlap.
    BriefBelief(String),
    /// The fault of this name had no occasion to strike.
    IdleFault(String),
}

impl fmt::Display for Vacuity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("vacuous: ")?;
        match self {
            Self::OneExecution => f.write_str("there is only one interleaving"),
            Self::NoContention => f.write_str("no actor ever touched what another one changed"),
            Self::NoProperty => f.write_str(
                "there is no property, so only deadlocks and panics can be found: add a monitor, or say \
                 with `finally` what must hold at the end",
            ),
            Self::UnwrittenKey { server, key } => write!(
                f,
                "{key} is watched on {server} and never written: watch the key that the actors use"
            ),
            Self::IdleMonitor(property) => {
                write!(f, "the monitor of {property} never saw anything to judge: ")?;
                f.write_str(occasion(*property))
            }
            Self::BriefBelief(key) => write!(
                f,
                "each belief in {key} is given up within one step, so no two can overlap: take a step while \
                 the lock is held"
            ),
            Self::IdleFault(fault) => write!(
                f,
                "the fault {fault} never could strike: give it an occasion, or take it out of the budgets"
            ),
        }
    }
}

/// The event that a monitor of this property needs.
const fn occasion(property: Property) -> &'static str {
    match property {
        Property::MutualExclusion | Property::HonestValidity => {
            "say with `believe` what clients believe, of the key that it is about"
        }
        Property::Linearizable => "make the calls through its history",
        _ => "watch the key that it is about",
    }
}
