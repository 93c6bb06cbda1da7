//! What lies between clients and servers: where replies get lost and commands are held back.
//!
//! Whether that happens, and when, is decided by whoever schedules the faults; here is what it does.
//! A fault strikes a command that is just about to be sent, and takes effect in its place, so that a
//! schedule names the fault instead of the client's step.
//!
//! * **A lost reply.** The server carries the command out, and the client gets no answer. A client that
//!   waits ([`super::blocking`]) may lose the reply when there is one; a server has no reply for a client
//!   that is gone, and does not keep a place for it.
//! * **A command held back.** The client gets no answer, and the server nothing, until the command is
//!   delivered, which may be never. What the client sends meanwhile overtakes it: after an error redis-rs
//!   drops the connection and opens another, and only what goes through *one* connection keeps its order
//!   (<https://redis.io/docs/latest/develop/reference/protocol-spec/>). So does each command that is held
//!   back: two of them may arrive in either order.
//!
//! The client cannot tell the two apart, nor from a request that got lost: the error is a time-out, the
//! same for all.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::redis::RedisError;

use super::{Batch, Node};
use crate::sync::{Runtime, Shared};
use crate::trace::ActorId;

/// The lines of the clients whose commands may suffer. Clones are the same network.
pub(crate) struct Network<R: Runtime>(Arc<Mutex<BTreeMap<ActorId, Arc<Line<R>>>>>);

/// What one client sends, on whichever connection, goes through its line.
pub(crate) struct Line<R: Runtime> {
    client: ActorId,
    // Neither is part of a state that is compared: that a client is about to send follows from what it
    // has seen, and between a fault's strike and the client's step nobody makes a choice.
    exposed: Mutex<Exposed>,
    struck: Mutex<Option<Mishap>>,
    /// In the order in which they were sent, with holes where they were delivered.
    held: Shared<R, Vec<Option<Held<R>>>>,
}

/// What can happen to a client now.
#[derive(Clone, Default)]
enum Exposed {
    #[default]
    Nothing,
    /// It is about to send a command.
    Command,
    /// Its command is with the server, which has a reply once this holds.
    Reply(Arc<dyn Fn() -> bool + Send + Sync>),
}

/// What happens to one command.
#[derive(Clone, Copy)]
pub(crate) struct Mishap {
    pub(crate) kind: MishapKind,
    /// The fault that makes it happen.
    pub(crate) by: ActorId,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MishapKind {
    /// It is carried out, and its reply is lost.
    ReplyLost,
    /// It is held back.
    HeldBack,
}

/// A command that has not arrived.
pub(super) struct Held<R: Runtime> {
    node: Node<R>,
    batch: Batch,
}

impl<R: Runtime> Hash for Held<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.node.object(), &self.batch).hash(state);
    }
}

impl<R: Runtime> Network<R> {
    /// A line for this client; `name` is what it is called.
    pub(crate) fn line(&self, client: ActorId, name: &str) -> Arc<Line<R>> {
        let line = Line {
            client,
            exposed: Mutex::default(),
            struck: Mutex::new(None),
            held: Shared::new(&format!("held back from {name}"), Vec::new()),
        };
        Arc::clone(lock(&self.0).entry(client).or_insert_with(|| Arc::new(line)))
    }

    /// The line of this client, if its commands may suffer.
    pub(super) fn line_of(&self, client: ActorId) -> Option<Arc<Line<R>>> {
        lock(&self.0).get(&client).cloned()
    }
}

impl<R: Runtime> Line<R> {
    /// The scheduling point of a command. Says what happens to it.
    pub(super) fn pass(&self) -> Option<Mishap> {
        self.expose(Exposed::Command, R::point)
    }

    /// The scheduling point at which a client gets the reply it has waited for: `wait` returns when the
    /// server is `ready`. Says what happens to the reply.
    pub(super) fn pass_reply(
        &self,
        ready: Arc<dyn Fn() -> bool + Send + Sync>,
        wait: impl FnOnce(),
    ) -> Option<Mishap> {
        self.expose(Exposed::Reply(ready), wait)
    }

    fn expose(&self, exposed: Exposed, reach: impl FnOnce()) -> Option<Mishap> {
        *lock(&self.exposed) = exposed;
        let exposing = Exposing(&self.exposed);
        reach();
        drop(exposing);
        lock(&self.struck).take()
    }

    /// Whether this can happen to the client now.
    pub(crate) fn is_exposed_to(&self, kind: MishapKind) -> bool {
        let exposed = lock(&self.exposed).clone();
        match exposed {
            Exposed::Nothing => false,
            Exposed::Command => true,
            Exposed::Reply(ready) => kind == MishapKind::ReplyLost && ready(),
        }
    }

    /// Makes something happen to the command that is about to be sent.
    pub(crate) fn strike(&self, mishap: Mishap) {
        *lock(&self.struck) = Some(mishap);
    }

    /// Holds a command back.
    pub(super) fn hold(&self, node: &Node<R>, batch: &Batch) {
        // Off the network: it would own the node, and be owned by it.
        let held = Held { node: node.clone().on(&Network::default()), batch: batch.clone() };
        self.held.amend(|all| all.push(Some(held)));
    }

    /// Whether the command that was the `nth` to be held back, counted from 0, has not arrived yet.
    pub(crate) fn holds(&self, nth: usize) -> bool {
        self.held.look(|held| matches!(held.get(nth), Some(Some(_))))
    }

    /// Delivers it, as a step of the calling actor, whose scheduling point is behind. Nobody hears the
    /// reply.
    pub(crate) fn deliver(&self, nth: usize) {
        if let Some(held) = self.held.amend(|held| held.get_mut(nth)?.take()) {
            held.node.unheard(&held.batch, R::me(), self.client);
        }
    }
}

/// Something can happen to a client until it has gone on, or is unwound.
struct Exposing<'a>(&'a Mutex<Exposed>);

impl Drop for Exposing<'_> {
    fn drop(&mut self) {
        *lock(self.0) = Exposed::Nothing;
    }
}

/// What redis-rs makes of an answer that does not come in time.
pub(super) fn no_answer() -> RedisError {
    let text = "the connection timed out: no answer from the server";
    io::Error::new(io::ErrorKind::TimedOut, text).into()
}

/// Held only between two scheduling points.
fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<R: Runtime> Default for Network<R> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<R: Runtime> Clone for Network<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
