//! `clock`: time passes to the next instant at which anything happens, although an actor is enabled: a pause
//! of that actor.

use crate::machine::fault::{Injection, Injector};
use crate::machine::operation::Look;

/// Time passes.
#[derive(Debug)]
pub(super) struct Pause;

impl Injector for Pause {
    fn injection(&self, world: &dyn Look) -> Result<Injection, String> {
        world.next_instant().map(Injection::PassTime).ok_or_else(|| {
            "no instant lies ahead at which anything happens to an actor that is left".to_owned()
        })
    }
}
