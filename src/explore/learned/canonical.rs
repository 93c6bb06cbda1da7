//! States as numbers: equal for states that have equal futures, up to symmetry of the clients.
//!
//! Clients that run the same code are interchangeable: swapping two of them in a state yields a state with
//! the same futures, with the names swapped. So states are compared in a canonical order of their clients.
//! Only clients that are mentioned elsewhere in the state, or that mention others, get a place in that order,
//! by a signature: the observations of the client, and its mentions in objects and in the observations of
//! others. The remaining clients are compared as a multiset: the sum of their digests, in no order. Any order
//! is sound, since the whole state is compared under it; a poor one merely misses that two states are equal.
//!
//! A number has 128 bits: among n states, two collide by chance with a probability of about n² / 2^129,
//! which is less than 10^-22 for a hundred million of them.

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::learner::Learner;
use super::point::Point;
use super::tables::{ABSENT, Tables};
use crate::explore::mutation::Mutation;
use crate::trace::ActorId;

/// The mask that distinguishes the `alone` digests of clients from ordinary digests.
const ALONE: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834;

/// Computes the numbers of states, in canonical form.
pub(super) struct Canon {
    clients: Vec<ActorId>,
    /// The client that each actor is, if any.
    client_of: Vec<Option<u16>>,
    mutation: Option<Mutation>,
    // These are kept between states, so that none of them is allocated for each.
    special: Vec<bool>,
    /// The clients that are mentioned elsewhere, or that mention others, by their signatures.
    order: Vec<(u64, usize)>,
    places: Vec<u32>,
}

impl Canon {
    pub(super) fn new(tables: &Tables, mutation: Option<Mutation>) -> Self {
        let clients: Vec<ActorId> = tables.clients.actors().collect();
        let actors = clients.iter().map(|client| client.index() + 1).max().unwrap_or_default();
        let mut client_of = vec![None; actors];
        for (client, actor) in (0_u16..).zip(&clients) {
            client_of[actor.index()] = Some(client);
        }
        Self {
            special: vec![false; clients.len()],
            places: vec![0; clients.len()],
            clients,
            client_of,
            mutation,
            order: Vec::new(),
        }
    }

    fn client(&self, actor: ActorId) -> Option<usize> {
        self.client_of.get(actor.index()).copied().flatten().map(usize::from)
    }

    /// The number of a state in canonical form.
    pub(super) fn canonical(&mut self, learner: &mut Learner, point: &Point) -> u128 {
        self.find_special(learner, point);
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        let special = (0..self.clients.len()).filter(|client| self.special[*client]);
        order.extend(special.map(|client| (self.signature(learner, point, client), client)));
        order.sort_unstable();
        for (place, (_, client)) in (0..).zip(&order) {
            self.places[*client] = place;
        }
        self.order = order;
        let locals = &learner.locals;
        let alone = self.clients.iter().zip(&self.special).filter(|(_, special)| !**special);
        // Clients that neither mention others nor are mentioned elsewhere are compared as a multiset: the sum
        // of their digests, in no order.
        let alone = alone.fold(0_u128, |sum, (client, _)| {
            sum.wrapping_add(locals[point.local(*client) as usize].alone)
        });
        self.under(learner, point, alone)
    }

    /// The number of a state and the actor that ran last.
    pub(super) fn canonical_running(
        &mut self,
        learner: &mut Learner,
        point: &Point,
        running: Option<ActorId>,
    ) -> u128 {
        let digest = self.canonical(learner, point);
        let Some(running) = running else { return digest };
        let named = match self.client(running) {
            // A special client is identified by its place, any other by its digest.
            Some(client) if self.special[client] => {
                (1_u128 << 64) | u128::from(self.places[client])
            }
            Some(_) => learner.locals[point.local(running) as usize].alone,
            None => (2_u128 << 64) | u128::from(running.0),
        };
        let mut hasher = Xxh3::new();
        hasher.update(&digest.to_le_bytes());
        hasher.update(&named.to_le_bytes());
        hasher.digest128()
    }

    /// The number of a state with the clients in their own order, with no symmetry applied.
    pub(super) fn as_is(&mut self, learner: &mut Learner, point: &Point) -> u128 {
        self.places.clear();
        self.places.extend(0..self.clients.len() as u32);
        self.order.clear();
        self.order.extend((0..self.clients.len()).map(|client| (0, client)));
        self.under(learner, point, 0)
    }

    /// Returns whether the state stays the same under this renaming of the clients.
    pub(super) fn is_fixed(
        &mut self,
        learner: &mut Learner,
        point: &Point,
        places: &[u16],
    ) -> bool {
        let as_is = self.as_is(learner, point);
        self.places.clear();
        self.places.extend(places.iter().copied().map(u32::from));
        as_is == self.placed(learner, point)
    }

    /// The number of a state with each client in the place assigned to it.
    fn placed(&mut self, learner: &mut Learner, point: &Point) -> u128 {
        self.order.clear();
        let placed = self.places.iter().enumerate();
        self.order.extend(placed.map(|(client, place)| (u64::from(*place), client)));
        self.order.sort_unstable();
        self.under(learner, point, 0)
    }

    /// The actors to try among these: one of each set of clients that can be swapped without changing the
    /// state.
    pub(super) fn representatives(
        &mut self,
        learner: &mut Learner,
        point: &Point,
        actors: Vec<ActorId>,
    ) -> Vec<ActorId> {
        if self.clients.len() < 2 || actors.len() < 2 {
            return actors;
        }
        self.find_special(learner, point);
        let mut kept: Vec<ActorId> = Vec::with_capacity(actors.len());
        for actor in actors {
            if !kept.iter().any(|other| self.are_alike(learner, point, *other, actor)) {
                kept.push(actor);
            }
        }
        kept
    }

    fn are_alike(
        &mut self,
        learner: &mut Learner,
        point: &Point,
        one: ActorId,
        other: ActorId,
    ) -> bool {
        let (Some(first), Some(second)) = (self.client(one), self.client(other)) else {
            return false;
        };
        if self.mutation == Some(Mutation::TryOneClient) {
            return true;
        }
        let [before, after] =
            [one, other].map(|actor| learner.locals[point.local(actor) as usize].alone);
        match (self.special[first], self.special[second]) {
            _ if before != after => false,
            (false, false) => true,
            (true, true) => {
                let [before, after] =
                    [first, second].map(|client| self.signature(learner, point, client));
                before == after && self.can_swap(learner, point, first, second)
            }
            _ => false,
        }
    }

    /// Returns whether the state stays the same when these two clients are swapped.
    fn can_swap(&mut self, learner: &mut Learner, point: &Point, one: usize, other: usize) -> bool {
        let as_is = self.as_is(learner, point);
        self.places.swap(one, other);
        as_is == self.placed(learner, point)
    }

    /// Finds the special clients: those that are mentioned elsewhere, or that mention others. The `alone`
    /// digest of any other client represents it completely.
    fn find_special(&mut self, learner: &Learner, point: &Point) {
        let Learner { tables, locals, .. } = learner;
        self.special.fill(false);
        if self.clients.len() < 2 {
            return;
        }
        let monitors = tables.monitors[point.monitors as usize].encoding;
        let components = point.objects.iter().map(|it| tables.components[*it as usize].encoding);
        for encoding in components.chain([monitors]) {
            for client in tables.encodings.mentioned(encoding) {
                self.special[usize::from(*client)] = true;
            }
        }
        for (actor, local) in (0..).map(ActorId).zip(&point.locals).skip(1) {
            if *local == ABSENT {
                continue;
            }
            let local = &locals[*local as usize];
            let me = self.client(actor);
            if me.is_none() || local.mentions_others {
                me.into_iter().for_each(|me| self.special[me] = true);
                for client in tables.encodings.mentioned(local.encoding) {
                    self.special[usize::from(*client)] = true;
                }
            }
        }
    }

    /// The observations of a client and its mentions elsewhere, as a hash: equal for clients that can be
    /// swapped.
    fn signature(&self, learner: &mut Learner, point: &Point, client: usize) -> u64 {
        let Learner { tables, locals, .. } = learner;
        let local = |client: usize| &locals[point.local(self.clients[client]) as usize];
        let own = local(client).alone as u64;
        let role = |other: u16| u32::from(usize::from(other) != client);
        let mut parts = vec![own];
        parts.push(tables.encodings.digest(local(client).encoding, &role) as u64);
        for component in &point.objects {
            let encoding = tables.components[*component as usize].encoding;
            parts.push(tables.encodings.digest(encoding, &role) as u64);
        }
        let monitors = tables.monitors[point.monitors as usize].encoding;
        parts.push(tables.encodings.digest(monitors, &role) as u64);
        // The observations of it by others, in no order.
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
        xxh3_64(&bytes)
    }

    /// The whole state, with each client of the order in its place; `others` is the digest sum of the
    /// remaining ones.
    fn under(&self, learner: &mut Learner, point: &Point, others: u128) -> u128 {
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
        for (actor, local) in (0..).map(ActorId).zip(&point.locals).skip(1) {
            if *local != ABSENT && self.client(actor).is_none() {
                add(actor.0.into());
                add(tables.encodings.digest(locals[*local as usize].encoding, &place));
            }
        }
        add(others);
        for (_, client) in &self.order {
            let local = &locals[point.local(self.clients[*client]) as usize];
            // A client that mentions only itself has the same digest in every place.
            add(match local.mentions_others {
                // The mask distinguishes it from a digest that mentions the client in place 0.
                false => local.alone ^ ALONE,
                true => tables.encodings.digest(local.encoding, &place),
            });
        }
        hasher.digest128()
    }
}
