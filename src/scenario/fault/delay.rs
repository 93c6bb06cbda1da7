//! `delay:NAME`: the actor's command is held back, and the actor gets a time-out. `deliver:NAME`: it arrives.

use crate::machine::fault::{Injection, Injector};
use crate::machine::operation::{Exposed, Look, Strike};
use crate::machine::resources::link::Link;
use crate::trace::{ActorId, ObjectId};

/// A command of this client is held back on its link.
#[derive(Debug)]
pub(super) struct Delay {
    /// The client that sent the command.
    pub(super) client: ActorId,
    /// The link that holds the command back.
    pub(super) link: ObjectId,
}

impl Injector for Delay {
    fn injection(&self, world: &dyn Look) -> Result<Injection, String> {
        let victim = self.client;
        match world.pending(victim).map(|pending| pending.exposed(victim, world)) {
            Some(Exposed::Command) => {
                Ok(Injection::Strike { victim, strike: Strike::HeldBack, link: Some(self.link) })
            }
            _ => Err("it is not about to send a command".to_owned()),
        }
    }
}

/// The command that was the `nth` to be held back arrives. Each is a fault of its own, because they arrive in
/// any order.
#[derive(Debug)]
pub(super) struct Deliver {
    /// The link that holds the command back.
    pub(super) link: ObjectId,
    /// The number of the command, counted from 0.
    pub(super) nth: usize,
}

impl Injector for Deliver {
    fn injection(&self, world: &dyn Look) -> Result<Injection, String> {
        match world.get::<Link>(self.link).holds(self.nth) {
            true => Ok(Injection::Deliver(self.link, self.nth)),
            false => Err("no command is held back that could arrive".to_owned()),
        }
    }
}
