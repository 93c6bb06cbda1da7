//! The parts of states: objects, operations, observations, events and monitors, each interned under a number.

mod encodings;
mod map;
mod memory;

use encodings::Encodings;
pub(super) use map::Map;
use std::any::TypeId;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;

use xxhash_rust::xxh3::xxh3_64;

use super::memory::BLOCK;
use crate::machine::encode::{Clients, Encoded, raw_digest};
use crate::machine::object::Object;
use crate::machine::operation::{Footprint, Observation, Operation};
use crate::scenario::Violation;
use crate::scenario::outcome::panic;
use crate::scenario::property::set::MonitorSet;
use crate::trace::{Event, Kind, ObjectId, Trace};

/// The number of an absent object or actor: one that was not created or started.
pub(super) const ABSENT: u32 = 0;

/// The number of an empty list of events.
pub(super) const NOTHING: u32 = 0;

/// An object in some state.
pub(super) struct Component {
    pub(super) object: Box<dyn Object>,
    pub(super) encoding: u32,
    /// The digest of the object as it is, computed on demand.
    digest: OnceCell<u128>,
}

impl Component {
    fn new(object: Box<dyn Object>, encoding: u32) -> Self {
        Self { object, encoding, digest: OnceCell::new() }
    }

    /// The digest of the object as it is.
    pub(super) fn digest(&self) -> u128 {
        *self.digest.get_or_init(|| raw_digest(|to| self.object.encode(to)))
    }
}

/// An operation.
pub(super) struct OperationEntry {
    pub(super) operation: Rc<dyn Operation>,
    pub(super) footprint: Footprint,
}

/// Events that happen together.
pub(super) struct Events {
    pub(super) all: Vec<Event>,
    /// The violation that a panic among them constitutes.
    pub(super) panic: Option<Violation>,
}

/// The monitors in some state.
pub(super) struct Watching {
    pub(super) set: MonitorSet,
    pub(super) encoding: u32,
}

/// All parts of states.
pub(super) struct Tables {
    pub(super) clients: Clients,
    pub(super) encodings: Encodings,
    /// The objects. Number 0 is an object that was not created.
    pub(super) components: Vec<Component>,
    pub(super) component_ids: Map<(ObjectId, u128), u32>,
    /// The printed form of each component's value, as a digest, to find different values that hash alike.
    pub(super) printed: Map<u32, u64>,
    pub(super) operations: Vec<OperationEntry>,
    pub(super) operation_ids: Map<u128, u32>,
    pub(super) observations: Vec<Observation>,
    /// True if two operations, or two observations, were taken for one and print differently.
    pub(super) prints_otherwise: bool,
    /// The numbers of observations, by type as well, because values of two types may hash alike.
    pub(super) observation_ids: Map<(Option<TypeId>, u128), u32>,
    pub(super) events: Vec<Events>,
    pub(super) event_ids: HashMap<Vec<Event>, u32>,
    pub(super) monitors: Vec<Watching>,
    pub(super) monitor_ids: Map<u128, u32>,
    pub(super) judged: Map<(u32, u32), Result<u32, Box<Violation>>>,
    /// The remaining fault budgets.
    pub(super) budgets: Vec<Box<[u32]>>,
    pub(super) budget_ids: HashMap<Box<[u32]>, u32>,
    /// The number of bytes that the interned values hold elsewhere: each counts as its encoding.
    pub(super) held: u64,
}

impl Tables {
    pub(super) fn new(clients: Clients) -> Self {
        let absent: Box<dyn Object> = Box::new(Absent);
        let mut encodings = Encodings::default();
        let encoding = encodings.add(Encoded::default());
        Self {
            clients,
            encodings,
            components: vec![Component::new(absent, encoding)],
            component_ids: Map::default(),
            printed: Map::default(),
            operations: Vec::new(),
            operation_ids: Map::default(),
            observations: Vec::new(),
            prints_otherwise: false,
            observation_ids: Map::default(),
            events: vec![Events { all: Vec::new(), panic: None }],
            event_ids: HashMap::from([(Vec::new(), NOTHING)]),
            monitors: Vec::new(),
            monitor_ids: Map::default(),
            judged: Map::default(),
            budgets: Vec::new(),
            budget_ids: HashMap::new(),
            held: 0,
        }
    }

    /// Interns an object; fails if its type hashes alike values that print differently.
    pub(super) fn component(
        &mut self,
        id: ObjectId,
        object: Box<dyn Object>,
    ) -> Result<u32, ObjectId> {
        let encoded = encoded(&self.clients, id, &*object);
        let printed = || object.printed().map(|text| xxh3_64(text.as_bytes()));
        let key = (id, encoded.identity());
        if let Some(known) = self.component_ids.get(&key).copied() {
            // Values that hash alike must print alike.
            let before = self.printed.get(&known).copied();
            return if before == printed() { Ok(known) } else { Err(id) };
        }
        let number = self.components.len() as u32;
        printed().into_iter().for_each(|digest| {
            self.printed.insert(number, digest);
        });
        self.held += BLOCK + size_of_val(&*object) as u64 + encoded.bytes() + object.overhead();
        let encoding = self.encodings.add(encoded);
        self.components.push(Component::new(object, encoding));
        self.component_ids.insert(key, number);
        Ok(number)
    }

    /// Interns an operation, and returns its number.
    pub(super) fn operation(&mut self, operation: &Rc<dyn Operation>) -> u32 {
        let encoded = Encoded::with(&self.clients, |hasher| operation.encode(hasher));
        let next = self.operations.len() as u32;
        let id = *self.operation_ids.entry(encoded.identity()).or_insert(next);
        if id == next {
            self.held += BLOCK + size_of_val(&**operation) as u64 + encoded.bytes();
            self.operations.push(OperationEntry {
                operation: Rc::clone(operation),
                footprint: operation.footprint(),
            });
        } else {
            let known = &self.operations[id as usize].operation;
            self.prints_otherwise |= differ(known, operation);
        }
        id
    }

    /// Interns an observation, and returns its number.
    pub(super) fn observation(&mut self, seen: Observation) -> u32 {
        let encoded = Encoded::of(&seen, &Clients::none());
        let key = (seen.of_type(), encoded.identity());
        let next = self.observations.len() as u32;
        let id = *self.observation_ids.entry(key).or_insert(next);
        if id == next {
            self.held += 2 * BLOCK + encoded.bytes();
            self.observations.push(seen);
        } else {
            let known = &self.observations[id as usize];
            self.prints_otherwise |= seen.of_type().is_some() && differ(known, &seen);
        }
        id
    }

    /// Returns whether an observation still hashes as it did when it was made.
    pub(super) fn is_unchanged(&self, observation: u32) -> bool {
        let seen = &self.observations[observation as usize];
        let key = (seen.of_type(), Encoded::of(seen, &Clients::none()).identity());
        self.observation_ids.get(&key) == Some(&observation)
    }

    /// The first object with a user value that no longer hashes as it did when the object was put into a
    /// state.
    pub(super) fn changed_object(&self) -> Option<ObjectId> {
        let users = self.component_ids.iter().filter(|(_, it)| self.printed.contains_key(*it));
        let changed = users.filter(|((id, identity), number)| {
            let object = &*self.components[**number as usize].object;
            encoded(&self.clients, *id, object).identity() != *identity
        });
        changed.map(|((id, _), _)| *id).min()
    }

    /// Interns events that happen together, and returns their number.
    pub(super) fn events(&mut self, all: Vec<Event>, names: &Trace) -> u32 {
        if let Some(known) = self.event_ids.get(&all) {
            return *known;
        }
        let id = self.events.len() as u32;
        let panic = all.iter().find_map(|event| match &event.kind {
            Kind::Panic(message) => Some(panic(names.actor(event.actor), message)),
            _ => None,
        });
        // The events are held twice: here and as a key.
        let texts = Encoded::of(&all, &Clients::none()).bytes();
        self.held += 2 * (BLOCK + size_of_val(&*all) as u64 + texts);
        self.event_ids.insert(all.clone(), id);
        self.events.push(Events { all, panic });
        id
    }

    /// Interns the remaining fault budgets, and returns their number.
    pub(super) fn budget(&mut self, left: Box<[u32]>) -> u32 {
        let next = self.budgets.len() as u32;
        let id = *self.budget_ids.entry(left.clone()).or_insert(next);
        if id == next {
            self.held += 2 * (BLOCK + size_of_val(&*left) as u64);
            self.budgets.push(left);
        }
        id
    }

    /// Interns the monitors in some state, and returns their number.
    pub(super) fn watching(&mut self, set: MonitorSet) -> u32 {
        let encoded = Encoded::with(&self.clients, |hasher| set.remember(hasher));
        let next = self.monitors.len() as u32;
        let id = *self.monitor_ids.entry(encoded.identity()).or_insert(next);
        if id == next {
            self.held += BLOCK + encoded.bytes();
            let encoding = self.encodings.add(encoded);
            self.monitors.push(Watching { set, encoding });
        }
        id
    }

    /// The verdict of the monitors on events.
    pub(super) fn judge(
        &mut self,
        monitors: u32,
        events: u32,
        names: &Trace,
    ) -> Result<u32, Box<Violation>> {
        if events == NOTHING {
            return Ok(monitors);
        }
        if let Some(known) = self.judged.get(&(monitors, events)) {
            return known.clone();
        }
        let mut set = self.monitors[monitors as usize].set.clone();
        let Events { all, panic } = &self.events[events as usize];
        let mut found = None;
        for event in all {
            if found.is_none() {
                found = set.step(event, names);
            }
            // A panic ends the execution where it happens.
            if found.is_none() && matches!(event.kind, Kind::Panic(_)) {
                found.clone_from(panic);
            }
        }
        let judged = match found {
            Some(violation) => Err(Box::new(violation)),
            None => Ok(self.watching(set)),
        };
        self.judged.insert((monitors, events), judged.clone());
        judged
    }
}

fn encoded(clients: &Clients, id: ObjectId, object: &dyn Object) -> Encoded {
    Encoded::with(clients, |mut hasher| {
        id.hash(&mut hasher);
        object.encode(hasher);
    })
}

/// Returns whether two values print differently.
fn differ<T: std::fmt::Debug>(one: &T, other: &T) -> bool {
    format!("{one:?}") != format!("{other:?}")
}

/// An object that was not created.
#[derive(Clone, Debug, Hash)]
struct Absent;

crate::machine::object::plain_object!(Absent);
