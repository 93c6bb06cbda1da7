//! Arrays with a place for each client. The places are renamed with the clients, so a search may treat two
//! states as the same if they differ only in which client is which.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Index, IndexMut};

use crate::machine::encode::Unordered;

/// The names of clients. None is part of another, so that each can be found in tokens and keys.
pub(super) const CLIENTS: [&str; 32] = [
    "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory",
    "peggy", "quentin", "rupert", "sybil", "trent", "ursula", "victor", "walter", "xavier",
    "yolanda", "zoe", "arthur", "bertha", "cedric", "doris", "edgar", "fiona", "gustav", "henry",
    "ingrid", "jasper",
];

/// A client's own place in a [`PerClient`]; see [`Actor::index`](super::Actor::index).
///
/// It is the client's identity, and no number: it can be compared for equality, kept in shared state, and
/// given to others. It prints as the client's name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientIndex(u8);

impl ClientIndex {
    pub(super) fn new(position: usize) -> Self {
        assert!(position < CLIENTS.len(), "there are {} clients at most", CLIENTS.len());
        Self(position as u8)
    }

    const fn name(self) -> &'static str {
        CLIENTS[self.0 as usize]
    }

    /// The index as a number. A number is not renamed with its client: clients whose steps depend on it are
    /// not alike, and a search says so ([`Verdict::Uncontrolled`](crate::explore::Verdict::Uncontrolled)).
    #[must_use]
    pub const fn number(self) -> usize {
        self.0 as usize
    }
}

impl Hash for ClientIndex {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Names in texts are renamed where a state is encoded.
        self.name().hash(state);
    }
}

impl fmt::Debug for ClientIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A value for each client, for [`Shared`](crate::sync::Shared) and [`Mutex`](crate::sync::Mutex).
///
/// ```
/// use std::sync::Arc;
/// use lockproof::explore::{Search, Verdict, exhaustive};
/// use lockproof::scenario::{PerClient, Property, Scenario, World};
/// use lockproof::sync::{Runtime, Shared};
///
/// /// Each client raises its flag, and counts the flags that are up.
/// #[derive(Clone)]
/// struct Flags;
///
/// impl Scenario for Flags {
///     fn run<R: Runtime>(&self, world: &World<R>) {
///         let flags = Arc::new(Shared::<R, _>::new("flags", PerClient::new(3, false)));
///         let end = Arc::clone(&flags);
///         world.clients(3, move |me| {
///             let index = me.index();
///             flags.with("raise", move |flags| flags[index] = true);
///             flags.with("count", |flags| flags.values().filter(|up| **up).count())
///         });
///         world.finally(Property::ConservedBalance, move || {
///             match end.peek(|flags| flags.values().all(|up| *up)) {
///                 true => Ok(()),
///                 false => Err("a flag is down".to_owned()),
///             }
///         });
///     }
/// }
///
/// assert_eq!(exhaustive(&Flags, Search::default()).verdict, Verdict::Exhausted);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PerClient<T>(Vec<T>);

impl<T> PerClient<T> {
    /// The same value for each of `count` clients.
    ///
    /// # Panics
    ///
    /// If there are more than [`World::MAX_CLIENTS`](super::World::MAX_CLIENTS).
    #[must_use]
    pub fn new(count: usize, value: T) -> Self
    where
        T: Clone,
    {
        assert!(count <= CLIENTS.len(), "{count} clients are more than there are names for");
        Self(vec![value; count])
    }

    /// All values with their clients. A step that depends on the order of the clients makes them unlike.
    pub fn iter(&self) -> impl Iterator<Item = (ClientIndex, &T)> {
        self.0.iter().enumerate().map(|(at, value)| (ClientIndex::new(at), value))
    }

    /// All values. A step that depends on their order makes clients unlike.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    /// All values, to be changed. A step that depends on their order makes clients unlike.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut()
    }
}

/// # Panics
///
/// If there is no place for that client.
impl<T> Index<ClientIndex> for PerClient<T> {
    type Output = T;

    fn index(&self, client: ClientIndex) -> &T {
        &self.0[client.number()]
    }
}

/// # Panics
///
/// If there is no place for that client.
impl<T> IndexMut<ClientIndex> for PerClient<T> {
    fn index_mut(&mut self, client: ClientIndex) -> &mut T {
        &mut self.0[client.number()]
    }
}

impl<T: Hash> Hash for PerClient<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Each value stays with its client; which client comes first is no part of the value.
        Unordered(self.iter().collect()).hash(state);
    }
}

impl<T: fmt::Debug> fmt::Debug for PerClient<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
