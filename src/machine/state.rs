//! A whole world as a value, on which operations are carried out one after the other.

use std::rc::Rc;

use super::fault::{Budgeted, Injection};
use super::object::Object;
use super::operation::{Actors, Look, Observation, Operation, Store, Strike, actors_below};
use super::resources::link::Link;
use super::survey::{Next, survey};
use crate::trace::{ActorId, Event, Kind, ObjectId};

/// What an actor is about to do, and what it begins by doing it.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    /// The operation.
    pub(crate) operation: Rc<dyn Operation>,
    /// What is recorded just before it takes effect: calls that begin with it.
    pub(crate) announced: Vec<Kind>,
}

/// How far an actor has come.
#[derive(Debug, Default)]
pub(crate) enum Progress {
    /// It was not started.
    #[default]
    Absent,
    /// It runs, or is about to.
    Running,
    /// It is about to do this.
    Before(Pending),
    /// Its body is over, and returned this; `None` if it returned nothing.
    Ended(Option<Observation>),
}

/// A world.
#[derive(Default)]
pub(crate) struct State {
    now: u64,
    objects: Vec<Option<Box<dyn Object>>>,
    /// By number; number 0 is the main actor.
    actors: Vec<Progress>,
    /// The faults, each with what is left of its budget.
    pub(crate) faults: Rc<[Budgeted]>,
    /// What is left of each fault's budget.
    pub(crate) left: Vec<u32>,
    /// Whether what is no step is a choice as well.
    pub(crate) every_step: bool,
    /// Receives what happens.
    sink: Option<Box<dyn FnMut(Event)>>,
    /// Why a command could not be carried out as a real server would.
    pub(crate) refused: Option<String>,
}

/// What the next states are made from.
pub(crate) struct Parts {
    pub(crate) objects: Vec<Option<Box<dyn Object>>>,
    /// What is left of the budgets.
    pub(crate) left: Vec<u32>,
    /// The instant, in milliseconds.
    pub(crate) now: u64,
}

impl State {
    /// An empty world that hands what happens to `sink`.
    pub(crate) fn new(sink: impl FnMut(Event) + 'static) -> Self {
        Self { sink: Some(Box::new(sink)), ..Self::default() }
    }

    /// How far an actor has come.
    pub(crate) fn progress(&self, actor: ActorId) -> &Progress {
        self.actors.get(actor.index()).unwrap_or(&Progress::Absent)
    }

    /// Notes how far an actor has come, and returns how far it had come before.
    pub(crate) fn set_progress(&mut self, actor: ActorId, progress: Progress) -> Progress {
        if self.actors.len() <= actor.index() {
            self.actors.resize_with(actor.index() + 1, Progress::default);
        }
        std::mem::replace(&mut self.actors[actor.index()], progress)
    }

    /// What is shared, what is left of the budgets, and the instant.
    pub(crate) fn into_parts(self) -> Parts {
        Parts { objects: self.objects, left: self.left, now: self.now }
    }

    /// Comes to an end that was not executed: this is shared, and these actors returned this.
    pub(crate) fn end_with(&mut self, parts: Parts, results: Vec<(ActorId, Option<Observation>)>) {
        (self.objects, self.left, self.now) = (parts.objects, parts.left, parts.now);
        for (actor, result) in results {
            self.set_progress(actor, Progress::Ended(result));
        }
    }

    /// What can happen next.
    pub(crate) fn next(&self) -> Next {
        survey(self, &self.faults, &self.left, self.every_step)
    }

    /// The actor's operation takes effect, or what `fault` makes of it. The actor runs from here on.
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

    /// What an actor returned.
    pub(crate) fn result(&self, actor: ActorId) -> Observation {
        match self.progress(actor) {
            Progress::Ended(Some(result)) => result.clone(),
            _ => Observation::Done,
        }
    }

    /// The actor is gone before it could do what it was about to.
    pub(crate) fn kill(&mut self, victim: ActorId, by: ActorId) {
        if let Progress::Before(pending) = self.set_progress(victim, Progress::Running) {
            pending.operation.abandon(victim, self);
        }
        self.record(Event { actor: by, kind: Kind::Crash(victim) });
    }

    /// A command that was held back arrives. Nobody gets the reply.
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
