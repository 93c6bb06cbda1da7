//! The encoder: a `Hasher` that records the values it receives.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};

use super::clients::{Clients, Mistake};
use super::encoded::{ACTOR, BYTES, END, Encoded, INTEGER, Part, TEXT};
use crate::trace::ActorId;

thread_local! {
    /// The values being encoded on this thread; the innermost comes last.
    pub(super) static ACTIVE: RefCell<Vec<Encoder>> = const { RefCell::new(Vec::new()) };
}

/// A guard that removes the encoder from the thread when encoding panics.
struct Popped;

impl Drop for Popped {
    fn drop(&mut self) {
        ACTIVE.with_borrow_mut(Vec::pop);
    }
}

impl Encoded {
    /// Encodes a value; the names of `clients` are cut out.
    pub(crate) fn of<T: Hash + ?Sized>(value: &T, clients: &Clients) -> Self {
        Self::with(clients, |hasher| value.hash(&mut &mut *hasher))
    }

    /// Encodes everything that `write` hashes.
    pub(crate) fn with(clients: &Clients, write: impl FnOnce(&mut dyn Hasher)) -> Self {
        let encoder = Encoder { parts: Vec::new(), clients: clients.clone(), text: None };
        ACTIVE.with_borrow_mut(|active| active.push(encoder));
        let popped = Popped;
        write(&mut Calls);
        std::mem::forget(popped);
        let mut encoder = ACTIVE.with_borrow_mut(Vec::pop).expect("the encoder is active");
        encoder.flush();
        Self(encoder.parts)
    }
}

pub(super) struct Encoder {
    pub(super) parts: Vec<Part>,
    pub(super) clients: Clients,
    /// The bytes that may still turn out to be a text.
    text: Option<Vec<u8>>,
}

impl Encoder {
    fn fixed(&mut self, kind: u8, bytes: &[u8]) {
        if !matches!(self.parts.last(), Some(Part::Fixed(_))) {
            self.parts.push(Part::Fixed(Vec::with_capacity(64)));
        }
        if let Some(Part::Fixed(last)) = self.parts.last_mut() {
            last.push(kind);
            last.extend_from_slice(bytes);
        }
    }

    fn sized(&mut self, kind: u8, bytes: &[u8]) {
        let length = (bytes.len() as u64).to_le_bytes();
        let length = if self.clients.makes(Mistake::NoLengths) { &[] } else { &length[..] };
        self.fixed(kind, length);
        if let Some(Part::Fixed(last)) = self.parts.last_mut() {
            last.extend_from_slice(bytes);
        }
    }

    /// Emits pending bytes that no byte 255 followed: they are not a text.
    pub(super) fn flush(&mut self) {
        if let Some(bytes) = self.text.take() {
            self.sized(BYTES, &bytes);
        }
    }

    fn integer(&mut self, bytes: &[u8]) {
        self.flush();
        self.fixed(INTEGER + bytes.len() as u8 - 1, bytes);
    }

    fn byte(&mut self, byte: u8) {
        match self.text.take() {
            Some(text) if byte == 0xff => self.named(&text),
            text => {
                self.text = text;
                self.integer(&[byte]);
            }
        }
    }

    /// Emits a text, with the names of clients cut out.
    pub(super) fn named(&mut self, text: &[u8]) {
        if self.clients.makes(Mistake::NumbersAsLengths) {
            self.drop_length(text.len());
        }
        let (mut begun, mut at) = (0, 0);
        while at < text.len() {
            match self.clients.name_at(&text[at..]) {
                Some(client) => {
                    self.sized(TEXT, &text[begun..at]);
                    at += self.clients.name(client).len();
                    begun = at;
                    self.parts.push(Part::Client(client));
                }
                None => at += 1,
            }
        }
        self.sized(END, &text[begun..]);
    }

    /// Leaves out the number before a text, if it is the text's length.
    fn drop_length(&mut self, length: usize) {
        let mut number = vec![INTEGER + 7];
        number.extend_from_slice(&(length as u64).to_le_bytes());
        if let Some(Part::Fixed(last)) = self.parts.last_mut()
            && last.ends_with(&number)
        {
            last.truncate(last.len() - number.len());
        }
    }

    pub(super) fn actor(&mut self, actor: ActorId) {
        self.flush();
        match self.clients.position(actor) {
            Some(client) => self.parts.push(Part::Client(client as u16)),
            None => self.fixed(ACTOR, &actor.0.to_le_bytes()),
        }
    }
}

/// Forwards the calls of a `Hash` impl to the innermost encoder of this thread.
struct Calls;

pub(super) fn active(work: impl FnOnce(&mut Encoder)) {
    ACTIVE.with_borrow_mut(|active| work(active.last_mut().expect("an encoder is active")));
}

impl Hasher for Calls {
    fn write(&mut self, bytes: &[u8]) {
        active(|encoder| {
            encoder.flush();
            encoder.text = Some(bytes.to_vec());
        });
    }

    fn write_u8(&mut self, number: u8) {
        active(|encoder| encoder.byte(number));
    }

    fn write_u16(&mut self, number: u16) {
        active(|encoder| encoder.integer(&number.to_le_bytes()));
    }

    fn write_u32(&mut self, number: u32) {
        active(|encoder| encoder.integer(&number.to_le_bytes()));
    }

    fn write_u64(&mut self, number: u64) {
        active(|encoder| encoder.integer(&number.to_le_bytes()));
    }

    fn write_u128(&mut self, number: u128) {
        active(|encoder| encoder.integer(&number.to_le_bytes()));
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_i8(&mut self, number: i8) {
        // A signed byte never ends a text.
        active(|encoder| encoder.integer(&number.to_le_bytes()));
    }

    /// The answer is the same in every execution, for a `Hash` impl that asks for it.
    fn finish(&self) -> u64 {
        ACTIVE.with_borrow(|active| {
            let encoder = active.last().expect("an encoder is active");
            let mut parts = Encoded(encoder.parts.clone());
            if let Some(text) = &encoder.text {
                parts.0.push(Part::Fixed(text.clone()));
            }
            parts.identity() as u64
        })
    }
}
