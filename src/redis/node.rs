//! A simulated server that several actors share.

use std::fmt;
use std::hash::Hash;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use ::redis::{RedisError, RedisResult};

use super::engine::error::NotSimulated;
use super::engine::keyspace::Keyspace;
use super::engine::reply::Reply;
use super::engine::transaction::Batch;
use super::engine::waiters::Wait;
use super::server::commands::{Answer, Command, Peek, TakeReply};
use super::server::store::{Done, Store, Whose};
use crate::machine::operation::Observation;
use crate::sync::model::session;
use crate::sync::{Clock, Home, Runtime, Shared, Thing};
use crate::trace::{self, ObjectId};

/// One simulated Redis server. Clones are the same server.
///
/// Each command is one step, and so is each transaction; one that has to wait (`BLPOP`, `BRPOP`) is two: it
/// arrives, and is answered. Keys expire by the node's clock. The faults, and not the node, decide which
/// replies are lost, and when.
pub struct Node<R: Runtime> {
    name: Arc<str>,
    home: Home,
    clock: Clock<R>,
    backing: Backing<R>,
}

/// Where the server is.
enum Backing<R: Runtime> {
    /// In the machine.
    Machine(ObjectId),
    /// In memory that threads share.
    Memory {
        store: Arc<Shared<R, Store>>,
        /// Where clients wait for their replies.
        served: Arc<R::Condvar>,
    },
}

impl<R: Runtime> Node<R> {
    /// An empty server; `name` is what timelines call it.
    #[must_use]
    pub fn new(name: &str, clock: Clock<R>) -> Self {
        let (object, backing) = if R::MODEL {
            let object = R::object(name);
            session::create(object, Store::default());
            (object, Backing::Machine(object))
        } else {
            let store = Arc::new(Shared::new(name, Store::default()));
            let served = Arc::new(R::condvar(store.object()));
            (store.object(), Backing::Memory { store, served })
        };
        let home = Home::new(R::place(), Thing::Object(object));
        Self { name: Arc::from(name), home, clock, backing }
    }

    /// Has every change of `key` recorded, as [`Kind::Truth`](crate::trace::Kind::Truth).
    ///
    /// A key is watched before anything is stored there, because monitors do not know what it held before. A
    /// scenario that does otherwise is [not run](crate::explore::Verdict::NotRun).
    pub fn watch(&self, key: &str) {
        let now = self.clock.peek_ms();
        let mut late = false;
        let watch = |store: &mut Store| late = !store.watch(key, now);
        match &self.backing {
            Backing::Machine(object) => session::configure(*object, watch),
            Backing::Memory { store, .. } => store.amend(watch),
        }
        trace::watches(&self.name, key);
        if late {
            let name = &self.name;
            let why = format!(
                "{name} holds {key} already, and monitors do not know what a key held before it is \
                 watched: watch {key} before it is written"
            );
            match &self.backing {
                Backing::Machine(_) => session::refuse(why),
                Backing::Memory { .. } => trace::refuse(why),
            }
        }
    }

    /// A look at the data of the server, and at its time in milliseconds; no step. An actor that looks learns
    /// as much as by [`Shared::peek`].
    pub fn peek<U>(&self, look: impl FnOnce(&Keyspace, u64) -> U) -> U {
        let now = self.clock.peek_ms();
        self.peek_keys(|keyspace| look(keyspace, now))
    }

    fn peek_keys<U>(&self, look: impl FnOnce(&Keyspace) -> U) -> U {
        self.home.check();
        match &self.backing {
            Backing::Machine(object) => {
                let seen = match session::is_inert() {
                    true => Observation::Done,
                    false => session::ask(Peek(*object)),
                };
                session::observe(&seen);
                look(seen.get().unwrap_or(&Keyspace::default()))
            }
            Backing::Memory { store, .. } => store.peek(|store| look(&store.keyspace)),
        }
    }

    /// The first instant after `now_ms` at which a key expires, in milliseconds.
    #[must_use]
    pub fn next_deadline(&self, now_ms: u64) -> Option<u64> {
        self.peek_keys(|keyspace| keyspace.next_deadline(now_ms))
    }

    /// Drops the keys whose time has come.
    pub(crate) fn expire(&self) {
        if let Backing::Memory { store, .. } = &self.backing {
            let now = self.clock.peek_ms();
            store.amend(|store| store.keyspace.purge(now));
        }
    }

    /// Sends a batch of the calling actor to the server, and returns once there are replies.
    pub(super) fn carry_out(&self, batch: Batch) -> RedisResult<Vec<Reply>> {
        self.home.check();
        match &self.backing {
            Backing::Machine(object) => self.in_machine(*object, Rc::new(batch)),
            Backing::Memory { store, served } => self.in_memory(store, served, &batch),
        }
    }

    fn in_machine(&self, server: ObjectId, batch: Rc<Batch>) -> RedisResult<Vec<Reply>> {
        let seen = session::step(Command { server, batch: Rc::clone(&batch) });
        session::observe(&seen);
        let wait = match seen.get::<Answer>() {
            Some(Answer::Replies(replies)) => return Ok(replies.clone()),
            Some(Answer::Waits(wait)) => wait.clone(),
            None => return Err(no_answer()),
        };
        let name = Rc::from(&*self.name);
        let seen = session::step(TakeReply { server, name, batch, wait });
        session::observe(&seen);
        match seen.get::<Answer>() {
            Some(Answer::Replies(replies)) => Ok(replies.clone()),
            _ => Err(no_answer()),
        }
    }

    fn in_memory(
        &self,
        store: &Arc<Shared<R, Store>>,
        served: &R::Condvar,
        batch: &Batch,
    ) -> RedisResult<Vec<Reply>> {
        let object = store.object();
        let whose = Whose { step: R::me(), client: R::me() };
        let done = store.effect(
            |store| {
                let now = self.clock.peek_ms();
                Unseen(store.carry_out((object, now), batch, true, whose))
            },
            |_, Unseen(done)| done.as_ref().map(|done| done.events.clone()).unwrap_or_default(),
        );
        let Done { replies, waits, served: others, .. } =
            done.0.map_err(|refused| not_simulated(&refused))?;
        if others {
            R::wake(served);
        }
        match waits {
            None => Ok(replies),
            Some(wait) => Ok(vec![self.wait(store, served, batch, &wait)]),
        }
    }

    /// Waits for the reply, and takes it.
    fn wait(
        &self,
        store: &Arc<Shared<R, Store>>,
        served: &R::Condvar,
        batch: &Batch,
        wait: &Wait,
    ) -> Reply {
        let me = R::me();
        let is_served = move |store: &Store| store.queue.is_served(me);
        let (there, clock, until) = (Arc::clone(store), self.clock.clone(), wait.clone());
        let ready = move || there.peek(is_served) || until.is_over(clock.peek_ms());
        let _alarm = wait.deadline.map(|at| self.clock.alarm(at));
        let what = format!("{} on {}", wait.in_words(), self.name);
        // A wait that has an end lets the others go on for a while, and then moves the clock there, as a
        // sleep does.
        R::block_until(what.into(), ready, || match wait.deadline {
            None => store.wait_on(served, |store| store.queue.is_served(me)),
            Some(deadline) => {
                R::linger(|| store.peek(is_served));
                if !store.peek(is_served) {
                    self.clock.advance_to(deadline);
                }
            }
        });
        let whose = Whose { step: me, client: me };
        let answered = store.effect(
            |it| Unseen(it.answer(store.object(), batch, true, whose)),
            |_, Unseen((_, event))| [event.clone()],
        );
        answered.0.0
    }
}

/// The result of a command, which real threads do not compare.
struct Unseen<T>(T);

impl<T> Hash for Unseen<T> {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

/// The error of redis-rs for a reply that does not come in time.
fn no_answer() -> RedisError {
    let text = "the connection timed out: no answer from the server";
    io::Error::new(io::ErrorKind::TimedOut, text).into()
}

/// The end of a run on real threads, or on loom's: the execution does not count, whatever the actor does with
/// the error. It panics, because code that tries again after an error would go on for ever; in a destructor a
/// second panic would end the process.
fn not_simulated(refused: &NotSimulated) -> RedisError {
    trace::refuse(refused.to_string());
    if std::thread::panicking() {
        return no_answer();
    }
    std::panic::panic_any(refused.to_string())
}

impl<R: Runtime> Clone for Backing<R> {
    fn clone(&self) -> Self {
        match self {
            Self::Machine(object) => Self::Machine(*object),
            Self::Memory { store, served } => {
                Self::Memory { store: Arc::clone(store), served: Arc::clone(served) }
            }
        }
    }
}

impl<R: Runtime> Clone for Node<R> {
    fn clone(&self) -> Self {
        Self {
            name: Arc::clone(&self.name),
            home: self.home.clone(),
            clock: self.clock.clone(),
            backing: self.backing.clone(),
        }
    }
}

impl<R: Runtime> fmt::Debug for Node<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("name", &self.name).finish_non_exhaustive()
    }
}
