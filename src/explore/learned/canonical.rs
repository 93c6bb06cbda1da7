//! States as numbers: equal for states that have equal futures, up to which client is which.
//!
//! Clients that run the same code are interchangeable: a state and the one in which two of them have
//! changed places have the same futures, with the names changed. So each state is compared in a canonical
//! order of its clients. To find it, each client gets a signature: what it has observed, and where it is
//! mentioned in objects and in what others have observed. Any order is sound, since the whole state is
//! compared under it; a poor one merely misses that two states are the same.
//!
//! A number has 128 bits: among n states, some two have the same number by chance with a probability of about
//! n² / 2^129, which is less than 10^-22 for a hundred million of them.

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::learner::Learner;
use super::point::Point;
use super::tables::{ABSENT, Tables};
use crate::explore::mutation::Mutation;
use crate::trace::ActorId;

/// Sets the digests of what is seen in a client's own eyes apart.
const ALONE: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834;

/// A state as a number, and which of its clients are alike.
pub(super) struct Canonical {
    pub(super) digest: u128,
    /// The signature of each client; an even one is of a client that nobody else mentions.
    pub(super) signatures: Vec<u64>,
}

/// Computes numbers of states.
pub(super) struct Canon {
    clients: Vec<ActorId>,
    mutation: Option<Mutation>,
    // Kept between states, so that nothing is allocated for each.
    special: Vec<bool>,
    order: Vec<(u64, usize)>,
    places: Vec<u32>,
}

impl Canon {
    pub(super) fn new(tables: &Tables, mutation: Option<Mutation>) -> Self {
        Self {
            clients: tables.clients.actors().collect(),
            mutation,
            special: Vec::new(),
            order: Vec::new(),
            places: Vec::new(),
        }
    }

    /// The number of a state.
    pub(super) fn canonical(&mut self, learner: &mut Learner, point: &Point) -> Canonical {
        let signatures = self.signatures(learner, point);
        self.order.clear();
        self.order.extend(signatures.iter().copied().zip(0..));
        self.order.sort_unstable();
        self.places.clear();
        self.places.resize(self.clients.len(), 0);
        for (place, (_, client)) in self.order.iter().enumerate() {
            self.places[*client] = place as u32;
        }
        let digest = self.under(learner, point);
        Canonical { digest, signatures }
    }

    /// The number of a state together with the actor that ran last.
    pub(super) fn canonical_running(
        &mut self,
        learner: &mut Learner,
        point: &Point,
        running: Option<ActorId>,
    ) -> u128 {
        let digest = self.canonical(learner, point).digest;
        let Some(running) = running else { return digest };
        // A client is named by its place.
        let client = self.clients.iter().position(|client| *client == running);
        let named = match client {
            Some(client) => (1_u64 << 32) | u64::from(self.places[client]),
            None => (2_u64 << 32) | u64::from(running.0),
        };
        let mut hasher = Xxh3::new();
        hasher.update(&digest.to_le_bytes());
        hasher.update(&named.to_le_bytes());
        hasher.digest128()
    }

    /// The number of a state under one order of the clients, with none tried.
    pub(super) fn as_is(&mut self, learner: &mut Learner, point: &Point) -> u128 {
        self.places.clear();
        self.places.extend(0..self.clients.len() as u32);
        self.order.clear();
        self.order.extend((0..self.clients.len()).map(|client| (0, client)));
        self.under(learner, point)
    }

    /// Whether a state stays the same when the clients are renamed so.
    pub(super) fn is_fixed(
        &mut self,
        learner: &mut Learner,
        point: &Point,
        places: &[u16],
    ) -> bool {
        let as_is = self.as_is(learner, point);
        self.places.clear();
        self.places.extend(places.iter().copied().map(u32::from));
        self.order.clear();
        let placed = self.places.iter().enumerate();
        self.order.extend(placed.map(|(client, place)| (u64::from(*place), client)));
        self.order.sort_unstable();
        as_is == self.under(learner, point)
    }

    /// Of these actors, those that are to be tried: one of each set of clients that can change places without
    /// any difference.
    pub(super) fn representatives(
        &mut self,
        learner: &mut Learner,
        point: &Point,
        canonical: &Canonical,
        actors: Vec<ActorId>,
    ) -> Vec<ActorId> {
        if self.clients.len() < 2 {
            return actors;
        }
        let mut kept: Vec<(ActorId, Option<usize>)> = Vec::with_capacity(actors.len());
        for actor in actors {
            let client = self.clients.iter().position(|client| *client == actor);
            let alike = client.is_some_and(|client| {
                kept.iter().any(|(_, other)| {
                    other.is_some_and(|other| {
                        self.are_alike(learner, point, canonical, other, client)
                    })
                })
            });
            if !alike {
                kept.push((actor, client));
            }
        }
        kept.into_iter().map(|(actor, _)| actor).collect()
    }

    fn are_alike(
        &mut self,
        learner: &mut Learner,
        point: &Point,
        canonical: &Canonical,
        one: usize,
        other: usize,
    ) -> bool {
        if self.mutation == Some(Mutation::TryOneClient) {
            return true;
        }
        let [first, second] = [one, other].map(|client| canonical.signatures[client]);
        if first != second {
            return false;
        }
        if first & 1 == 0 {
            return true;
        }
        let as_is = self.as_is(learner, point);
        self.places.swap(one, other);
        self.order.clear();
        let placed = self.places.iter().enumerate();
        self.order.extend(placed.map(|(client, place)| (u64::from(*place), client)));
        self.order.sort_unstable();
        as_is == self.under(learner, point)
    }

    fn signatures(&mut self, learner: &mut Learner, point: &Point) -> Vec<u64> {
        let Learner { tables, locals, .. } = learner;
        let clients = self.clients.len();
        self.special.clear();
        self.special.resize(clients, false);
        if clients < 2 {
            return vec![0; clients];
        }
        let monitors = tables.monitors[point.monitors as usize].encoding;
        let components = point.objects.iter().map(|it| tables.components[*it as usize].encoding);
        for encoding in components.chain([monitors]) {
            for client in tables.encodings.mentioned(encoding) {
                self.special[usize::from(*client)] = true;
            }
        }
        for actor in 1..point.locals.len() as u32 {
            let local = point.local(ActorId(actor));
            if local == ABSENT {
                continue;
            }
            let local = &locals[local as usize];
            let me = self.clients.iter().position(|client| *client == ActorId(actor));
            if me.is_none() || local.mentions_others {
                for client in tables.encodings.mentioned(local.encoding) {
                    let client = usize::from(*client);
                    // Who mentions others is not told by its own eyes alone.
                    if Some(client) != me {
                        self.special[client] = true;
                    }
                }
                me.into_iter().for_each(|me| self.special[me] = true);
            }
        }
        (0..clients).map(|client| self.signature(learner, point, client)).collect()
    }

    fn signature(&self, learner: &mut Learner, point: &Point, client: usize) -> u64 {
        let Learner { tables, locals, .. } = learner;
        let local = |client: usize| &locals[point.local(self.clients[client]) as usize];
        let own = local(client).alone as u64;
        if !self.special[client] {
            return own & !1;
        }
        let role = |other: u16| u32::from(usize::from(other) != client);
        let mut parts = vec![own];
        parts.push(tables.encodings.digest(local(client).encoding, &role) as u64);
        for component in &point.objects {
            let encoding = tables.components[*component as usize].encoding;
            parts.push(tables.encodings.digest(encoding, &role) as u64);
        }
        let monitors = tables.monitors[point.monitors as usize].encoding;
        parts.push(tables.encodings.digest(monitors, &role) as u64);
        // What the others know of it, in no order.
        let mut known = 0_u64;
        for other in (0..self.clients.len()).filter(|other| *other != client) {
            if !local(other).mentions_others {
                continue;
            }
            let role = |named: u16| match usize::from(named) {
                named if named == client => 0,
                named if named == other => 1,
                _ => 2,
            };
            known =
                known.wrapping_add(tables.encodings.digest(local(other).encoding, &role) as u64);
        }
        parts.push(known);
        let bytes: Vec<u8> = parts.iter().flat_map(|part| part.to_le_bytes()).collect();
        xxh3_64(&bytes) | 1
    }

    /// The whole state, with each client put in its place.
    fn under(&self, learner: &mut Learner, point: &Point) -> u128 {
        let Learner { tables, locals, .. } = learner;
        let place = |client: u16| self.places[usize::from(client)];
        let mut hasher = Xxh3::new();
        let mut add = |digest: u128| hasher.update(&digest.to_le_bytes());
        if self.mutation != Some(Mutation::ForgetTime) {
            add(point.now.into());
        }
        if self.mutation != Some(Mutation::ForgetBudgets) {
            add(point.left.into());
        }
        if self.mutation != Some(Mutation::ForgetMonitors) {
            let monitors = tables.monitors[point.monitors as usize].encoding;
            add(tables.encodings.digest(monitors, &place));
        }
        if self.mutation != Some(Mutation::ForgetObjects) {
            let present = point.objects.iter().filter(|component| **component != ABSENT);
            for component in present {
                let encoding = tables.components[*component as usize].encoding;
                add(tables.encodings.digest(encoding, &place));
            }
        }
        if self.mutation == Some(Mutation::ForgetLocals) {
            return hasher.digest128();
        }
        for actor in 1..point.locals.len() as u32 {
            let local = point.local(ActorId(actor));
            if local != ABSENT && !self.clients.contains(&ActorId(actor)) {
                add(actor.into());
                add(tables.encodings.digest(locals[local as usize].encoding, &place));
            }
        }
        for (_, client) in &self.order {
            let local = &locals[point.local(self.clients[*client]) as usize];
            // What a client knows of itself alone is the same in every place.
            add(match local.mentions_others {
                // Not to be taken for one that mentions the client in the first place.
                false => local.alone ^ ALONE,
                true => tables.encodings.digest(local.encoding, &place),
            });
        }
        hasher.digest128()
    }
}
