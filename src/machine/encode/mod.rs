//! Values as sequences of tokens, which decide equality under any renaming of the clients.
//!
//! A value is encoded through its `Hash` impl: each call of the `Hasher` becomes a token with its kind and
//! its length, so equal encodings mean equal sequences of calls. The parts to be renamed with a client are
//! not ordinary bytes: an [`ActorId`] reaches the encoder through a thread-local that exists only during
//! encoding, and so does the text of our own byte strings ([`hash_text`]). In a `str` (which `Hash` ends with
//! the byte 255) the names of clients are cut out. A number before a text stays a number, even if it happens
//! to be the text's length.

mod clients;
mod encoded;
mod encoder;
mod keyed;
mod raw;

pub(crate) use clients::{Clients, Mistake};
pub(crate) use encoded::Encoded;
use encoded::Part;
use encoder::{ACTIVE, active};
pub(crate) use keyed::hash_keyed;
pub(crate) use raw::raw_digest;
use std::hash::{Hash, Hasher};

use crate::trace::ActorId;

/// Hashes a byte string that we treat as text: while it is encoded, the names of clients are cut out of it,
/// and its length is not a number of its own.
pub(crate) fn hash_text<H: Hasher + ?Sized>(bytes: &[u8], state: &mut H) {
    let encoding = ACTIVE.with_borrow_mut(|active| match active.last_mut() {
        Some(encoder) => {
            encoder.flush();
            encoder.named(bytes);
            true
        }
        None => false,
    });
    if !encoding {
        state.write_usize(bytes.len());
        state.write(bytes);
    }
}

/// Returns whether the current encoding makes this mistake.
pub(crate) fn makes(mistake: Mistake) -> bool {
    ACTIVE.with_borrow(|active| active.last().is_some_and(|encoder| encoder.clients.makes(mistake)))
}

impl Hash for ActorId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let encoding = ACTIVE.with_borrow_mut(|active| match active.last_mut() {
            Some(encoder) => {
                encoder.actor(*self);
                true
            }
            None => false,
        });
        if !encoding {
            state.write_u32(self.0);
        }
    }
}

/// Values in no order: only the set of them is compared. In an encoding they stay in no order when clients
/// are renamed; other hashers get them in the order of their digests.
pub(crate) struct Unordered<T>(pub(crate) Vec<T>);

impl<T: Hash> Hash for Unordered<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let clients = ACTIVE.with_borrow(|active| active.last().map(|it| it.clients.clone()));
        let values = |clients: &Clients| -> Vec<Encoded> {
            self.0.iter().map(|value| Encoded::of(value, clients)).collect()
        };
        match clients {
            Some(clients) => {
                let values = values(&clients);
                active(|encoder| {
                    encoder.flush();
                    encoder.parts.push(Part::Set(values));
                });
            }
            None => {
                let mut digests: Vec<u128> =
                    values(&Clients::none()).iter().map(Encoded::identity).collect();
                digests.sort_unstable();
                digests.hash(state);
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
