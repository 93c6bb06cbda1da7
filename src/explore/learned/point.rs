//! A state of the search, as numbers, and the world that it represents, for operations to inspect.

use super::local::{Local, Status};
use super::memory::{BLOCK, of_vec};
use super::tables::{ABSENT, Tables};
use crate::machine::object::Object;
use crate::machine::operation::{Actors, Look, Operation, Store, actors_below};
use crate::trace::{ActorId, Event, Kind, ObjectId};

/// A state.
#[derive(Debug)]
pub(super) struct Point {
    /// The instant, in milliseconds.
    pub(super) now: u64,
    /// The remaining fault budgets, by number.
    pub(super) left: u32,
    pub(super) monitors: u32,
    /// The component of each object, by number.
    pub(super) objects: Vec<u32>,
    /// The local state of each actor, by number; the main actor's is absent.
    pub(super) locals: Vec<u32>,
}

impl Clone for Point {
    fn clone(&self) -> Self {
        let Self { now, left, monitors, objects, locals } = self;
        Self {
            now: *now,
            left: *left,
            monitors: *monitors,
            objects: objects.clone(),
            locals: locals.clone(),
        }
    }

    /// Reuses the vectors that a derived `Clone` would allocate anew.
    fn clone_from(&mut self, source: &Self) {
        let Self { now, left, monitors, objects, locals } = source;
        (self.now, self.left, self.monitors) = (*now, *left, *monitors);
        self.objects.clone_from(objects);
        self.locals.clone_from(locals);
    }
}

impl Point {
    /// The local state of an actor.
    pub(super) fn local(&self, actor: ActorId) -> u32 {
        self.locals.get(actor.index()).copied().unwrap_or(ABSENT)
    }

    /// Puts an actor into a local state.
    pub(super) fn set_local(&mut self, actor: ActorId, local: u32) {
        if self.locals.len() <= actor.index() {
            self.locals.resize(actor.index() + 1, ABSENT);
        }
        self.locals[actor.index()] = local;
    }

    /// The component of an object.
    pub(super) fn object(&self, object: ObjectId) -> u32 {
        self.objects.get(object.index()).copied().unwrap_or(ABSENT)
    }

    /// Puts an object into a state.
    pub(super) fn set_object(&mut self, object: ObjectId, component: u32) {
        if self.objects.len() <= object.index() {
            self.objects.resize(object.index() + 1, ABSENT);
        }
        self.objects[object.index()] = component;
    }
}

/// The world that a state represents.
pub(super) struct View<'a> {
    pub(super) tables: &'a Tables,
    pub(super) locals: &'a [Local],
    pub(super) point: &'a Point,
}

impl View<'_> {
    fn status(&self, actor: ActorId) -> Option<Status> {
        match self.point.local(actor) {
            ABSENT => None,
            local => Some(self.locals[local as usize].status),
        }
    }
}

impl Look for View<'_> {
    fn now(&self) -> u64 {
        self.point.now
    }

    fn object(&self, id: ObjectId) -> &dyn Object {
        &*self.tables.components[self.point.object(id) as usize].object
    }

    fn pending(&self, actor: ActorId) -> Option<&dyn Operation> {
        match self.status(actor) {
            Some(Status::Before(operation)) => {
                Some(&*self.tables.operations[operation as usize].operation)
            }
            _ => None,
        }
    }

    fn has_ended(&self, actor: ActorId) -> bool {
        matches!(self.status(actor), Some(Status::Ended(_) | Status::Killed))
    }

    fn actors(&self) -> Actors {
        actors_below(self.point.locals.len())
    }

    fn objects(&self) -> Box<dyn Iterator<Item = &dyn Object> + '_> {
        let present = self.point.objects.iter().filter(|component| **component != ABSENT);
        Box::new(present.map(|component| &*self.tables.components[*component as usize].object))
    }
}

/// The changes that an operation has made so far.
pub(super) struct Overlay<'a> {
    view: View<'a>,
    pub(super) now: u64,
    pub(super) changed: Vec<(ObjectId, Box<dyn Object>)>,
    pub(super) events: Vec<Event>,
    pub(super) refused: Option<String>,
}

impl<'a> Overlay<'a> {
    pub(super) const fn new(view: View<'a>) -> Self {
        let now = view.point.now;
        Self { view, now, changed: Vec::new(), events: Vec::new(), refused: None }
    }
}

impl Look for Overlay<'_> {
    fn now(&self) -> u64 {
        self.now
    }

    fn object(&self, id: ObjectId) -> &dyn Object {
        match self.changed.iter().find(|(changed, _)| *changed == id) {
            Some((_, object)) => &**object,
            None => self.view.object(id),
        }
    }

    fn pending(&self, actor: ActorId) -> Option<&dyn Operation> {
        self.view.pending(actor)
    }

    fn has_ended(&self, actor: ActorId) -> bool {
        self.view.has_ended(actor)
    }

    fn actors(&self) -> Actors {
        self.view.actors()
    }

    fn objects(&self) -> Box<dyn Iterator<Item = &dyn Object> + '_> {
        self.view.objects()
    }
}

impl Store for Overlay<'_> {
    fn object_mut(&mut self, id: ObjectId) -> &mut dyn Object {
        let at = match self.changed.iter().position(|(changed, _)| *changed == id) {
            Some(at) => at,
            None => {
                self.changed.push((id, self.view.object(id).boxed()));
                self.changed.len() - 1
            }
        };
        &mut *self.changed[at].1
    }

    fn create(&mut self, id: ObjectId, object: Box<dyn Object>) {
        self.changed.push((id, object));
    }

    fn record(&mut self, event: Event) {
        self.events.push(event);
    }

    fn pass_time(&mut self, at: u64, by: ActorId) {
        self.now = self.now.max(at);
        self.record(Event { actor: by, kind: Kind::Tick(self.now) });
        for object in 0..self.view.point.objects.len() as u32 {
            if self.view.point.object(ObjectId(object)) != ABSENT {
                let now = self.now;
                self.object_mut(ObjectId(object)).pass_time(now);
            }
        }
    }

    fn refuse(&mut self, why: String) {
        self.refused.get_or_insert(why);
    }

    fn look(&self) -> &dyn Look {
        self
    }
}

/// The number of bytes that a state waiting to be visited holds outside the queue.
pub(super) const fn of_point(point: &Point) -> u64 {
    of_vec(&point.objects) + of_vec(&point.locals) + 2 * BLOCK
}
