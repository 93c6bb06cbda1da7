//! Tapes in which the names of clients have been found, so that they can be read with the clients in other
//! places, again and again.

use std::hash::{DefaultHasher, Hasher};

use crate::sync::tape::{Piece, Tape};
use crate::trace::ActorId;

/// An actor that may change places with the others like it.
pub(super) struct Client {
    pub(super) actor: ActorId,
    pub(super) name: Vec<u8>,
}

/// A tape, cut where clients are named.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named(Vec<Part>);

#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// What stays the same whoever is called what, written down so that no two values look alike.
    Fixed(Vec<u8>),
    /// A client, by its number.
    Client(usize),
    /// Values that are in no order.
    Set(Vec<Named>),
}

/// What the pieces of a tape begin with when they are written down.
const WORD: u8 = 0;
const CLIENT: u8 = 1;
const ACTOR: u8 = 2;
const BEFORE_A_NAME: u8 = 3;
const TEXT: u8 = 4;
const SET: u8 = 5;
const END: u8 = 6;

impl Named {
    pub(super) fn new(tape: &Tape, clients: &[Client]) -> Self {
        let mut named = Self::default();
        for piece in tape.pieces() {
            match piece {
                Piece::Word(word) => named.fixed(WORD, &word.to_le_bytes()),
                Piece::Actor(actor) => {
                    match clients.iter().position(|client| client.actor == *actor) {
                        Some(client) => named.0.push(Part::Client(client)),
                        None => named.fixed(ACTOR, &actor.0.to_le_bytes()),
                    }
                }
                Piece::Bytes(bytes) => named.text(bytes, clients),
                Piece::Set(values) => {
                    let values = values.iter().map(|value| Self::new(value, clients));
                    named.0.push(Part::Set(values.collect()));
                }
            }
        }
        named.fixed(END, &[]);
        named
    }

    fn fixed(&mut self, kind: u8, bytes: &[u8]) {
        if !matches!(self.0.last(), Some(Part::Fixed(_))) {
            self.0.push(Part::Fixed(Vec::new()));
        }
        if let Some(Part::Fixed(last)) = self.0.last_mut() {
            last.push(kind);
            last.extend_from_slice(bytes);
        }
    }

    fn text(&mut self, mut bytes: &[u8], clients: &[Client]) {
        while let Some((at, client)) = first_name(bytes, clients) {
            self.sized(BEFORE_A_NAME, &bytes[..at]);
            self.0.push(Part::Client(client));
            bytes = &bytes[at + clients[client].name.len()..];
        }
        self.sized(TEXT, bytes);
    }

    fn sized(&mut self, kind: u8, bytes: &[u8]) {
        self.fixed(kind, &(bytes.len() as u64).to_le_bytes());
        if let Some(Part::Fixed(last)) = self.0.last_mut() {
            last.extend_from_slice(bytes);
        }
    }

    /// Writes the tape down with each client called what `called` says.
    pub(super) fn write(&self, called: &dyn Fn(usize) -> usize, to: &mut Vec<u8>) {
        for part in &self.0 {
            match part {
                Part::Fixed(bytes) => to.extend_from_slice(bytes),
                Part::Client(client) => {
                    to.push(CLIENT);
                    to.extend_from_slice(&(called(*client) as u64).to_le_bytes());
                }
                Part::Set(values) => {
                    to.push(SET);
                    to.extend_from_slice(&(values.len() as u64).to_le_bytes());
                    for digest in digests(values, called) {
                        to.extend_from_slice(&digest.to_le_bytes());
                    }
                }
            }
        }
    }
}

/// The digests of values that are in no order, whoever is called what.
fn digests(values: &[Named], called: &dyn Fn(usize) -> usize) -> Vec<u128> {
    let digest = |value: &Named| {
        let mut bytes = Vec::new();
        value.write(called, &mut bytes);
        wide(&bytes)
    };
    let mut digests: Vec<u128> = values.iter().map(digest).collect();
    digests.sort_unstable();
    digests
}

/// Where the first name of a client begins, and whose it is.
fn first_name(bytes: &[u8], clients: &[Client]) -> Option<(usize, usize)> {
    let found = clients.iter().enumerate().filter_map(|(client, Client { name, .. })| {
        let at = bytes.windows(name.len()).position(|window| window == name.as_slice())?;
        Some((at, client))
    });
    found.min()
}

/// A number of 64 bits that stands for these bytes.
pub(super) fn narrow(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// A number of 128 bits that stands for these bytes: from two hashers that were told different things to
/// begin with.
pub(super) fn wide(bytes: &[u8]) -> u128 {
    let mut other = DefaultHasher::new();
    other.write_u8(1);
    other.write(bytes);
    (u128::from(narrow(bytes)) << 64) | u128::from(other.finish())
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{Client, Named, wide};
    use crate::sync::tape::{Tape, Unordered};
    use crate::trace::ActorId;

    fn written(tape: &Tape, called: [usize; 2]) -> Vec<u8> {
        let clients = [("alice", 1), ("bob", 2)]
            .map(|(name, actor)| Client { actor: ActorId(actor), name: name.into() });
        let mut bytes = Vec::new();
        Named::new(tape, &clients).write(&|client| called[client], &mut bytes);
        bytes
    }

    #[test]
    fn clients_are_found_in_texts_and_numbers_and_sets() {
        let about = |name: &str, actor| {
            Tape::of(&(format!("token of {name}:1"), Unordered(vec![ActorId(actor)]), 7_u64))
        };
        let (alice, bob) = (about("alice", 1), about("bob", 2));
        assert_ne!(written(&alice, [0, 1]), written(&bob, [0, 1]));
        assert_eq!(written(&alice, [0, 1]), written(&bob, [1, 0]));
    }

    #[test]
    fn what_differs_otherwise_stays_different() {
        let texts = ["alice", "alice1", "1alice", "alicebob", "bobalice", "carol", ""];
        let texts = texts.map(|text| written(&Tape::of(text), [0, 0]));
        let alike = |one: &Vec<u8>| texts.iter().filter(|other| *other == one).count();
        // Where both are called the same, alice followed by bob is bob followed by alice.
        assert_eq!(texts.each_ref().map(alike), [1, 1, 1, 2, 2, 1, 1]);
        let number = |actor| written(&Tape::of(&ActorId(actor)), [0, 1]);
        assert_ne!(number(3), number(4));
        assert_ne!(number(3), written(&Tape::of(&3_u32), [0, 1]));
    }

    #[test]
    fn the_halves_of_a_number_are_hashed_apart() {
        let halves = |number: u128| [(number >> 64) as u64, number as u64];
        let [one, other] = [b"1", b"2"].map(|bytes| halves(wide(bytes)));
        assert!(one[0] != one[1] && one[0] != other[0] && one[1] != other[1]);
        assert_eq!(wide(b"1"), wide(b"1"));
    }
}
