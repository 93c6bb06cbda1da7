//! The world of one execution.

use std::cell::RefCell;
use std::fmt::{self, Debug};
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::monitors::{Monitor, Monitors};
use super::per_client::{CLIENTS, ClientIndex};
use super::{Property, Violation};
use crate::redis::Node;
use crate::sync::{Clock, Runtime};
use crate::trace::{Kind, Recorder};

/// The setup of a scenario: time, actors, and the properties that must hold once all actors have ended.
pub struct World<R: Runtime> {
    clock: Clock<R>,
    monitors: Monitors,
    pub(super) parts: RefCell<Parts<R>>,
}

pub(super) struct Parts<R: Runtime> {
    pub(super) actors: Vec<(Actor<R>, Body<R>)>,
    pub(super) timers: Vec<Timer>,
    checks: Vec<(Property, Check)>,
}

pub(super) type Body<R> = Box<dyn FnOnce(&Actor<R>) + Send>;
type Check = Box<dyn FnOnce() -> Result<(), String>>;

/// Something that happens by itself when its time has come.
#[derive(Clone)]
pub(super) struct Timer {
    /// The first instant after the given one at which something happens, in milliseconds.
    pub(super) next: Arc<dyn Fn(u64) -> Option<u64> + Send + Sync>,
    /// Makes it happen: the clock has passed such an instant.
    pub(super) passed: Arc<dyn Fn() + Send + Sync>,
}

/// A named thread of a scenario.
pub struct Actor<R: Runtime> {
    pub(super) name: String,
    clock: Clock<R>,
    /// Its index among the clients, to which it is symmetric.
    pub(super) client: Option<ClientIndex>,
    pub(super) ended: Arc<AtomicBool>,
}

impl<R: Runtime> Actor<R> {
    /// The actor's name in schedules and timelines.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The world's clock.
    #[must_use]
    pub fn clock(&self) -> Clock<R> {
        self.clock.clone()
    }

    /// The client's own place in a [`PerClient`](super::PerClient).
    ///
    /// # Panics
    ///
    /// If the actor was not added by [`World::clients`].
    #[must_use]
    pub fn index(&self) -> ClientIndex {
        self.client.unwrap_or_else(|| {
            panic!("{} has no index: only actors that World::clients adds have one", self.name)
        })
    }

    /// As [`sync::retry`](crate::sync::retry()): tries again until `attempt` succeeds. The observations of an
    /// attempt that fails do not matter afterwards.
    pub fn retry<T>(&self, attempt: impl FnMut() -> Option<T>) -> T {
        crate::sync::retry::<R, T>(attempt)
    }

    /// As [`sync::local`](crate::sync::local()): of all that the actor has seen, only `state` matters from
    /// here on.
    pub fn local(&self, state: &impl Hash) {
        crate::sync::local::<R>(state);
    }

    /// Declares that the actor believes from here on that it holds the lock `key` by `token`, until the given
    /// instant of the world's clock, or for ever. The declaration is no step: it belongs to the step before.
    ///
    /// [`crate::lock`] makes these declarations itself. Any other lock has to declare its clients' beliefs,
    /// because they exist only in the clients' own variables.
    pub fn believe(&self, key: &str, token: &str, until: Option<Duration>) {
        let ms = |until: Duration| u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
        R::record(R::me(), || Kind::Believe {
            key: key.to_owned(),
            token: token.to_owned(),
            until: until.map(ms),
        });
    }

    /// Declares that the actor no longer believes so.
    pub fn disbelieve(&self, key: &str, token: &str) {
        R::record(R::me(), || Kind::Disbelieve { key: key.to_owned(), token: token.to_owned() });
    }
}

impl<R: Runtime> World<R> {
    pub(crate) fn new(monitors: Monitors) -> Self {
        Self {
            clock: Clock::virtual_time(),
            monitors,
            parts: RefCell::new(Parts {
                actors: Vec::new(),
                checks: Vec::new(),
                timers: Vec::new(),
            }),
        }
    }

    /// The clock of this world: virtual, starting at zero.
    #[must_use]
    pub fn clock(&self) -> Clock<R> {
        self.clock.clone()
    }

    /// A simulated Redis server, empty, which expires keys by this world's clock.
    pub fn redis(&self, name: &str) -> Node<R> {
        let node = Node::new(name, self.clock());
        if !R::MODEL {
            let (asked, told) = (node.clone(), node.clone());
            self.parts.borrow_mut().timers.push(Timer {
                next: Arc::new(move |now| asked.next_deadline(now)),
                passed: Arc::new(move || told.expire()),
            });
        }
        node
    }

    /// Adds an actor. It starts when the scenario has set everything up.
    ///
    /// Anything it leaves behind outside shared objects (for [`World::finally`], say) has to be in the value
    /// that `body` returns: an explorer that remembers states treats two executions as the same if all shared
    /// objects and all results are equal.
    ///
    /// # Panics
    ///
    /// If the name is taken, or cannot be part of a schedule. An engine reports that as a verdict.
    pub fn actor<T: Hash + Debug + 'static>(
        &self,
        name: &str,
        body: impl FnOnce(&Actor<R>) -> T + Send + 'static,
    ) {
        self.add(name, None, body);
    }

    /// Adds `count` actors that run the same code, called alice, bob, carol and so on. `body` may use the
    /// name only to tell clients apart: explorers treat two states as the same if they differ only in which
    /// client is which. A client's own data is found by its [index](Actor::index) in a
    /// [`PerClient`](super::PerClient).
    ///
    /// # Panics
    ///
    /// If `count` exceeds [`MAX_CLIENTS`](Self::MAX_CLIENTS).
    pub fn clients<T: Hash + Debug + 'static>(
        &self,
        count: usize,
        body: impl Fn(&Actor<R>) -> T + Clone + Send + 'static,
    ) {
        assert!(count <= Self::MAX_CLIENTS, "{count} clients are more than there are names for");
        for (at, name) in CLIENTS[..count].iter().enumerate() {
            self.add(name, Some(ClientIndex::new(at)), body.clone());
        }
    }

    /// The largest number of clients in a world.
    pub const MAX_CLIENTS: usize = CLIENTS.len();

    fn add<T: Hash + Debug + 'static>(
        &self,
        name: &str,
        client: Option<ClientIndex>,
        body: impl FnOnce(&Actor<R>) -> T + Send + 'static,
    ) {
        assert!(
            !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || "*#:".contains(c)),
            "an actor cannot be called {name:?}: schedules are names, set apart by blanks, and `*`, \
             `#` and `:` mean something in them"
        );
        let known = |(actor, _): &(Actor<R>, Body<R>)| actor.name == name;
        assert!(
            !self.parts.borrow().actors.iter().any(known) && name != "main" && name != "clock",
            "an actor cannot be called {name}: another one is"
        );
        let ended = Arc::new(AtomicBool::new(false));
        let actor = Actor { name: name.to_owned(), clock: self.clock(), client, ended };
        self.parts.borrow_mut().actors.push((actor, Box::new(move |me| R::returned(body(me)))));
    }

    /// Has `monitor` check its property in every step.
    pub fn monitor(&self, monitor: impl Monitor + Clone) {
        self.monitors.add(monitor);
    }

    /// Adds a check that runs once all actors have ended. `check` may look (with
    /// [`Shared::peek`](crate::sync::Shared::peek), or by taking mutexes that are free by then), and returns
    /// what is wrong.
    ///
    /// The state it judges has to be in shared objects, or in the actors' results, even if `check` reads it
    /// elsewhere: of executions that are equal in these only one is judged (the contract of
    /// [`Scenario`](super::Scenario)).
    pub fn finally(
        &self,
        property: Property,
        check: impl FnOnce() -> Result<(), String> + 'static,
    ) {
        self.monitors.expect_check();
        self.parts.borrow_mut().checks.push((property, Box::new(check)));
    }

    /// The violation that the end shows, now that all actors have ended.
    pub(super) fn judge(self, recorder: &Recorder) -> Option<Violation> {
        if let Some(violation) = recorder.with_trace(|names| self.monitors.finish(names)) {
            return Some(violation);
        }
        let checks = self.parts.into_inner().checks;
        checks.into_iter().find_map(|(property, check)| {
            check().err().map(|detail| Violation { property, detail })
        })
    }
}

impl<R: Runtime> fmt::Debug for World<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl<R: Runtime> fmt::Debug for Actor<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actor").field("name", &self.name).finish_non_exhaustive()
    }
}
