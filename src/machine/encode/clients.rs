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
    /// The bytes that names begin with.
    first: [bool; 256],
    mistake: Option<Mistake>,
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
        let mut first = [false; 256];
        let bytes = all.iter().filter_map(|(_, name)| name.first());
        bytes.for_each(|byte| first[usize::from(*byte)] = true);
        Self(Rc::new(Table { all, first, mistake: None }))
    }

    /// The same, for encodings that make a mistake.
    pub(crate) fn mistaken(self, mistake: Option<Mistake>) -> Self {
        let Table { all, first, .. } = &*self.0;
        Self(Rc::new(Table { all: all.clone(), first: *first, mistake }))
    }

    /// No clients: nothing is renamed.
    pub(crate) fn none() -> Self {
        Self::new([])
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
        let Table { all, first, .. } = &*self.0;
        if !first[usize::from(text[0])] {
            return None;
        }
        let found =
            all.iter().position(|(_, name)| name[0] == text[0] && text.starts_with(name))?;
        u16::try_from(found).ok()
    }
}
