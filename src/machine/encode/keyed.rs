//! Maps and sets whose keys are texts.

use std::hash::{Hash, Hasher};

use super::encoder::ACTIVE;
use super::{Unordered, hash_text};

/// Hashes the entries of an ordered map. In an encoding, the entries whose keys name clients are in no order:
/// renaming the clients reorders them, but the map stays the same.
pub(crate) fn hash_keyed<'a, V: Hash, H: Hasher>(
    entries: impl Iterator<Item = (&'a [u8], V)>,
    state: &mut H,
) {
    let all = entries.map(|(key, value)| Keyed { key, value });
    let (named, plain): (Vec<_>, Vec<_>) = all.partition(|it| names_client(it.key));
    state.write_usize(plain.len());
    plain.iter().for_each(|it| it.hash(state));
    if !named.is_empty() {
        Unordered(named).hash(state);
    }
}

struct Keyed<'a, V> {
    key: &'a [u8],
    value: V,
}

impl<V: Hash> Hash for Keyed<'_, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_text(self.key, state);
        self.value.hash(state);
    }
}

/// Returns whether a text names a client, while it is encoded.
fn names_client(text: &[u8]) -> bool {
    ACTIVE.with_borrow(|active| {
        active.last().is_some_and(|encoder| {
            (0..text.len()).any(|at| encoder.clients.name_at(&text[at..]).is_some())
        })
    })
}
