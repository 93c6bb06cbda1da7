//! The state of one server: keys with their values and deadlines, and the script cache.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::text::hash_text;
use crate::machine::encode::{Mistake, hash_keyed, makes};

/// The value of a key: the two types that a lock and its neighbours need.
///
/// A list is here so that `WRONGTYPE` can really occur, and for queues of waiters.
/// Source: <https://redis.io/docs/latest/develop/data-types/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Any bytes. A counter is a string that reads as a number.
    String(Vec<u8>),
    /// Never empty: a list that loses its last element loses its key too.
    List(VecDeque<Vec<u8>>),
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::String(bytes) => hash_text(bytes, state),
            Self::List(elements) => {
                state.write_usize(elements.len());
                elements.iter().for_each(|element| hash_text(element, state));
            }
        }
    }
}

/// A value, and the instant at which it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The value of the key.
    pub value: Value,
    /// Absolute virtual time in milliseconds; `None` never expires.
    pub deadline: Option<u64>,
}

impl Hash for Entry {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
        if !makes(Mistake::NoDeadlines) {
            self.deadline.hash(state);
        }
    }
}

impl Entry {
    fn is_live(&self, now_ms: u64) -> bool {
        self.deadline.is_none_or(|deadline| deadline > now_ms)
    }
}

/// The whole state of one simulated server: a plain value, to be cloned, compared and hashed.
///
/// It has no clock: every question about it names the time, in milliseconds. A key is absent from
/// the instant of its deadline on. The maps are ordered, so that nothing depends on a hash seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keyspace {
    entries: BTreeMap<Vec<u8>, Entry>,
    // A script's body is shared, because an explorer clones the keyspace at every state.
    scripts: BTreeMap<String, Arc<[u8]>>,
}

impl Hash for Keyspace {
    /// The bodies of scripts are left out: their names are their SHA-1 sums.
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_keyed(self.entries.iter().map(|(key, entry)| (key.as_slice(), entry)), state);
        if makes(Mistake::NoScripts) {
            return;
        }
        state.write_usize(self.scripts.len());
        for sha in self.scripts.keys() {
            hash_text(sha.as_bytes(), state);
        }
    }
}

impl Keyspace {
    /// The number of bytes it holds besides keys and values, about: headers, blocks, and nodes that are not
    /// full.
    pub(in crate::redis) fn overhead(&self) -> u64 {
        const ENTRY: u64 = 80;
        const ELEMENT: u64 = 40;
        let elements = |entry: &Entry| match &entry.value {
            Value::String(_) => 0,
            Value::List(elements) => elements.len() as u64 * ELEMENT,
        };
        self.entries.values().map(|entry| ENTRY + elements(entry)).sum()
    }

    /// The entry of `key` at `now_ms`; `None` if it was never set, was deleted, or is past its deadline.
    pub fn entry(&self, key: &[u8], now_ms: u64) -> Option<&Entry> {
        self.entries.get(key).filter(|entry| entry.is_live(now_ms))
    }

    /// Every key alive at `now_ms`, in byte order.
    pub fn entries(&self, now_ms: u64) -> impl Iterator<Item = (&[u8], &Entry)> {
        self.entries
            .iter()
            .filter(move |(_, entry)| entry.is_live(now_ms))
            .map(|(key, entry)| (key.as_slice(), entry))
    }

    /// Puts `entry` at `key`, in place of any other. An empty list may not be put.
    pub fn insert(&mut self, key: &[u8], entry: Entry) {
        debug_assert!(
            !matches!(&entry.value, Value::List(list) if list.is_empty()),
            "an empty list has no key"
        );
        match self.entries.get_mut(key) {
            Some(slot) => *slot = entry,
            None => drop(self.entries.insert(key.to_vec(), entry)),
        }
    }

    /// Removes `key` and returns its entry at `now_ms`.
    pub fn remove(&mut self, key: &[u8], now_ms: u64) -> Option<Entry> {
        self.entries.remove(key).filter(|entry| entry.is_live(now_ms))
    }

    /// Access for the commands, which take care that no list stays behind empty.
    pub(super) fn entry_mut(&mut self, key: &[u8], now_ms: u64) -> Option<&mut Entry> {
        self.entries.get_mut(key).filter(|entry| entry.is_live(now_ms))
    }

    /// Removes every key, and leaves the script cache, as `FLUSHALL` does.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// The earliest deadline after `now_ms`, in milliseconds: the next instant at which this
    /// server changes by itself. `None` if nothing is going to expire.
    pub fn next_deadline(&self, now_ms: u64) -> Option<u64> {
        self.entries
            .values()
            .filter_map(|entry| entry.deadline)
            .filter(|deadline| *deadline > now_ms)
            .min()
    }

    /// Removes the keys past their deadline at `now_ms`.
    ///
    /// No command can tell the difference; a fingerprint can: two states that differ only in dead
    /// keys are the same state.
    pub fn purge(&mut self, now_ms: u64) {
        if self.entries.values().any(|entry| !entry.is_live(now_ms)) {
            self.entries.retain(|_, entry| entry.is_live(now_ms));
        }
    }

    /// The body of the cached script with this SHA-1 sum (40 lower-case hexadecimal digits).
    pub fn script(&self, sha: &str) -> Option<&Arc<[u8]>> {
        self.scripts.get(sha)
    }

    pub(super) fn add_script(&mut self, sha: &str, body: &[u8]) {
        if !self.scripts.contains_key(sha) {
            self.scripts.insert(sha.to_owned(), Arc::from(body));
        }
    }

    /// Forgets every script: what a restart, a fail-over or `SCRIPT FLUSH` does.
    pub fn forget_scripts(&mut self) {
        self.scripts.clear();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::hash::DefaultHasher;

    fn hash(keyspace: &Keyspace) -> u64 {
        let mut hasher = DefaultHasher::new();
        keyspace.hash(&mut hasher);
        hasher.finish()
    }

    fn text(value: &str, deadline: Option<u64>) -> Entry {
        let value = Value::String(value.into());
        Entry { value, deadline }
    }

    #[test]
    fn a_key_is_gone_at_its_deadline_and_not_before() {
        let mut keyspace = Keyspace::default();
        keyspace.insert(b"k", text("v", Some(30)));
        assert!(keyspace.entry(b"k", 29).is_some());
        assert!(keyspace.entry(b"k", 30).is_none());
        assert!(keyspace.entry_mut(b"k", 30).is_none());
        assert_eq!(keyspace.entries(30).count(), 0);
        assert!(keyspace.remove(b"k", 30).is_none());
    }

    #[test]
    fn the_next_deadline_lies_after_now() {
        let mut keyspace = Keyspace::default();
        assert_eq!(keyspace.next_deadline(0), None);
        keyspace.insert(b"a", text("v", Some(30)));
        keyspace.insert(b"b", text("v", Some(50)));
        keyspace.insert(b"c", text("v", None));
        assert_eq!(keyspace.next_deadline(0), Some(30));
        assert_eq!(keyspace.next_deadline(30), Some(50));
        assert_eq!(keyspace.next_deadline(50), None);
    }

    #[test]
    fn states_that_differ_only_in_dead_keys_hash_alike_after_a_purge() {
        let mut with_dead_key = Keyspace::default();
        with_dead_key.insert(b"k", text("v", Some(30)));
        let fresh = Keyspace::default();
        with_dead_key.purge(29);
        assert_ne!(hash(&with_dead_key), hash(&fresh));
        with_dead_key.purge(30);
        assert_eq!(hash(&with_dead_key), hash(&fresh));
        assert_eq!(with_dead_key, fresh);
    }

    #[test]
    fn deadlines_and_cached_scripts_are_part_of_the_state() {
        let mut early = Keyspace::default();
        let mut late = Keyspace::default();
        early.insert(b"k", text("v", Some(30)));
        late.insert(b"k", text("v", Some(31)));
        assert_ne!(hash(&early), hash(&late));
        let mut scripted = early.clone();
        scripted.add_script("e0e1f9fabfc9d4800c877a703b823ac0578ff8db", b"return 1");
        assert_ne!(hash(&early), hash(&scripted));
        scripted.forget_scripts();
        assert_eq!(hash(&early), hash(&scripted));
    }
}
