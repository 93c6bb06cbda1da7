//! Interchangeable clients, and their names.

use std::rc::Rc;

use crate::trace::ActorId;

/// The interchangeable clients. Clones share the table.
#[derive(Clone, Debug)]
pub(crate) struct Clients(Rc<Table>);

#[derive(Debug)]
pub(super) struct Table {
    /// The actor of each client, and its name in texts.
    all: Vec<(ActorId, Box<[u8]>)>,
    /// The clients, by the first byte of their name.
    by_first: Vec<u16>,
    /// The index in that list at which the clients of each byte start.
    begin: [u16; 257],
    mistake: Option<Mistake>,
}

thread_local! {
    static NONE: Clients = Clients::new([]);
}

/// A deliberate mistake in encodings, for the tests of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// A number that equals the length of the text after it is taken for that length, and left out.
    NumbersAsLengths,
    /// The lengths of texts and of other sequences of bytes are left out.
    NoLengths,
    /// The scripts that a server has cached are left out.
    NoScripts,
    /// The deadlines of a server's keys are left out.
    NoDeadlines,
    /// The clients that wait on a server are left out.
    NoWaiters,
}

impl Clients {
    /// Builds the table from these actors and their names; no name may be part of another.
    pub(crate) fn new<'a>(all: impl IntoIterator<Item = (ActorId, &'a str)>) -> Self {
        let own = |(actor, name): (ActorId, &str)| (actor, Box::from(name.as_bytes()));
        let all: Vec<(ActorId, Box<[u8]>)> = all.into_iter().map(own).collect();
        let first = |client: u16| all[usize::from(client)].1.first().copied();
        let mut by_first: Vec<u16> = (0..all.len() as u16).collect();
        by_first.sort_by_key(|client| first(*client));
        let begin = std::array::from_fn(|byte| {
            by_first.partition_point(|client| first(*client).map(usize::from) < Some(byte)) as u16
        });
        Self(Rc::new(Table { all, by_first, begin, mistake: None }))
    }

    /// The same clients, for encodings that make a mistake.
    pub(crate) fn mistaken(self, mistake: Option<Mistake>) -> Self {
        let Table { all, by_first, begin, .. } = &*self.0;
        let (all, by_first) = (all.clone(), by_first.clone());
        Self(Rc::new(Table { all, by_first, begin: *begin, mistake }))
    }

    /// An empty table: nothing is renamed.
    pub(crate) fn none() -> Self {
        NONE.with(Self::clone)
    }

    /// The number of clients.
    pub(crate) fn len(&self) -> usize {
        self.0.all.len()
    }

    /// The actor of each client.
    pub(crate) fn actors(&self) -> impl Iterator<Item = ActorId> {
        self.0.all.iter().map(|(actor, _)| *actor)
    }

    /// The position of an actor among the clients.
    pub(crate) fn position(&self, actor: ActorId) -> Option<usize> {
        self.0.all.iter().position(|(client, _)| *client == actor)
    }

    /// Returns whether encodings make a mistake.
    pub(crate) fn is_mistaken(&self) -> bool {
        self.0.mistake.is_some()
    }

    /// Returns whether encodings make this mistake.
    pub(super) fn makes(&self, mistake: Mistake) -> bool {
        self.0.mistake == Some(mistake)
    }

    /// The name of a client in texts.
    pub(super) fn name(&self, client: u16) -> &[u8] {
        &self.0.all[usize::from(client)].1
    }

    /// The client whose name is a prefix of a text; the text is not empty.
    pub(super) fn name_at(&self, text: &[u8]) -> Option<u16> {
        let Table { all, by_first, begin, .. } = &*self.0;
        let byte = usize::from(text[0]);
        let mut alike = by_first[begin[byte].into()..begin[byte + 1].into()].iter().copied();
        alike.find(|client| text.starts_with(&all[usize::from(*client)].1))
    }
}
