//! A value for each actor, by its number: most executions have few actors, and touch this in every step.

use crate::trace::ActorId;

/// At most one value of each actor.
pub(super) struct OfActors<T>(Vec<Option<T>>);

impl<T> OfActors<T> {
    /// None of any actor.
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn get(&self, actor: ActorId) -> Option<&T> {
        self.0.get(actor.index())?.as_ref()
    }

    pub(super) fn insert(&mut self, actor: ActorId, value: T) {
        *self.slot(actor) = Some(value);
    }

    pub(super) fn remove(&mut self, actor: ActorId) -> Option<T> {
        self.0.get_mut(actor.index())?.take()
    }

    /// The value of an actor, or a new one.
    pub(super) fn or_default(&mut self, actor: ActorId) -> &mut T
    where
        T: Default,
    {
        self.slot(actor).get_or_insert_default()
    }

    fn slot(&mut self, actor: ActorId) -> &mut Option<T> {
        if self.0.len() <= actor.index() {
            self.0.resize_with(actor.index() + 1, || None);
        }
        &mut self.0[actor.index()]
    }
}
