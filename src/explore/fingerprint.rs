//! States as numbers: equal for states that have equal futures, up to which client is which.
//!
//! Clients that run the same code are interchangeable: a state and the one in which two of them have
//! changed places have the same futures, with the names changed. So each state is looked at in a
//! canonical order of its clients. To find it, each client gets a signature: what it has seen, and
//! where its name occurs in shared objects and in what others have seen. Any order is sound, since the
//! whole state is compared under it; a poor one merely misses that two states are the same.
//!
//! A number stands for a state, so two states with the same number would be taken for one, and what comes of
//! the second would be missed. Numbers have 128 bits, from two hashers that were told different things to
//! begin with: among n states, some two have the same number with a probability of about n² / 2^129, which is
//! less than 10^-22 for a hundred million of them.

use super::named::{Client, Named, narrow, wide};
use crate::sync::board::State;
use crate::sync::tape::Tape;
use crate::trace::ActorId;

/// A state, ready to be compared.
pub(super) struct Snapshot {
    /// All of it but the actors: who waits, what is shared, and what the monitors remember.
    common: [Named; 3],
    /// A place an actor.
    actors: Vec<Named>,
    clients: Vec<Client>,
}

/// Where each client is put: `places[i]` is the place of client number `i`.
type Places = Vec<usize>;

impl Snapshot {
    pub(super) fn new(state: &State, watched: &Tape, clients: Vec<(ActorId, String)>) -> Self {
        let clients: Vec<Client> = clients
            .into_iter()
            .map(|(actor, name)| Client { actor, name: name.into_bytes() })
            .collect();
        let named = |tape| Named::new(tape, &clients);
        let common = [&state.waiting, &state.shared, watched].map(named);
        Self { common, actors: state.actors.iter().map(named).collect(), clients }
    }

    /// The state as a number.
    pub(super) fn fingerprint(&self) -> u128 {
        self.under(&self.canonical())
    }

    /// Whether both may change places with others, now or in another state.
    pub(super) fn are_clients(&self, one: ActorId, other: ActorId) -> bool {
        let is_client = |actor| self.clients.iter().any(|client| client.actor == actor);
        is_client(one) && is_client(other)
    }

    /// Whether the state stays the same when these two clients change places.
    pub(super) fn interchangeable(&self, one: ActorId, other: ActorId) -> bool {
        let position = |actor| self.clients.iter().position(|client| client.actor == actor);
        let (Some(one), Some(other)) = (position(one), position(other)) else { return false };
        let as_is: Places = (0..self.clients.len()).collect();
        let mut swapped = as_is.clone();
        swapped.swap(one, other);
        self.under(&as_is) == self.under(&swapped)
    }

    fn canonical(&self) -> Places {
        let mut order: Vec<(u64, usize)> =
            (0..self.clients.len()).map(|client| (self.signature(client), client)).collect();
        order.sort_unstable();
        let mut places = vec![0; order.len()];
        for (place, (_, client)) in order.into_iter().enumerate() {
            places[client] = place;
        }
        places
    }

    /// What is to be known of one client, whatever the others are called.
    fn signature(&self, client: usize) -> u64 {
        let role = |other: usize| usize::from(other != client);
        let mut bytes = Vec::new();
        self.of_client(client).write(&role, &mut bytes);
        for tape in &self.common {
            tape.write(&role, &mut bytes);
        }
        // What the others know of it, in no order.
        let known = (0..self.clients.len()).filter(|other| *other != client).map(|other| {
            let role = |named: usize| match named {
                named if named == client => 0,
                named if named == other => 1,
                _ => 2,
            };
            let mut bytes = Vec::new();
            self.of_client(other).write(&role, &mut bytes);
            narrow(&bytes)
        });
        bytes.extend_from_slice(&known.fold(0_u64, u64::wrapping_add).to_le_bytes());
        narrow(&bytes)
    }

    fn of_client(&self, client: usize) -> &Named {
        &self.actors[self.clients[client].actor.index()]
    }

    /// The whole state, with each client put in its place.
    fn under(&self, places: &Places) -> u128 {
        let place = |client: usize| places[client];
        let mut bytes = Vec::new();
        for tape in &self.common {
            tape.write(&place, &mut bytes);
        }
        let is_client = |actor: usize| self.clients.iter().any(|it| it.actor.index() == actor);
        for (_, tape) in self.actors.iter().enumerate().filter(|(actor, _)| !is_client(*actor)) {
            tape.write(&place, &mut bytes);
        }
        let mut clients: Vec<usize> = (0..places.len()).collect();
        clients.sort_unstable_by_key(|client| places[*client]);
        for client in clients {
            self.of_client(client).write(&place, &mut bytes);
        }
        wide(&bytes)
    }
}
