//! The store of events, and the interface of its watchers.

use std::collections::BTreeMap;
#[cfg(feature = "model")]
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{ActorId, Event, Kind, ObjectId};

/// The record of one execution: the actors, the shared objects, and the events in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Trace {
    /// The actors' names; number 0 is `main`.
    pub actors: Vec<String>,
    /// The shared objects' names.
    pub objects: Vec<String>,
    /// The events, oldest first.
    pub events: Vec<Event>,
}

impl Trace {
    /// The name of an actor; an actor that never registered is `main`.
    #[must_use]
    pub fn actor(&self, actor: ActorId) -> &str {
        self.actors.get(actor.index()).map_or("main", String::as_str)
    }

    /// The number of visible steps, except for those of the main actor, which sets up and judges while no
    /// other actor exists.
    #[must_use]
    pub fn steps(&self) -> usize {
        let others = self.events.iter().filter(|event| event.actor != ActorId::MAIN);
        others.filter(|event| event.kind.is_step()).count()
    }

    /// The name of a shared object.
    #[must_use]
    pub fn object(&self, object: ObjectId) -> &str {
        self.objects.get(object.index()).map_or("?", String::as_str)
    }
}

/// Is shown each event as it is recorded. It runs inside the step, so it must take none itself.
pub trait Watcher: Send {
    /// Takes an event that has just happened; `names` has the names of actors and objects. Returns whether
    /// the execution need not go on: a property is violated.
    fn saw(&mut self, event: &Event, names: &Trace) -> bool;
}

/// A handle to the record of one execution; clones share it.
#[derive(Clone)]
pub struct Recorder(Arc<Mutex<Record>>);

struct Record {
    trace: Trace,
    broken: bool,
    closed: bool,
    /// The events to record just before the next event of each actor.
    announced: BTreeMap<ActorId, Vec<Kind>>,
    watcher: Option<Box<dyn Watcher>>,
    /// The reason why the execution does not count.
    #[cfg(feature = "model")]
    refused: Option<String>,
    /// The keys that are watched, after their servers.
    #[cfg(feature = "model")]
    watched: BTreeSet<(String, String)>,
}

impl Recorder {
    /// An empty record.
    #[must_use]
    pub fn new() -> Self {
        let trace = Trace { actors: vec!["main".to_owned()], ..Trace::default() };
        let announced = BTreeMap::new();
        let record = Record {
            trace,
            broken: false,
            closed: false,
            announced,
            watcher: None,
            #[cfg(feature = "model")]
            refused: None,
            #[cfg(feature = "model")]
            watched: BTreeSet::new(),
        };
        Self(Arc::new(Mutex::new(record)))
    }

    /// Shows every event from now on to `watcher` too.
    pub fn watch(&self, watcher: impl Watcher + 'static) {
        self.record_mut().watcher = Some(Box::new(watcher));
    }

    /// Appends an event.
    pub fn record(&self, event: Event) {
        let mut record = self.record_mut();
        record.reveal(event.actor);
        record.add(event);
    }

    /// Has an event appended just before the next one of its actor: an event that is no step of its own
    /// belongs to the step that follows, and nothing is known of its time before that.
    pub(super) fn announce(&self, event: Event) {
        self.record_mut().announced.entry(event.actor).or_default().push(event.kind);
    }

    /// Appends the announced events of `actor` now.
    pub(super) fn reveal(&self, actor: ActorId) {
        self.record_mut().reveal(actor);
    }

    /// Returns whether the execution need not go on: a property is violated, or an actor panicked.
    #[cfg(feature = "model")]
    pub(crate) fn is_broken(&self) -> bool {
        self.record_mut().broken
    }

    /// Notes that a key is watched.
    #[cfg(feature = "model")]
    pub(super) fn watches(&self, server: &str, key: &str) {
        self.record_mut().watched.insert((server.to_owned(), key.to_owned()));
    }

    /// The keys that are watched, after their servers.
    #[cfg(feature = "model")]
    pub(crate) fn watched(&self) -> BTreeSet<(String, String)> {
        self.record_mut().watched.clone()
    }

    /// Notes why the execution does not count, whatever its actors make of that. The first reason stays.
    #[cfg(feature = "model")]
    pub(crate) fn refuse(&self, why: String) {
        self.record_mut().refused.get_or_insert(why);
    }

    /// The reason why the execution does not count, if it does not.
    #[cfg(feature = "model")]
    pub(crate) fn refused(&self) -> Option<String> {
        self.record_mut().refused.clone()
    }

    /// Records nothing from here on: no actor is enabled, and the releases of actors that unwind did not
    /// happen.
    #[cfg(feature = "model")]
    pub(crate) fn close(&self) {
        self.record_mut().closed = true;
    }

    /// The record so far.
    #[must_use]
    pub fn trace(&self) -> Trace {
        self.record_mut().trace.clone()
    }

    /// A look at the record so far.
    pub fn with_trace<U>(&self, look: impl FnOnce(&Trace) -> U) -> U {
        look(&self.record_mut().trace)
    }

    /// The name of an actor.
    #[must_use]
    pub fn actor_name(&self, actor: ActorId) -> String {
        self.record_mut().trace.actor(actor).to_owned()
    }

    pub(super) fn actor(&self, name: &str) -> ActorId {
        let actors = &mut self.record_mut().trace.actors;
        actors.push(name.to_owned());
        ActorId(number(actors.len() - 1))
    }

    pub(super) fn object(&self, name: &str) -> ObjectId {
        let objects = &mut self.record_mut().trace.objects;
        objects.push(name.to_owned());
        ObjectId(number(objects.len() - 1))
    }

    /// Notes the name of an object whose number is known.
    #[cfg(feature = "model")]
    pub(super) fn name_object(&self, object: ObjectId, name: &str) {
        name_at(&mut self.record_mut().trace.objects, object.index(), name);
    }

    /// Notes the name of an actor whose number is known.
    #[cfg(feature = "model")]
    pub(super) fn name_actor(&self, actor: ActorId, name: &str) {
        name_at(&mut self.record_mut().trace.actors, actor.index(), name);
    }

    /// A watcher that panicked leaves the record as whole as it was: poisoning has no meaning here.
    fn record_mut(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    fn add(&mut self, event: Event) {
        let Self { trace, broken, closed, watcher, .. } = self;
        if *closed {
            return;
        }
        *broken |= matches!(event.kind, Kind::Panic(_));
        if let Some(watcher) = watcher {
            *broken |= watcher.saw(&event, trace);
        }
        trace.events.push(event);
    }

    fn reveal(&mut self, actor: ActorId) {
        for kind in self.announced.remove(&actor).unwrap_or_default() {
            self.add(Event { actor, kind });
        }
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Recorder").field(&self.record_mut().trace).finish()
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("an execution has fewer than four billion actors and objects")
}

/// Numbers that were given out in another execution have no name in this one.
#[cfg(feature = "model")]
fn name_at(names: &mut Vec<String>, index: usize, name: &str) {
    if names.len() <= index {
        names.resize_with(index + 1, String::new);
    }
    name.clone_into(&mut names[index]);
}
