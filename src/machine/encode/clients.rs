//! Clients that can change places, and their names.

use std::rc::Rc;

use crate::trace::ActorId;

/// The clients that can change places with each other. Clones share the table.
#[derive(Clone, Debug)]
pub(crate) struct Clients(Rc<Table>);

#[derive(Debug)]
pub(super) struct Table {
    /// Who they are, and what texts call them.
    all: Vec<(ActorId, Box<[u8]>)>,
    /// The clients, by the byte that their name begins with.
    by_first: Vec<u16>,
    /// Where those of each byte begin in that list.
    begin: [u16; 257],
    mistake: Option<Mistake>,
}

thread_local! {
    static NONE: Clients = Clients::new([]);
}

/// A mistake that encodings are asked to make, for the tests of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// A number that is the length of the text after it is taken for that, and left out.
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
    /// These actors, by their names; no name may be part of another.
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

    /// The same, for encodings that make a mistake.
    pub(crate) fn mistaken(self, mistake: Option<Mistake>) -> Self {
        let Table { all, by_first, begin, .. } = &*self.0;
        let (all, by_first) = (all.clone(), by_first.clone());
        Self(Rc::new(Table { all, by_first, begin: *begin, mistake }))
    }

    /// No clients: nothing is renamed.
    pub(crate) fn none() -> Self {
        NONE.with(Self::clone)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.all.len()
    }

    /// The actor of each.
    pub(crate) fn actors(&self) -> impl Iterator<Item = ActorId> {
        self.0.all.iter().map(|(actor, _)| *actor)
    }

    /// The position of an actor among them.
    pub(crate) fn position(&self, actor: ActorId) -> Option<usize> {
        self.0.all.iter().position(|(client, _)| *client == actor)
    }

    /// Whether encodings make a mistake.
    pub(crate) fn is_mistaken(&self) -> bool {
        self.0.mistake.is_some()
    }

    /// Whether encodings make this mistake.
    pub(super) fn makes(&self, mistake: Mistake) -> bool {
        self.0.mistake == Some(mistake)
    }

    /// What texts call a client.
    pub(super) fn name(&self, client: u16) -> &[u8] {
        &self.0.all[usize::from(client)].1
    }

    /// The client whose name a text begins with; the text is not empty.
    pub(super) fn name_at(&self, text: &[u8]) -> Option<u16> {
        let Table { all, by_first, begin, .. } = &*self.0;
        let byte = usize::from(text[0]);
        let mut alike = by_first[begin[byte].into()..begin[byte + 1].into()].iter().copied();
        alike.find(|client| text.starts_with(&all[usize::from(*client)].1))
    }
}
