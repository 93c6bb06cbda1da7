//! A simulated server that several actors share, and their connections to it.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use ::redis::{Cmd, ConnectionLike, RedisError, RedisResult, Value};

use super::{
    Batch, Keyspace, Reply, batches, collect, execute_batch, request, split_packed, to_value,
};
use crate::sync::{Clock, Runtime, Shared, inert};
use crate::trace::{Kind, ObjectId};

/// One simulated Redis server. Clones are the same server.
///
/// Each command is one step, and so is each transaction; keys expire by the node's clock. Which
/// replies are lost, and when, is decided outside of it.
pub struct Node<R: Runtime> {
    store: Arc<Shared<R, Keyspace>>,
    clock: Clock<R>,
    watched: Arc<Mutex<BTreeSet<String>>>,
}

/// What came of a step: replies for the client, and changes for those who watch.
struct Done {
    /// What was asked, in words.
    words: String,
    replies: Vec<Reply>,
    changes: Vec<Change>,
}

/// A watched key, what is there now, and until when.
type Change = (String, Option<String>, Option<u64>);

impl Hash for Done {
    /// A client learns nothing but its replies.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.replies.hash(state);
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
        }
    }

    /// Has every change of `key` recorded, as [`Kind::Truth`].
    pub fn watch(&self, key: &str) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.insert(key.to_owned());
    }

    /// A connection for code that is written for redis-rs.
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

    /// One step of the calling actor.
    fn carry_out(&self, batch: &Batch) -> Vec<Reply> {
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let step = |keyspace: &mut Keyspace| {
            let now = self.clock.peek_ms();
            let before: Vec<Change> = watched.iter().map(|key| truth(keyspace, key, now)).collect();
            let words = in_words(keyspace, batch);
            let replies = execute_batch(keyspace, now, batch);
            let after = watched.iter().map(|key| truth(keyspace, key, now));
            let changes = after.zip(before).filter(|(after, before)| after != before);
            Done { words, replies, changes: changes.map(|(after, _)| after).collect() }
        };
        let tell = |object: ObjectId, done: &Done| {
            let access = Kind::Access {
                object,
                request: done.words.clone(),
                reply: replies_in_words(&done.replies),
            };
            let truth = done
                .changes
                .clone()
                .into_iter()
                .map(move |(key, value, until)| Kind::Truth { object, key, value, until });
            std::iter::once(access).chain(truth)
        };
        self.store.step(step, tell).replies
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
        Ok(self.node.carry_out(batch))
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

/// A command as a person would type it. A script is called by the name in its first line, if that is a
/// comment: `-- release`.
fn in_words(keyspace: &Keyspace, batch: &Batch) -> String {
    let line = |request: &Vec<Vec<u8>>| {
        let name = script_name(keyspace, request);
        let (name, rest) = match &name {
            Some(name) => (name.clone(), request.get(3..).unwrap_or_default()),
            None => (word(&request[0]).to_uppercase(), request.get(1..).unwrap_or_default()),
        };
        let rest = rest.iter().map(|bytes| word(bytes));
        std::iter::once(name).chain(rest).collect::<Vec<_>>().join(" ")
    };
    match batch {
        Batch::Command(request) if request.is_empty() => String::new(),
        Batch::Command(request) => line(request),
        Batch::Transaction(requests) => {
            let lines: Vec<String> = requests.iter().map(line).collect();
            format!("MULTI; {}; EXEC", lines.join("; "))
        }
    }
}

/// The name of the script that a command runs.
fn script_name(keyspace: &Keyspace, request: &[Vec<u8>]) -> Option<String> {
    let command = request.first()?;
    let body = if command.eq_ignore_ascii_case(b"EVALSHA") {
        keyspace.script(&String::from_utf8_lossy(request.get(1)?).to_ascii_lowercase())?.to_vec()
    } else if command.eq_ignore_ascii_case(b"EVAL") {
        request.get(1)?.clone()
    } else {
        return None;
    };
    let first = body.split(|byte| *byte == b'\n').next()?;
    let name = std::str::from_utf8(first).ok()?.strip_prefix("--")?.trim();
    Some(name.to_owned())
}

fn word(bytes: &[u8]) -> String {
    const SHA: usize = 40;
    const SHOWN: usize = 8;
    const LONGEST: usize = 60;
    let text = String::from_utf8_lossy(bytes);
    if text.len() == SHA && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return text[..SHOWN].to_owned();
    }
    // The source of a script, most likely.
    if text.len() > LONGEST {
        let cut: String = text.chars().take(SHOWN).collect();
        return format!("{cut:?}…");
    }
    if text.is_empty() || text.contains(char::is_whitespace) {
        return format!("{text:?}");
    }
    text.into_owned()
}

fn replies_in_words(replies: &[Reply]) -> String {
    replies.last().map_or_else(String::new, Reply::to_string)
}

impl<R: Runtime> Clone for Node<R> {
    fn clone(&self) -> Self {
        Self {
            store: Arc::clone(&self.store),
            clock: self.clock.clone(),
            watched: Arc::clone(&self.watched),
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
