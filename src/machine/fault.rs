//! What a fault needs in order to strike, and what it then does to the machine.

use std::fmt::Debug;

use super::operation::{Look, Strike};
use crate::trace::{ActorId, ObjectId};

/// A fault, as a choice. Faults are defined in `scenario::fault`, one a file.
pub(crate) trait Injector: Debug + 'static {
    /// What it does now, or why it cannot strike, in a sentence.
    fn injection(&self, world: &dyn Look) -> Result<Injection, String>;
}

/// What a fault does to the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Injection {
    /// Time passes to this instant, in milliseconds, though somebody could have run.
    PassTime(u64),
    /// The actor is gone, with no further step of its own.
    Kill(ActorId),
    /// Something happens to what the actor is about to do. The step is the fault's and the actor's at once.
    Strike {
        /// Whose operation it is.
        victim: ActorId,
        /// What happens.
        strike: Strike,
        /// Where it is held back, if it is.
        link: Option<ObjectId>,
    },
    /// The command that was the `nth` to be held back on this link arrives.
    Deliver(ObjectId, usize),
}

impl Injection {
    /// The actor whose own step this takes the place of.
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
    /// What schedules call it.
    pub(crate) name: String,
    /// The actor that events name as the one that struck.
    pub(crate) actor: ActorId,
    /// How often it may strike.
    pub(crate) times: u32,
    /// When it can strike, and what it does.
    pub(crate) injector: Box<dyn Injector>,
}
