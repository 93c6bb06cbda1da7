//! A simulated server that several actors share.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use ::redis::RedisResult;

use super::blocking::{Queue, Ticket, Wait};
use super::footprint::footprint;
use super::network::{Mishap, MishapKind, Network, no_answer};
use super::words::{in_words, replies_in_words};
use super::{Batch, Connection, Keyspace, Reply, execute_batch};
use crate::sync::tape::Tape;
use crate::sync::{Clock, Runtime, Shared, inert};
use crate::trace::{self, ActorId, Event, Kind, ObjectId};

/// One simulated Redis server. Clones are the same server.
///
/// Each command is one step, and so is each transaction; one that has to wait (`BLPOP`, `BRPOP`) is two: it
/// arrives, and is answered. Keys expire by the node's clock. Which replies are lost, and when, is decided
/// outside of it.
pub struct Node<R: Runtime> {
    pub(super) store: Arc<Shared<R, Store>>,
    pub(super) clock: Clock<R>,
    watched: Arc<Mutex<BTreeSet<String>>>,
    pub(super) network: Network<R>,
    /// Where clients wait on a runtime that cannot suspend them.
    pub(super) served: Arc<R::Condvar>,
    pub(super) name: Arc<str>,
}

/// All that changes in a server.
#[derive(Debug, Default, Hash)]
pub(super) struct Store {
    keyspace: Keyspace,
    pub(super) queue: Queue,
}

/// What came of a step: replies for the client, and changes for those who watch.
struct Done {
    /// What was asked, in words.
    words: String,
    /// Whether the client gets the replies.
    heard: bool,
    replies: Vec<Reply>,
    changes: Vec<Change>,
    /// There is no reply yet: the client's place in the queue, and what it waits for.
    waits: Option<(Ticket, Wait)>,
    /// Somebody who waited has a reply now.
    served: bool,
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
        let replies = self.heard.then_some(&self.replies);
        (self.waits.is_some(), replies).hash(state);
    }
}

impl<R: Runtime> Node<R> {
    /// An empty server; `name` is what timelines call it.
    #[must_use]
    pub fn new(name: &str, clock: Clock<R>) -> Self {
        let store = Arc::new(Shared::new(name, Store::default()));
        Self {
            served: Arc::new(R::condvar(store.object())),
            store,
            clock,
            watched: Arc::default(),
            network: Network::default(),
            name: Arc::from(name),
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
        Connection::to(self.clone())
    }

    /// A look at what the server holds, and at its time in milliseconds; no step of anybody. An actor that
    /// looks learns what [`Shared::peek`] says.
    pub fn peek<U>(&self, look: impl FnOnce(&Keyspace, u64) -> U) -> U {
        let now = self.clock.peek_ms();
        self.store.peek(|store| look(&store.keyspace, now))
    }

    /// The first instant after `now_ms` at which a key expires, in milliseconds.
    #[must_use]
    pub fn next_deadline(&self, now_ms: u64) -> Option<u64> {
        let found = self.look_for_deadline(now_ms);
        if !inert() {
            R::observe(|| Tape::of(&found));
        }
        found
    }

    /// The same, where the calling actor does not learn it.
    pub(crate) fn look_for_deadline(&self, now_ms: u64) -> Option<u64> {
        self.store.look(|store| store.keyspace.next_deadline(now_ms))
    }

    /// Drops the keys whose time has come. They are absent anyway; but two servers that differ only in
    /// what is absent are better equal.
    pub(crate) fn expire(&self) {
        let now = self.clock.look_ms();
        self.store.amend(|store| store.keyspace.purge(now));
    }

    /// One step of the calling actor, unless a fault takes its place.
    pub(super) fn carry_out(&self, batch: &Batch) -> RedisResult<Vec<Reply>> {
        let me = R::me();
        let line = self.network.line_of(me);
        let mishap = match &line {
            Some(line) => line.pass(),
            None => {
                R::point();
                None
            }
        };
        if mishap.is_some() {
            // The step is the fault's, and the client's too: whatever it is part of has begun.
            trace::reveal(me);
        }
        match (mishap, line) {
            (Some(Mishap { kind: MishapKind::HeldBack, by }), Some(line)) => {
                line.hold(self, batch);
                R::observe(|| Tape::of(&None::<Vec<Reply>>));
                trace::record(by, || self.access(batch, "held back".to_owned()));
            }
            (Some(Mishap { by, .. }), _) => self.unheard(batch, by, me),
            (None, line) => {
                let done = self.effect(batch, true, Whose { step: me, command: me });
                return match done.waits {
                    None => Ok(done.replies),
                    Some((ticket, wait)) => {
                        self.wait(ticket, &wait, &done.words, line.as_deref()).map(|it| vec![it])
                    }
                };
            }
        }
        Err(no_answer())
    }

    /// Carries out a command of `client` whose reply does not reach it. It is a step of `by`. Its connection
    /// is closed, so it does not wait for anything.
    pub(super) fn unheard(&self, batch: &Batch, by: ActorId, client: ActorId) {
        self.effect(batch, false, Whose { step: by, command: client });
    }

    fn access(&self, batch: &Batch, reply: String) -> Kind {
        let request = self.store.look(|store| in_words(&store.keyspace, batch));
        Kind::Access { object: self.object(), request, reply, touched: footprint(batch) }
    }

    fn effect(&self, batch: &Batch, heard: bool, whose: Whose) -> Done {
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let step = |Store { keyspace, queue }: &mut Store| {
            let now = self.clock.look_ms();
            let before: Vec<Change> = watched.iter().map(|key| truth(keyspace, key, now)).collect();
            let words = in_words(keyspace, batch);
            let mut replies = execute_batch(keyspace, now, batch);
            let in_vain = heard && replies == [Reply::Nil];
            let wait = if in_vain { Wait::of(batch, now) } else { None };
            let waits = wait.map(|wait| {
                replies.clear();
                (queue.join(whose.command, wait.clone()), wait)
            });
            let served = queue.serve(keyspace, now);
            let after = watched.iter().map(|key| truth(keyspace, key, now));
            let changes = after.zip(before).filter(|(after, before)| after != before);
            let changes = changes.map(|(after, _)| after).collect();
            Done { words, heard, replies, changes, waits, served }
        };
        let tell = |object: ObjectId, done: &Done| {
            let mut reply = match done.waits {
                Some(_) => "waits".to_owned(),
                None => replies_in_words(&done.replies),
            };
            if !done.heard {
                reply.push_str(", lost");
            }
            let (request, touched) = (done.words.clone(), footprint(batch));
            let kind = Kind::Access { object, request, reply, touched };
            let access = Event { actor: whose.step, kind };
            let truth = done.changes.clone().into_iter().map(move |(key, value, until)| Event {
                actor: whose.command,
                kind: Kind::Truth { object, key, value, until },
            });
            std::iter::once(access).chain(truth)
        };
        let done = self.store.effect(step, tell);
        if done.served {
            R::wake(&self.served);
        }
        done
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

impl<R: Runtime> Clone for Node<R> {
    fn clone(&self) -> Self {
        Self {
            store: Arc::clone(&self.store),
            clock: self.clock.clone(),
            watched: Arc::clone(&self.watched),
            network: self.network.clone(),
            served: Arc::clone(&self.served),
            name: Arc::clone(&self.name),
        }
    }
}

impl<R: Runtime> fmt::Debug for Node<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("store", &self.store).finish_non_exhaustive()
    }
}
