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
    /// Values that are in no order.
    Set(Vec<Tape>),
}

/// What `Hash` wrote of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tape {
    pieces: Vec<Piece>,
    /// The sets that are being written, the innermost last.
    open: Vec<Vec<Tape>>,
}

impl Tape {
    /// Writes a value down.
    pub fn of<T: Hash + ?Sized>(value: &T) -> Self {
        let mut tape = Self::default();
        value.hash(&mut tape);
        tape
    }

    /// Adds what another tape has.
    pub fn append(&mut self, other: &Self) {
        self.pieces.extend_from_slice(&other.pieces);
    }

    /// What was written.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Forgets all that was written but the pieces that `keep` wants; it is told their places.
    #[cfg(feature = "model")]
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(usize, &Piece) -> bool) {
        let mut place = 0..;
        self.pieces.retain(|piece| place.next().is_some_and(|place| keep(place, piece)));
    }

    /// Forgets what was written.
    pub fn clear(&mut self) {
        self.pieces.clear();
    }

    /// Where to write: to the last value of the innermost set, if one is open.
    fn current(&mut self) -> &mut Vec<Piece> {
        let innermost = self.open.last_mut().and_then(|set| set.last_mut());
        innermost.map_or(&mut self.pieces, |value| &mut value.pieces)
    }

    fn close(&mut self) {
        if let Some(set) = self.open.pop() {
            self.current().push(Piece::Set(set));
        }
    }
}

/// Values that are in no order, to be hashed: what is compared is which they are. On a tape they stay
/// in no order when clients change places; other hashers get them in the order of their digests.
#[cfg(feature = "model")]
pub(crate) struct Unordered<T>(pub(crate) Vec<T>);

/// How the parts of a set announce themselves to a [`Tape`]; to other hashers they are just more bytes.
const OPEN: &[u8; 8] = b"\x00set(\x00\x00#";
const NEXT: &[u8; 8] = b"\x00set,\x00\x00#";
const CLOSE: &[u8; 8] = b"\x00set)\x00\x00#";

#[cfg(feature = "model")]
impl<T: Hash> Hash for Unordered<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let digest = |value: &T| {
            let mut hasher = DefaultHasher::new();
            value.hash(&mut hasher);
            hasher.finish()
        };
        let mut values: Vec<(u64, &T)> =
            self.0.iter().map(|value| (digest(value), value)).collect();
        values.sort_by_key(|(digest, _)| *digest);
        state.write(OPEN);
        for (_, value) in values {
            state.write(NEXT);
            value.hash(state);
        }
        state.write(CLOSE);
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
            self.current().push(Piece::Actor(ActorId(u32::from_le_bytes(number))));
        } else if bytes == OPEN {
            self.open.push(Vec::new());
        } else if bytes == NEXT
            && let Some(set) = self.open.last_mut()
        {
            set.push(Self::default());
        } else if bytes == CLOSE {
            self.close();
        } else {
            let pieces = self.current();
            // The length of a text is written before it, and would tell `alice` from `bob` after all.
            if pieces.last() == Some(&Piece::Word(bytes.len() as u128)) {
                pieces.pop();
            }
            pieces.push(Piece::Bytes(bytes.to_vec()));
        }
    }

    fn write_u8(&mut self, word: u8) {
        self.current().push(Piece::Word(word.into()));
    }

    fn write_u16(&mut self, word: u16) {
        self.current().push(Piece::Word(word.into()));
    }

    fn write_u32(&mut self, word: u32) {
        self.current().push(Piece::Word(word.into()));
    }

    fn write_u64(&mut self, word: u64) {
        self.current().push(Piece::Word(word.into()));
    }

    fn write_u128(&mut self, word: u128) {
        self.current().push(Piece::Word(word));
    }

    fn write_usize(&mut self, word: usize) {
        self.current().push(Piece::Word(word as u128));
    }

    /// The digest of the tape: the same in every execution of one build.
    fn finish(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.pieces.hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    #[cfg(feature = "model")]
    use super::Unordered;
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

    #[cfg(feature = "model")]
    #[test]
    fn sets_are_in_no_order_and_may_be_nested() {
        let set = |numbers: &[u64]| Unordered(numbers.to_vec());
        assert_eq!(Tape::of(&set(&[1, 2])), Tape::of(&set(&[2, 1])));
        assert_ne!(Tape::of(&set(&[1, 2])), Tape::of(&set(&[1])));
        let nested = Tape::of(&(Unordered(vec![(7_u64, set(&[8]))]), 9_u64));
        let inner = Piece::Set(vec![Tape::of(&8_u64)]);
        let mut value = Tape::of(&7_u64);
        value.pieces.push(inner);
        assert_eq!(nested.pieces(), [Piece::Set(vec![value]), Piece::Word(9)]);
    }

    #[test]
    fn different_values_have_different_tapes() {
        assert_ne!(Tape::of(&Some(1)), Tape::of(&None::<i32>));
        assert_ne!(Tape::of(&["a", "b"]), Tape::of(&["ab", ""]));
        assert_ne!(Tape::of(&vec![1_u8, 2]), Tape::of(&vec![1_u8]));
    }
}
