//! Clients that are declared alike behave alike: after the same observations, up to names, they act the same.
//!
//! Live executions under other names show that, too, but only along schedules on which the clients are
//! swapped. Here each edge of a client is compared with the edges of the others.

use std::hash::Hasher;

use xxhash_rust::xxh3::xxh3_128;

use super::super::local::{Edge, Effect, Status};
use super::super::stop::Stop;
use super::Learner;
use crate::machine::encode::Encoded;

impl Learner {
    /// Compares an edge of a client with those of the others; `seen` is all that it has observed after the
    /// edge.
    pub(super) fn behaves_alike(&mut self, edge: u32, seen: &Encoded) -> Result<(), Stop> {
        let Edge { from, observation, .. } = self.edges[edge as usize];
        let local = &self.locals[from as usize];
        let Some(me) = self.tables.clients.position(local.actor) else { return Ok(()) };
        if !self.compares_clients || self.tables.clients.len() < 2 {
            return Ok(());
        }
        let encoding = local.encoding;
        let told =
            Encoded::of(&self.tables.observations[observation as usize], &self.tables.clients);
        let mentioned = [self.tables.encodings.mentioned(encoding).to_vec()];
        let mentioned = mentioned.into_iter().chain([told.mentioned(), seen.mentioned()]);
        // A client sees itself first, and the others in the order in which it first encountered them.
        let mut order = vec![me as u16];
        for client in mentioned.flatten() {
            if !order.contains(&client) {
                order.push(client);
            }
        }
        let place = |client: u16| {
            let at = order.iter().position(|known| *known == client);
            at.map_or(u32::MAX, |at| at as u32)
        };
        let before = [
            self.tables.encodings.digest(encoding, &place),
            told.digest(&place),
            seen.digest(&place),
        ];
        let does = self.digests(edge, &place);
        let (key, does_all) = (together(&before), together(&does));
        let (known, other) = *self.alike.entry(key).or_insert((does_all, edge));
        match known == does_all {
            true => Ok(()),
            false => Err(Stop::Uncontrolled(self.unlike(other, edge))),
        }
    }

    /// Digests of everything that happens on an edge. A map whose keys name clients has its entries in
    /// another order when they are renamed, so the tokens of a value are compared in no order.
    fn digests(&self, edge: u32, place: &dyn Fn(u16) -> u32) -> Vec<u128> {
        let Edge { effects, next, .. } = &self.edges[edge as usize];
        let next = &self.locals[*next as usize];
        let mut all: Vec<u128> = effects.iter().map(|it| self.effect(it).bag(place)).collect();
        all.push(self.events_of(next.announced).bag(place));
        all.push(self.status(next.status).bag(place));
        all
    }

    fn effect(&self, effect: &Effect) -> Encoded {
        match effect {
            Effect::Do(operation) => self.operation(*operation),
            Effect::Record(events) => self.events_of(*events),
            // A client that makes objects or starts actors is not compared with others.
            Effect::Create(..) | Effect::Spawn(..) => Encoded::empty(),
        }
    }

    fn status(&self, status: Status) -> Encoded {
        match status {
            Status::Before(operation) => self.operation(operation),
            Status::Ended(result) => {
                Encoded::of(&self.tables.observations[result as usize], &self.tables.clients)
            }
            Status::Killed => Encoded::empty(),
        }
    }

    fn operation(&self, operation: u32) -> Encoded {
        let operation = &self.tables.operations[operation as usize].operation;
        Encoded::with(&self.tables.clients, |hasher: &mut dyn Hasher| operation.encode(hasher))
    }

    fn events_of(&self, events: u32) -> Encoded {
        Encoded::of(&self.tables.events[events as usize].all, &self.tables.clients)
    }

    /// Describes how two clients differ on these edges.
    fn unlike(&self, one: u32, other: u32) -> String {
        let actor = |edge: u32| self.locals[self.edges[edge as usize].from as usize].actor;
        let name = |edge: u32| self.trace.actor(actor(edge));
        let [first, second] = [one, other].map(|edge| self.described(edge));
        let (first, second) = match first.iter().zip(&second).find(|(one, other)| one != other) {
            Some((first, second)) => (first.clone(), second.clone()),
            None => (first.join(", "), second.join(", ")),
        };
        let [one, other] = [name(one), name(other)];
        format!(
            "{one} and {other}, declared alike, behave differently: with the same observations {one} \
             {first}, and {other} {second}"
        )
    }

    fn described(&self, edge: u32) -> Vec<String> {
        let Edge { effects, next, .. } = &self.edges[edge as usize];
        let operation = |number: u32| &self.tables.operations[number as usize].operation;
        let effect = |effect: &Effect| match effect {
            Effect::Do(number) => format!("does {:?}", operation(*number)),
            Effect::Record(events) => {
                let all = &self.tables.events[*events as usize].all;
                let kinds: Vec<String> = all.iter().map(|it| format!("{:?}", it.kind)).collect();
                format!("does {}", kinds.join(", "))
            }
            Effect::Create(..) | Effect::Spawn(..) => String::new(),
        };
        let mut all: Vec<String> = effects.iter().map(effect).collect();
        all.push(match self.locals[*next as usize].status {
            Status::Before(number) => format!("is about to {:?}", operation(number)),
            Status::Ended(result) => {
                format!("returns {:?}", self.tables.observations[result as usize])
            }
            Status::Killed => "is gone".to_owned(),
        });
        all
    }
}

fn together(digests: &[u128]) -> u128 {
    let bytes: Vec<u8> = digests.iter().flat_map(|digest| digest.to_le_bytes()).collect();
    xxh3_128(&bytes)
}
