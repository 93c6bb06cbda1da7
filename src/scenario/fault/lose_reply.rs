//! `lose-reply:NAME`: the actor's command is carried out, and the reply is lost. A client that waits may
//! lose the reply when there is one; a server has no reply for a client that is gone, and keeps no place
//! for it.

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
