//! Digests of values as they are, without renaming: cheap, and enough to tell whether two values of one type
//! are equal.

use std::cell::RefCell;
use std::hash::Hasher;

use xxhash_rust::xxh3::xxh3_128;

thread_local! {
    /// The buffer is kept, so that no digest allocates one.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The digest of everything that `write` hashes.
pub(crate) fn raw_digest(write: impl FnOnce(&mut dyn Hasher)) -> u128 {
    let mut calls = Calls(BUFFER.take());
    calls.0.clear();
    write(&mut calls);
    let digest = xxh3_128(&calls.0);
    BUFFER.set(calls.0);
    digest
}

/// The calls of a `Hash` impl, each with its kind and its length.
struct Calls(Vec<u8>);

impl Calls {
    fn number(&mut self, bytes: &[u8]) {
        self.0.push(bytes.len() as u8);
        self.0.extend_from_slice(bytes);
    }
}

impl Hasher for Calls {
    fn write(&mut self, bytes: &[u8]) {
        self.0.push(0);
        self.0.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    fn write_u8(&mut self, number: u8) {
        self.number(&[number]);
    }

    fn write_u16(&mut self, number: u16) {
        self.number(&number.to_le_bytes());
    }

    fn write_u32(&mut self, number: u32) {
        self.number(&number.to_le_bytes());
    }

    fn write_u64(&mut self, number: u64) {
        self.number(&number.to_le_bytes());
    }

    fn write_u128(&mut self, number: u128) {
        self.number(&number.to_le_bytes());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    /// The answer is the same in every execution, for a `Hash` impl that asks for it.
    fn finish(&self) -> u64 {
        xxh3_128(&self.0) as u64
    }
}
