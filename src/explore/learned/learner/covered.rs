//! The edges that live executions have taken.

use super::super::local::{Edge, Shown};
use super::Learner;
use crate::trace::ActorId;

impl Learner {
    /// The actor of an edge.
    pub(in crate::explore::learned) fn actor_of(&self, edge: u32) -> ActorId {
        self.locals[self.edges[edge as usize].from as usize].actor
    }

    /// Notes that a live execution has taken this edge; there, its actor is `live`.
    pub(in crate::explore::learned) fn cover(&mut self, edge: u32, live: ActorId) {
        let renamed = live != self.actor_of(edge);
        self.edges[edge as usize].covered[usize::from(renamed)] = true;
        if let Some(look) = self.look(edge) {
            let shown = self.shown.entry(look).or_insert(Shown::By(live));
            if *shown != Shown::By(live) {
                *shown = Shown::BySeveral;
            }
        }
    }

    /// Returns whether a live execution has taken this edge; if `renamed`, as the edge of a client of another
    /// name.
    pub(in crate::explore::learned) fn is_covered(&self, edge: u32, renamed: bool) -> bool {
        let is_shown = || {
            let shown = self.look(edge).and_then(|look| self.shown.get(&look));
            shown.is_some_and(|shown| *shown == Shown::BySeveral)
        };
        self.edges[edge as usize].covered[usize::from(renamed)] || (renamed && is_shown())
    }

    /// The edge from the point of view of its client, if it mentions no other client: equal for all clients
    /// that behave alike.
    fn look(&self, edge: u32) -> Option<(u128, u128)> {
        let Edge { from, next, .. } = &self.edges[edge as usize];
        let [from, next] = [from, next].map(|local| &self.locals[*local as usize]);
        self.tables.clients.position(from.actor)?;
        (!from.mentions_others && !next.mentions_others).then_some((from.alone, next.alone))
    }
}
