//! Interned encodings, and their digests.

use super::super::memory::{of_map, of_vec};
use super::map::Map;
use crate::machine::encode::Encoded;

/// An encoding, with the clients that it mentions.
pub(in crate::explore::learned) struct Entry {
    encoded: Encoded,
    mentioned: Box<[u16]>,
}

/// The interned encodings, with their digests under the places of clients.
#[derive(Default)]
pub(in crate::explore::learned) struct Encodings {
    pub(in crate::explore::learned) all: Vec<Entry>,
    pub(in crate::explore::learned) known: Map<u128, u32>,
    pub(in crate::explore::learned) digests: Map<(u32, u128), u128>,
    /// The number of bytes that the encodings hold elsewhere.
    pub(in crate::explore::learned) held: u64,
}

/// The most clients that are packed into a key; each takes five bits.
pub(super) const PACKED: usize = 25;

impl Encodings {
    /// Interns an encoding, and returns its number.
    pub(in crate::explore::learned) fn add(&mut self, mut encoded: Encoded) -> u32 {
        let next = self.all.len() as u32;
        let id = *self.known.entry(encoded.identity()).or_insert(next);
        if id == next {
            encoded.shrink();
            let mentioned: Box<[u16]> = encoded.mentioned().into();
            self.held += encoded.bytes() + size_of_val(&*mentioned) as u64;
            self.all.push(Entry { encoded, mentioned });
        }
        id
    }

    /// The clients that an encoding mentions.
    pub(in crate::explore::learned) fn mentioned(&self, id: u32) -> &[u16] {
        &self.all[id as usize].mentioned
    }

    /// The digest of an encoding with the clients in these places.
    pub(in crate::explore::learned) fn digest(
        &mut self,
        id: u32,
        place: &dyn Fn(u16) -> u32,
    ) -> u128 {
        let Entry { encoded, mentioned } = &self.all[id as usize];
        if mentioned.len() > PACKED {
            return encoded.digest(place);
        }
        let pack = |packed: u128, client: &u16| (packed << 5) | u128::from(place(*client) & 31);
        let packed = mentioned.iter().fold(1_u128, pack);
        *self.digests.entry((id, packed)).or_insert_with(|| encoded.digest(place))
    }

    /// The number of bytes held.
    pub(super) fn bytes(&self) -> u64 {
        self.held + of_vec(&self.all) + of_map(&self.known) + of_map(&self.digests)
    }
}
