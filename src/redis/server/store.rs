//! A server as a value: its keyspace, the clients that wait on it, and the keys that are watched.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

use crate::machine::encode::hash_keyed;
use crate::machine::object::Object;
use crate::redis::engine::error::NotSimulated;
use crate::redis::engine::footprint::footprint;
use crate::redis::engine::keyspace::{Keyspace, Value};
use crate::redis::engine::reply::Reply;
use crate::redis::engine::transaction::{Batch, execute_batch};
use crate::redis::engine::waiters::{Queue, Wait};
use crate::redis::words::{in_words, replies_in_words};
use crate::trace::event::WAITS;
use crate::trace::{ActorId, Event, Kind, ObjectId};

/// All that changes in a server.
#[derive(Clone, Debug, Default)]
pub(in crate::redis) struct Store {
    pub(in crate::redis) keyspace: Keyspace,
    pub(in crate::redis) queue: Queue,
    /// The keys whose changes are recorded.
    pub(in crate::redis) watched: BTreeSet<String>,
}

impl Hash for Store {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.keyspace.hash(state);
        self.queue.hash(state);
        hash_keyed(self.watched.iter().map(|key| (key.as_bytes(), ())), state);
    }
}

impl Object for Store {
    fn boxed(&self) -> Box<dyn Object> {
        Box::new(self.clone())
    }

    fn encode(&self, mut hasher: &mut dyn Hasher) {
        self.hash(&mut hasher);
    }

    fn overhead(&self) -> u64 {
        self.keyspace.overhead()
    }

    fn next_instant(&self, now_ms: u64) -> Option<u64> {
        self.keyspace.next_deadline(now_ms)
    }

    fn pass_time(&mut self, now_ms: u64) {
        self.keyspace.purge(now_ms);
    }
}

/// The actor scheduled for a step, and the client it acts for.
#[derive(Clone, Copy, Debug)]
pub(in crate::redis) struct Whose {
    pub(in crate::redis) step: ActorId,
    pub(in crate::redis) client: ActorId,
}

/// The result of a command: replies for the client, and events for the observers.
#[derive(Debug)]
pub(in crate::redis) struct Done {
    pub(in crate::redis) replies: Vec<Reply>,
    pub(in crate::redis) events: Vec<Event>,
    /// The client's wait, if there is no reply yet.
    pub(in crate::redis) waits: Option<Wait>,
    /// Another client that waited has a reply now.
    pub(in crate::redis) served: bool,
}

/// A watched key, its value, and the deadline.
type Truth = (String, Option<String>, Option<u64>);

impl Store {
    /// Watches a key. Returns whether its past is known: it holds nothing, or is watched already.
    pub(in crate::redis) fn watch(&mut self, key: &str, now: u64) -> bool {
        let known =
            self.watched.contains(key) || self.keyspace.entry(key.as_bytes(), now).is_none();
        self.watched.insert(key.to_owned());
        known
    }

    /// Carries a command or a transaction out. `heard` is true if the reply is delivered: a server keeps no
    /// place in the queue for a client that is gone.
    pub(in crate::redis) fn carry_out(
        &mut self,
        (object, now): (ObjectId, u64),
        batch: &Batch,
        heard: bool,
        whose: Whose,
    ) -> Result<Done, NotSimulated> {
        let before = self.truths(now);
        let request = in_words(&self.keyspace, batch);
        let mut replies = execute_batch(&mut self.keyspace, now, batch)?;
        let in_vain = heard && replies == [Reply::Nil];
        let waits = if in_vain { Wait::of(batch, now) } else { None };
        if let Some(wait) = &waits {
            replies.clear();
            self.queue.join(whose.client, wait.clone());
        }
        let served = self.queue.serve(&mut self.keyspace, now);
        let reply = match &waits {
            Some(_) => WAITS.to_owned(),
            None => replies_in_words(&replies),
        };
        let reply = if heard { reply } else { reply + ", lost" };
        let access = Kind::Access { object, request, reply, touched: footprint(batch) };
        let mut events = vec![Event { actor: whose.step, kind: access }];
        let changes =
            self.truths(now).into_iter().zip(before).filter(|(now, before)| now != before);
        events.extend(changes.map(|((key, value, until), _)| Event {
            actor: whose.client,
            kind: Kind::Truth { object, key, value, until },
        }));
        Ok(Done { replies, events, waits, served })
    }

    /// The event of a command that is held back.
    pub(in crate::redis) fn held_back(
        &self,
        object: ObjectId,
        batch: &Batch,
        by: ActorId,
    ) -> Event {
        let (request, reply) = (in_words(&self.keyspace, batch), "held back".to_owned());
        Event {
            actor: by,
            kind: Kind::Access { object, request, reply, touched: footprint(batch) },
        }
    }

    /// A client takes the reply that it has waited for, and gives its place up.
    pub(in crate::redis) fn answer(
        &mut self,
        object: ObjectId,
        batch: &Batch,
        heard: bool,
        whose: Whose,
    ) -> (Reply, Event) {
        let wait = self.queue.wait_of(whose.client).cloned();
        let touched = wait.map_or_else(Vec::new, |wait| wait.touched());
        let reply = self.queue.leave(whose.client);
        let lost = if heard { "" } else { ", lost" };
        let kind = Kind::Access {
            object,
            request: in_words(&self.keyspace, batch),
            reply: format!("{reply}{lost}"),
            touched,
        };
        (reply, Event { actor: whose.step, kind })
    }

    fn truths(&self, now: u64) -> Vec<Truth> {
        self.watched.iter().map(|key| truth(&self.keyspace, key, now)).collect()
    }
}

fn truth(keyspace: &Keyspace, key: &str, now_ms: u64) -> Truth {
    let entry = keyspace.entry(key.as_bytes(), now_ms);
    let value = entry.map(|entry| match &entry.value {
        Value::String(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::List(items) => format!("a list of {}", items.len()),
    });
    (key.to_owned(), value, entry.and_then(|entry| entry.deadline))
}
