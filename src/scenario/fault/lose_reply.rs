//! `lose-reply:NAME`: the server carries out the actor's command, and the reply is lost. A waiting client may
//! lose the reply once there is one. A server has no reply for a client that is gone, and keeps no place for
//! it.

use crate::machine::fault::{Injection, Injector};
use crate::machine::operation::{Exposed, Look, Strike};
use crate::trace::ActorId;

/// The reply to this client is lost.
#[derive(Debug)]
pub(super) struct LoseReply(pub(super) ActorId);

impl Injector for LoseReply {
    fn injection(&self, world: &dyn Look) -> Result<Injection, String> {
        let victim = self.0;
        match world.pending(victim).map(|pending| pending.exposed(victim, world)) {
            Some(Exposed::Command | Exposed::Reply) => {
                Ok(Injection::Strike { victim, strike: Strike::ReplyLost, link: None })
            }
            _ => Err("its client is about neither to send a command nor to get the reply to one"
                .to_owned()),
        }
    }
}
