//! Values as tapes: what `Hash` writes of a value, kept piece by piece.
//!
//! Explorers that remember states compare them by these. A tape is longer than a hash of the value, but
//! it still shows where an actor's name occurs, so that a state can be looked at as if two clients
//! that run the same code had changed places.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::trace::ActorId;

/// How to write a value of type `T` down; `None` for a value that cannot be hashed.
pub(super) type Write<T> = Option<fn(&T) -> Tape>;

/// One thing that `Hash` wrote.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// A number, a length, the number of a variant.
    Word(u128),
    /// Text or bytes.
    Bytes(Vec<u8>),
    /// The number of an actor.
    Actor(ActorId),
}

/// What `Hash` wrote of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tape(Vec<Piece>);

impl Tape {
    /// Writes a value down.
    pub fn of<T: Hash + ?Sized>(value: &T) -> Self {
        let mut tape = Self::default();
        value.hash(&mut tape);
        tape
    }

    /// Adds what another tape has.
    pub fn append(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// What was written.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Forgets all that was written but the pieces that `keep` wants; it is told their places.
    #[cfg(feature = "model")]
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(usize, &Piece) -> bool) {
        let mut place = 0..;
        self.0.retain(|piece| place.next().is_some_and(|place| keep(place, piece)));
    }

    /// Forgets what was written.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// How [`ActorId`] announces itself to a [`Tape`]; to other hashers it is just more bytes.
const ACTOR: &[u8; 8] = b"\x00actor\x00#";

impl Hash for ActorId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(ACTOR);
        bytes[8..].copy_from_slice(&self.0.to_le_bytes());
        state.write(&bytes);
    }
}

impl Hasher for Tape {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(number) = bytes.strip_prefix(ACTOR)
            && let Ok(number) = number.try_into()
        {
            self.0.push(Piece::Actor(ActorId(u32::from_le_bytes(number))));
            return;
        }
        // The length of a text is written before it, and would tell `alice` from `bob` after all.
        if self.0.last() == Some(&Piece::Word(bytes.len() as u128)) {
            self.0.pop();
        }
        self.0.push(Piece::Bytes(bytes.to_vec()));
    }

    fn write_u8(&mut self, word: u8) {
        self.0.push(Piece::Word(word.into()));
    }

    fn write_u16(&mut self, word: u16) {
        self.0.push(Piece::Word(word.into()));
    }

    fn write_u32(&mut self, word: u32) {
        self.0.push(Piece::Word(word.into()));
    }

    fn write_u64(&mut self, word: u64) {
        self.0.push(Piece::Word(word.into()));
    }

    fn write_u128(&mut self, word: u128) {
        self.0.push(Piece::Word(word));
    }

    fn write_usize(&mut self, word: usize) {
        self.0.push(Piece::Word(word as u128));
    }

    /// The digest of the tape: the same in every execution of one build.
    fn finish(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{Piece, Tape};
    use crate::trace::ActorId;

    #[test]
    fn texts_are_kept_whole_and_without_their_lengths() {
        let tape = Tape::of(&("alice:1".to_owned(), b"bob".to_vec(), 7_u64));
        let bytes = |text: &str| Piece::Bytes(text.as_bytes().to_vec());
        let end_of_str = Piece::Word(0xff);
        assert_eq!(tape.pieces(), [bytes("alice:1"), end_of_str, bytes("bob"), Piece::Word(7)]);
    }

    #[test]
    fn actors_are_told_from_numbers() {
        let tape = Tape::of(&(ActorId(3), 3_u32));
        assert_eq!(tape.pieces(), [Piece::Actor(ActorId(3)), Piece::Word(3)]);
    }

    #[test]
    fn different_values_have_different_tapes() {
        assert_ne!(Tape::of(&Some(1)), Tape::of(&None::<i32>));
        assert_ne!(Tape::of(&["a", "b"]), Tape::of(&["ab", ""]));
        assert_ne!(Tape::of(&vec![1_u8, 2]), Tape::of(&vec![1_u8]));
    }
}
