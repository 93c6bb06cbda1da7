//! Comparison of a live execution with the graph, where the clients may have other names.

use std::cell::RefCell;
use std::hash::Hasher;
use std::rc::Rc;

use super::learner::Learner;
use super::local::Status;
use super::machine::Machine;
use super::point::Point;
use super::tables::{ABSENT, Map};
use crate::machine::encode::{Clients, Encoded, raw_digest};
use crate::machine::operation::{Look, Operation};
use crate::machine::state::{Pending, Progress};
use crate::sync::model::session::Session;
use crate::trace::{ActorId, ObjectId};

/// A renaming of the clients: the new place of each, by position.
pub(super) type Renaming = Rc<[u16]>;

/// The mapping between clients of the graph and clients of a live execution.
pub(super) struct Renamed {
    clients: Clients,
    places: Option<Renaming>,
    compared: RefCell<Compared>,
}

/// Earlier comparisons, so that only new parts are encoded.
#[derive(Default)]
struct Compared {
    /// The local state and the equal operation of each live actor. An operation is announced once.
    actors: Map<ActorId, (u32, Rc<dyn Operation>)>,
    /// The component of each object, and the digest of the equal live object. The digest is computed anew
    /// each time, because a value may change behind our back.
    objects: Map<ObjectId, (u32, u128)>,
}

impl Renamed {
    /// Maps these clients to these places; without places, each keeps its own.
    pub(super) fn new(clients: Clients, places: Option<Renaming>) -> Self {
        Self { clients, places, compared: RefCell::default() }
    }

    /// The actor of the graph that a live actor represents.
    pub(super) fn back(&self, live: ActorId) -> ActorId {
        let (Some(places), Some(place)) = (&self.places, self.clients.position(live)) else {
            return live;
        };
        let client = places.iter().position(|to| usize::from(*to) == place);
        client.and_then(|client| self.clients.actors().nth(client)).unwrap_or(live)
    }

    /// The live actor that represents an actor of the graph.
    pub(super) fn forth(&self, graph: ActorId) -> ActorId {
        let (Some(places), Some(client)) = (&self.places, self.clients.position(graph)) else {
            return graph;
        };
        self.clients.actors().nth(places[client].into()).unwrap_or(graph)
    }

    /// Returns whether this operation was already compared with that of the local state.
    fn is_known(&self, live: ActorId, local: u32, pending: &Pending) -> bool {
        let compared = self.compared.borrow();
        let known = compared.actors.get(&live);
        known.is_some_and(|(at, operation)| {
            *at == local && Rc::ptr_eq(operation, &pending.operation)
        })
    }

    /// Returns whether the graph's part and the live one are equal, with the clients renamed.
    fn same(&self, graph: &Encoded, live: &Encoded) -> bool {
        match &self.places {
            None => graph == live,
            Some(places) => {
                graph.bag(&|client| places[usize::from(client)].into()) == live.bag(&u32::from)
            }
        }
    }

    fn of(&self, write: impl FnOnce(&mut dyn Hasher)) -> Encoded {
        Encoded::with(&self.clients, write)
    }

    /// Describes how the world of a live execution differs from the graph, if it does.
    pub(super) fn difference(
        &self,
        machine: &Machine,
        point: &Point,
        session: &Session,
    ) -> Option<String> {
        let Learner { trace, .. } = &machine.learner;
        if session.state.now() != point.now {
            return Some(format!("it is {} ms, and not {} ms", session.state.now(), point.now));
        }
        let actors = (1..point.locals.len() as u32).map(ActorId);
        let found = actors
            .filter(|actor| point.local(*actor) != ABSENT)
            .find_map(|actor| self.actor_differs(machine, point, session, actor));
        if found.is_some() {
            return found;
        }
        let objects = (0..point.objects.len() as u32).map(ObjectId);
        let mut present = objects.filter(|object| point.object(*object) != ABSENT);
        let differs = present.find(|object| self.object_differs(machine, point, session, *object));
        differs.map(|object| format!("{} holds something else", trace.object(object)))
    }

    fn object_differs(
        &self,
        machine: &Machine,
        point: &Point,
        session: &Session,
        id: ObjectId,
    ) -> bool {
        let component = point.object(id);
        let live = session.state.object(id);
        let digest = raw_digest(|to| live.encode(to));
        let mut compared = self.compared.borrow_mut();
        let known = compared.objects.entry(id).or_default();
        if *known == (component, digest) {
            return false;
        }
        let expected = &machine.learner.tables.components[component as usize];
        let same = match self.places.is_none() && !self.clients.is_mistaken() {
            true => expected.digest() == digest,
            false => {
                let expected = self.of(|to| expected.object.encode(to));
                self.same(&expected, &self.of(|to| live.encode(to)))
            }
        };
        if same {
            *known = (component, digest);
        }
        !same
    }

    fn actor_differs(
        &self,
        machine: &Machine,
        point: &Point,
        session: &Session,
        graph: ActorId,
    ) -> Option<String> {
        let Learner { tables, locals, trace, .. } = &machine.learner;
        let live = self.forth(graph);
        let name = trace.actor(live);
        let local = point.local(graph);
        match (session.state.progress(live), locals[local as usize].status) {
            (Progress::Before(pending), Status::Before(_))
                if self.is_known(live, local, pending) =>
            {
                None
            }
            (Progress::Before(pending), Status::Before(expected)) => {
                let expected = &*tables.operations[expected as usize].operation;
                let operation = &*pending.operation;
                let same = self
                    .same(&self.of(|to| expected.encode(to)), &self.of(|to| operation.encode(to)));
                self.compared
                    .borrow_mut()
                    .actors
                    .insert(live, (local, Rc::clone(&pending.operation)));
                (!same).then(|| {
                    format!(
                        "{name}, with the same observations, is about to {operation:?} and not to \
                         {expected:?}"
                    )
                })
            }
            (Progress::Ended(_), Status::Ended(expected)) => {
                let expected = &tables.observations[expected as usize];
                let result = session.state.result(live);
                let same = self.same(
                    &Encoded::of(expected, &self.clients),
                    &Encoded::of(&result, &self.clients),
                );
                (!same)
                    .then(|| format!("{name}, with the same observations, returned something else"))
            }
            (Progress::Ended(_), Status::Killed) => None,
            _ => Some(format!("{name}, with the same observations, has come to another point")),
        }
    }
}
