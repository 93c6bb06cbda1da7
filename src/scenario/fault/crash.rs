//! `crash:NAME`: the actor's process is gone. Nothing is released, and its destructors have no effect.

use crate::machine::fault::{Injection, Injector};
use crate::machine::operation::Look;
use crate::trace::ActorId;

/// This actor is gone.
#[derive(Debug)]
pub(super) struct Crash(pub(super) ActorId);

impl Injector for Crash {
    fn injection(&self, world: &dyn Look) -> Result<Injection, String> {
        match world.has_ended(self.0) {
            false => Ok(Injection::Kill(self.0)),
            true => Err("it has ended already".to_owned()),
        }
    }
}
