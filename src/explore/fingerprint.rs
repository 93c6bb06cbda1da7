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

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::sync::board::State;
use crate::sync::tape::{Piece, Tape};
use crate::trace::ActorId;

/// A state, ready to be compared.
pub(super) struct Snapshot {
    state: State,
    /// What the monitors remember.
    watched: Tape,
    clients: Vec<Client>,
}

/// An actor that may change places with the others like it.
struct Client {
    actor: ActorId,
    name: Vec<u8>,
}

/// Where each client is put: `places[i]` is the place of client number `i`.
type Places = Vec<usize>;

/// A hasher of 128 bits.
struct Wide([DefaultHasher; 2]);

impl Wide {
    fn new() -> Self {
        let mut hashers = [DefaultHasher::new(), DefaultHasher::new()];
        hashers[1].write_u8(1);
        Self(hashers)
    }

    fn number(&self) -> u128 {
        let [high, low] = self.0.each_ref().map(Hasher::finish);
        (u128::from(high) << 64) | u128::from(low)
    }
}

impl Hasher for Wide {
    fn write(&mut self, bytes: &[u8]) {
        self.0.iter_mut().for_each(|hasher| hasher.write(bytes));
    }

    fn finish(&self) -> u64 {
        self.0[0].finish()
    }
}

impl Snapshot {
    pub(super) fn new(state: State, watched: Tape, clients: Vec<(ActorId, String)>) -> Self {
        let clients = clients
            .into_iter()
            .map(|(actor, name)| Client { actor, name: name.into_bytes() })
            .collect();
        Self { state, watched, clients }
    }

    /// The state as a number, and the pairs of clients that could change places without changing it.
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
        let mut hasher = DefaultHasher::new();
        self.write(&self.state.actors[self.clients[client].actor.index()], &role, &mut hasher);
        self.write(&self.state.waiting, &role, &mut hasher);
        self.write(&self.state.shared, &role, &mut hasher);
        self.write(&self.watched, &role, &mut hasher);
        // What the others know of it, in no order.
        let known = self.clients.iter().enumerate().filter(|(other, _)| *other != client);
        let known = known.map(|(other, of)| {
            let role = |named: usize| match named {
                named if named == client => 0,
                named if named == other => 1,
                _ => 2,
            };
            let mut hasher = DefaultHasher::new();
            self.write(&self.state.actors[of.actor.index()], &role, &mut hasher);
            hasher.finish()
        });
        known.fold(0_u64, u64::wrapping_add).hash(&mut hasher);
        hasher.finish()
    }

    /// The whole state, with each client put in its place.
    fn under(&self, places: &Places) -> u128 {
        let place = |client: usize| places[client];
        let mut hasher = Wide::new();
        self.write(&self.state.waiting, &place, &mut hasher);
        self.write(&self.state.shared, &place, &mut hasher);
        self.write(&self.watched, &place, &mut hasher);
        let mut by_place: Vec<&Tape> = vec![&self.watched; places.len()];
        for (index, tape) in self.state.actors.iter().enumerate() {
            match self.clients.iter().position(|client| client.actor.index() == index) {
                Some(client) => by_place[places[client]] = tape,
                None => self.write(tape, &place, &mut hasher),
            }
        }
        for tape in by_place {
            self.write(tape, &place, &mut hasher);
        }
        hasher.number()
    }

    /// Hashes a tape with the names of clients replaced by what `called` makes of them.
    fn write(&self, tape: &Tape, called: &dyn Fn(usize) -> usize, hasher: &mut impl Hasher) {
        tape.pieces().len().hash(hasher);
        for piece in tape.pieces() {
            match piece {
                Piece::Word(word) => (0_u8, word).hash(hasher),
                Piece::Actor(actor) => {
                    match self.clients.iter().position(|client| client.actor == *actor) {
                        Some(client) => (1_u8, called(client)).hash(hasher),
                        None => (2_u8, actor.0).hash(hasher),
                    }
                }
                Piece::Bytes(bytes) => {
                    3_u8.hash(hasher);
                    self.write_bytes(bytes, called, hasher);
                }
                Piece::Set(values) => (6_u8, self.digests(values, called)).hash(hasher),
            }
        }
    }

    /// The digests of values that are in no order, whoever is called what.
    fn digests(&self, values: &[Tape], called: &dyn Fn(usize) -> usize) -> Vec<u128> {
        let digest = |value| {
            let mut hasher = Wide::new();
            self.write(value, called, &mut hasher);
            hasher.number()
        };
        let mut digests: Vec<u128> = values.iter().map(digest).collect();
        digests.sort_unstable();
        digests
    }

    fn write_bytes(
        &self,
        mut bytes: &[u8],
        called: &dyn Fn(usize) -> usize,
        hasher: &mut impl Hasher,
    ) {
        while let Some((at, client)) = self.first_name(bytes) {
            (4_u8, &bytes[..at], called(client)).hash(hasher);
            bytes = &bytes[at + self.clients[client].name.len()..];
        }
        (5_u8, bytes).hash(hasher);
    }

    /// Where the first name of a client begins, and whose it is.
    fn first_name(&self, bytes: &[u8]) -> Option<(usize, usize)> {
        let found = self.clients.iter().enumerate().filter_map(|(client, Client { name, .. })| {
            let at = bytes.windows(name.len()).position(|window| window == name.as_slice())?;
            Some((at, client))
        });
        found.min()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::hash::Hash;

    use super::Wide;

    #[test]
    fn the_halves_of_a_number_are_hashed_apart() {
        let number = |value: u64| {
            let mut hasher = Wide::new();
            value.hash(&mut hasher);
            hasher.number()
        };
        let halves = |number: u128| [(number >> 64) as u64, number as u64];
        let [one, other] = [1, 2].map(|value| halves(number(value)));
        assert!(one[0] != one[1] && one[0] != other[0] && one[1] != other[1]);
        assert_eq!(number(1), number(1));
    }
}
