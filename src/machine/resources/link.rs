//! The link between a client and its servers, with the commands that are held back.
//!
//! A held-back command may be delivered later, or never; later commands of the client overtake it. After an
//! error redis-rs drops the connection and opens another, and only commands on *one* connection keep their
//! order (<https://redis.io/docs/latest/develop/reference/protocol-spec/>), so two held-back commands may
//! arrive in either order.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use crate::machine::object::plain_object;
use crate::machine::operation::Operation;
use crate::trace::ActorId;

/// The link of one client to its servers.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// The client.
    pub(crate) client: ActorId,
    /// The held-back commands, in the order in which they were sent, with holes where they were delivered.
    pub(crate) held: Vec<Option<Rc<dyn Operation>>>,
}

impl Hash for Link {
    fn hash<H: Hasher>(&self, mut state: &mut H) {
        self.client.hash(state);
        self.held.len().hash(state);
        for held in &self.held {
            held.is_some().hash(state);
            if let Some(held) = held {
                held.encode(&mut state);
            }
        }
    }
}

plain_object!(Link);

impl Link {
    /// A link on which nothing is held back.
    pub(crate) const fn new(client: ActorId) -> Self {
        Self { client, held: Vec::new() }
    }

    /// Returns whether the `nth` command to be held back, counted from 0, has not arrived yet.
    pub(crate) fn holds(&self, nth: usize) -> bool {
        matches!(self.held.get(nth), Some(Some(_)))
    }
}
