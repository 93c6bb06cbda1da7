//! A simulated server that several actors share, and their connections to it.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use ::redis::{Cmd, ConnectionLike, RedisError, RedisResult, Value};

use super::network::{Mishap, MishapKind, Network, no_answer};
use super::words::{in_words, replies_in_words};
use super::{
    Batch, Keyspace, Reply, batches, collect, execute_batch, request, split_packed, to_value,
};
use crate::sync::tape::Tape;
use crate::sync::{Clock, Runtime, Shared, inert};
use crate::trace::{self, ActorId, Event, Kind, ObjectId};

/// One simulated Redis server. Clones are the same server.
///
/// Each command is one step, and so is each transaction; keys expire by the node's clock. Which
/// replies are lost, and when, is decided outside of it.
pub struct Node<R: Runtime> {
    store: Arc<Shared<R, Keyspace>>,
    clock: Clock<R>,
    watched: Arc<Mutex<BTreeSet<String>>>,
    network: Network<R>,
}

/// What came of a step: replies for the client, and changes for those who watch.
struct Done {
    /// What was asked, in words.
    words: String,
    /// Whether the client gets the replies.
    heard: bool,
    replies: Vec<Reply>,
    changes: Vec<Change>,
}

/// Whose step something is in schedules, and whose doing.
#[derive(Clone, Copy)]
struct Whose {
    step: ActorId,
    command: ActorId,
}

/// A watched key, what is there now, and until when.
type Change = (String, Option<String>, Option<u64>);

impl Hash for Done {
    /// A client learns nothing but its replies.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.heard.then_some(&self.replies).hash(state);
    }
}

impl<R: Runtime> Node<R> {
    /// An empty server; `name` is what timelines call it.
    #[must_use]
    pub fn new(name: &str, clock: Clock<R>) -> Self {
        Self {
            store: Arc::new(Shared::new(name, Keyspace::default())),
            clock,
            watched: Arc::default(),
            network: Network::default(),
        }
    }

    /// The same server, reached over `network`.
    pub(crate) fn on(self, network: &Network<R>) -> Self {
        Self { network: network.clone(), ..self }
    }

    /// What it is in events.
    pub(super) fn object(&self) -> ObjectId {
        self.store.object()
    }

    /// Has every change of `key` recorded, as [`Kind::Truth`].
    pub fn watch(&self, key: &str) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.insert(key.to_owned());
    }

    /// A connection for code that is written for redis-rs. What happens to its commands is up to the
    /// faults of the actor that uses it; those of a scenario's setting up always get their replies.
    #[must_use]
    pub fn connect(&self) -> Connection<R> {
        Connection { node: self.clone() }
    }

    /// A look at what the server holds, and at its time in milliseconds; no step of anybody.
    pub fn peek<U>(&self, look: impl FnOnce(&Keyspace, u64) -> U) -> U {
        let now = self.clock.peek_ms();
        self.store.peek(|keyspace| look(keyspace, now))
    }

    /// The first instant after `now_ms` at which a key expires, in milliseconds.
    #[must_use]
    pub fn next_deadline(&self, now_ms: u64) -> Option<u64> {
        self.store.peek(|keyspace| keyspace.next_deadline(now_ms))
    }

    /// Drops the keys whose time has come. They are absent anyway; but two servers that differ only in
    /// what is absent are better equal.
    pub(crate) fn expire(&self) {
        let now = self.clock.peek_ms();
        self.store.amend(|keyspace| keyspace.purge(now));
    }

    /// One step of the calling actor, unless a fault takes its place.
    fn carry_out(&self, batch: &Batch) -> RedisResult<Vec<Reply>> {
        let me = R::me();
        let Some(line) = self.network.line_of(me) else {
            R::point();
            return Ok(self.effect(batch, true, Whose { step: me, command: me }));
        };
        match line.pass() {
            None => return Ok(self.effect(batch, true, Whose { step: me, command: me })),
            Some(Mishap { kind: MishapKind::ReplyLost, by }) => self.unheard(batch, by, me),
            Some(Mishap { kind: MishapKind::HeldBack, by }) => {
                line.hold(self, batch);
                R::observe(|| Tape::of(&None::<Vec<Reply>>));
                trace::record(by, || self.access(batch, "held back".to_owned()));
            }
        }
        Err(no_answer())
    }

    /// Carries out a command of `client` whose reply does not reach it. It is a step of `by`.
    pub(super) fn unheard(&self, batch: &Batch, by: ActorId, client: ActorId) {
        self.effect(batch, false, Whose { step: by, command: client });
    }

    fn access(&self, batch: &Batch, reply: String) -> Kind {
        let request = self.store.peek(|keyspace| in_words(keyspace, batch));
        Kind::Access { object: self.object(), request, reply }
    }

    fn effect(&self, batch: &Batch, heard: bool, whose: Whose) -> Vec<Reply> {
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let step = |keyspace: &mut Keyspace| {
            let now = self.clock.peek_ms();
            let before: Vec<Change> = watched.iter().map(|key| truth(keyspace, key, now)).collect();
            let words = in_words(keyspace, batch);
            let replies = execute_batch(keyspace, now, batch);
            let after = watched.iter().map(|key| truth(keyspace, key, now));
            let changes = after.zip(before).filter(|(after, before)| after != before);
            Done { words, heard, replies, changes: changes.map(|(after, _)| after).collect() }
        };
        let tell = |object: ObjectId, done: &Done| {
            let mut reply = replies_in_words(&done.replies);
            if !done.heard {
                reply.push_str(", lost");
            }
            let kind = Kind::Access { object, request: done.words.clone(), reply };
            let access = Event { actor: whose.step, kind };
            let truth = done.changes.clone().into_iter().map(move |(key, value, until)| Event {
                actor: whose.command,
                kind: Kind::Truth { object, key, value, until },
            });
            std::iter::once(access).chain(truth)
        };
        self.store.effect(step, tell).replies
    }
}

fn truth(keyspace: &Keyspace, key: &str, now_ms: u64) -> Change {
    let entry = keyspace.entry(key.as_bytes(), now_ms);
    let value = entry.map(|entry| match &entry.value {
        super::Value::String(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        super::Value::List(items) => format!("a list of {}", items.len()),
    });
    (key.to_owned(), value, entry.and_then(|entry| entry.deadline))
}

/// A connection to a [`Node`].
///
/// It is dead while its actor is unwound: a client that crashed sends no more commands, whatever
/// its destructors try.
pub struct Connection<R: Runtime> {
    node: Node<R>,
}

impl<R: Runtime> Connection<R> {
    /// The server at the other end.
    #[must_use]
    pub const fn node(&self) -> &Node<R> {
        &self.node
    }

    fn send(&self, batch: &Batch) -> RedisResult<Vec<Reply>> {
        if inert() {
            let gone = "the client is gone: its actor crashed or panicked";
            return Err(RedisError::from(io::Error::new(io::ErrorKind::NotConnected, gone)));
        }
        self.node.carry_out(batch)
    }
}

impl<R: Runtime> ConnectionLike for Connection<R> {
    fn req_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        let mut replies = self.send(&Batch::Command(request(cmd)))?;
        Ok(replies.pop().map_or(Value::Nil, to_value))
    }

    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        let mut values = self.req_packed_commands(cmd, 0, 1)?;
        Ok(values.pop().unwrap_or(Value::Nil))
    }

    fn req_packed_commands(
        &mut self,
        cmd: &[u8],
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        let mut replies = Vec::new();
        for batch in batches(split_packed(cmd)?) {
            replies.extend(self.send(&batch)?);
        }
        collect(replies, offset, count)
    }

    fn get_db(&self) -> i64 {
        0
    }

    fn check_connection(&mut self) -> bool {
        !inert()
    }

    fn is_open(&self) -> bool {
        !inert()
    }
}

impl<R: Runtime> Clone for Node<R> {
    fn clone(&self) -> Self {
        Self {
            store: Arc::clone(&self.store),
            clock: self.clock.clone(),
            watched: Arc::clone(&self.watched),
            network: self.network.clone(),
        }
    }
}

impl<R: Runtime> fmt::Debug for Node<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("store", &self.store).finish_non_exhaustive()
    }
}

impl<R: Runtime> fmt::Debug for Connection<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("node", &self.node).finish_non_exhaustive()
    }
}
