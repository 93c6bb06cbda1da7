//! Faults: the conditions under which they can strike, and their effects on the machine.

use std::fmt::Debug;

use super::operation::{Look, Strike};
use crate::trace::{ActorId, ObjectId};

/// A fault, as a choice. Faults are defined in `scenario::fault`, one a file.
pub(crate) trait Injector: Debug + 'static {
    /// The effect of the fault now, or a sentence that says why it cannot strike.
    fn injection(&self, world: &dyn Look) -> Result<Injection, String>;
}

/// The effect of a fault on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Injection {
    /// Time passes to this instant, in milliseconds, although an actor was enabled.
    PassTime(u64),
    /// The actor is killed, with no further step of its own.
    Kill(ActorId),
    /// The actor's pending operation is struck. The step belongs to the fault and to the actor at once.
    Strike {
        /// The actor of the operation.
        victim: ActorId,
        /// The kind of strike.
        strike: Strike,
        /// The link on which the operation is held back, if it is.
        link: Option<ObjectId>,
    },
    /// The `nth` command to be held back on this link arrives.
    Deliver(ObjectId, usize),
}

impl Injection {
    /// The actor whose own step the fault replaces.
    pub(crate) const fn goes_on(&self) -> Option<ActorId> {
        match self {
            Self::Strike { victim, .. } => Some(*victim),
            Self::PassTime(_) | Self::Kill(_) | Self::Deliver(..) => None,
        }
    }
}

/// A fault with its budget.
#[derive(Debug)]
pub(crate) struct Budgeted {
    /// The name in schedules.
    pub(crate) name: String,
    /// The actor that events name as the origin of the fault.
    pub(crate) actor: ActorId,
    /// The number of times that it may strike.
    pub(crate) times: u32,
    /// The condition for a strike, and its effect.
    pub(crate) injector: Box<dyn Injector>,
}
