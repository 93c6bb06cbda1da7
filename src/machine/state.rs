//! A whole world as a value, to which operations are applied one after the other.

use std::rc::Rc;

use super::fault::{Budgeted, Injection};
use super::object::Object;
use super::operation::{Actors, Look, Observation, Operation, Store, Strike, actors_below};
use super::resources::link::Link;
use super::survey::{Next, survey};
use crate::trace::{ActorId, Event, Kind, ObjectId};

/// The actor's pending operation, with the calls that begin with it.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    /// The operation.
    pub(crate) operation: Rc<dyn Operation>,
    /// The events recorded just before it takes effect: calls that begin with it.
    pub(crate) announced: Vec<Kind>,
}

/// The progress of an actor.
#[derive(Debug, Default)]
pub(crate) enum Progress {
    /// It has not been started.
    #[default]
    Absent,
    /// It runs, or is about to run.
    Running,
    /// This operation is pending.
    Before(Pending),
    /// The body has ended, with this result; `None` if it returned nothing.
    Ended(Option<Observation>),
}

/// A world.
#[derive(Default)]
pub(crate) struct State {
    now: u64,
    objects: Vec<Option<Box<dyn Object>>>,
    /// The progress of each actor, by number; number 0 is the main actor.
    actors: Vec<Progress>,
    /// The faults, each with its budget.
    pub(crate) faults: Rc<[Budgeted]>,
    /// The remaining budget of each fault.
    pub(crate) left: Vec<u32>,
    /// True if invisible steps are choices as well.
    pub(crate) every_step: bool,
    /// The receiver of events.
    sink: Option<Box<dyn FnMut(Event)>>,
    /// The reason why a command could not be carried out as a real server would do it.
    pub(crate) refused: Option<String>,
}

/// The parts from which further states are made.
pub(crate) struct Parts {
    pub(crate) objects: Vec<Option<Box<dyn Object>>>,
    /// The remaining fault budgets.
    pub(crate) left: Vec<u32>,
    /// The instant, in milliseconds.
    pub(crate) now: u64,
}

impl State {
    /// Creates an empty world that passes events to `sink`.
    pub(crate) fn new(sink: impl FnMut(Event) + 'static) -> Self {
        Self { sink: Some(Box::new(sink)), ..Self::default() }
    }

    /// The progress of an actor.
    pub(crate) fn progress(&self, actor: ActorId) -> &Progress {
        self.actors.get(actor.index()).unwrap_or(&Progress::Absent)
    }

    /// Sets the progress of an actor, and returns the previous one.
    pub(crate) fn set_progress(&mut self, actor: ActorId, progress: Progress) -> Progress {
        if self.actors.len() <= actor.index() {
            self.actors.resize_with(actor.index() + 1, Progress::default);
        }
        std::mem::replace(&mut self.actors[actor.index()], progress)
    }

    /// The shared objects, the remaining budgets, and the instant.
    pub(crate) fn into_parts(self) -> Parts {
        Parts { objects: self.objects, left: self.left, now: self.now }
    }

    /// Enters an end that was not executed, with these shared objects and these results of actors.
    pub(crate) fn end_with(&mut self, parts: Parts, results: Vec<(ActorId, Option<Observation>)>) {
        (self.objects, self.left, self.now) = (parts.objects, parts.left, parts.now);
        for (actor, result) in results {
            self.set_progress(actor, Progress::Ended(result));
        }
    }

    /// The possible next events.
    pub(crate) fn next(&self) -> Next {
        survey(self, &self.faults, &self.left, self.every_step)
    }

    /// Applies the actor's operation, or its effect under `fault`. The actor runs from here on.
    pub(crate) fn take(&mut self, me: ActorId, fault: Option<(ActorId, Injection)>) -> Observation {
        let Progress::Before(pending) = self.set_progress(me, Progress::Running) else {
            return Observation::Done;
        };
        for kind in pending.announced {
            self.record(Event { actor: me, kind });
        }
        let operation = pending.operation;
        match fault {
            Some((by, Injection::Strike { strike, link, .. })) => {
                let seen = operation.struck(strike, me, by, self);
                if let (Strike::HeldBack, Some(link)) = (strike, link) {
                    (self as &mut dyn Store).get_mut::<Link>(link).held.push(Some(operation));
                }
                seen
            }
            _ => match operation.joins() {
                Some(child) => {
                    operation.apply(me, self);
                    self.result(child)
                }
                None => operation.apply(me, self),
            },
        }
    }

    /// The result of an actor.
    pub(crate) fn result(&self, actor: ActorId) -> Observation {
        match self.progress(actor) {
            Progress::Ended(Some(result)) => result.clone(),
            _ => Observation::Done,
        }
    }

    /// Kills an actor before its pending operation takes effect.
    pub(crate) fn kill(&mut self, victim: ActorId, by: ActorId) {
        if let Progress::Before(pending) = self.set_progress(victim, Progress::Running) {
            pending.operation.abandon(victim, self);
        }
        self.record(Event { actor: by, kind: Kind::Crash(victim) });
    }

    /// Delivers a command that was held back. No client receives the reply.
    pub(crate) fn deliver(&mut self, link: ObjectId, nth: usize, by: ActorId) {
        let link = (self as &mut dyn Store).get_mut::<Link>(link);
        let client = link.client;
        if let Some(operation) = link.held.get_mut(nth).and_then(Option::take) {
            operation.struck(Strike::ReplyLost, client, by, self);
        }
    }
}

impl Look for State {
    fn now(&self) -> u64 {
        self.now
    }

    fn object(&self, id: ObjectId) -> &dyn Object {
        self.objects[id.index()].as_deref().expect("an object is made before it is used")
    }

    fn pending(&self, actor: ActorId) -> Option<&dyn Operation> {
        match self.progress(actor) {
            Progress::Before(pending) => Some(&*pending.operation),
            _ => None,
        }
    }

    fn has_ended(&self, actor: ActorId) -> bool {
        matches!(self.progress(actor), Progress::Ended(_))
    }

    fn actors(&self) -> Actors {
        actors_below(self.actors.len())
    }

    fn objects(&self) -> Box<dyn Iterator<Item = &dyn Object> + '_> {
        Box::new(self.objects.iter().filter_map(Option::as_deref))
    }
}

impl Store for State {
    fn object_mut(&mut self, id: ObjectId) -> &mut dyn Object {
        self.objects[id.index()].as_deref_mut().expect("an object is made before it is used")
    }

    fn create(&mut self, id: ObjectId, object: Box<dyn Object>) {
        if self.objects.len() <= id.index() {
            self.objects.resize_with(id.index() + 1, || None);
        }
        self.objects[id.index()] = Some(object);
    }

    fn record(&mut self, event: Event) {
        if let Some(sink) = &mut self.sink {
            sink(event);
        }
    }

    fn pass_time(&mut self, at: u64, by: ActorId) {
        self.now = self.now.max(at);
        self.record(Event { actor: by, kind: Kind::Tick(self.now) });
        for object in self.objects.iter_mut().flatten() {
            object.pass_time(self.now);
        }
    }

    fn refuse(&mut self, why: String) {
        self.refused.get_or_insert(why);
    }

    fn look(&self) -> &dyn Look {
        self
    }
}
