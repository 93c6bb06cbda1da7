//! The observations that lead to a local state, for runs alone.

use super::super::local::{Edge, Effect, Status};
use super::super::stop::Stop;
use super::Learner;
use crate::machine::encode::Encoded;
use crate::machine::operation::Observation;
use crate::sync::model::alone::{Log, digest};
use crate::trace::ActorId;

impl Learner {
    /// The observations that led to a local state, and those of the actors that started its actor, including
    /// `last` if given.
    pub(super) fn path(&self, from: u32, last: Option<u32>) -> Vec<(ActorId, Log)> {
        let mut log = Log::default();
        let mut note = |at: u32, seen: u32| {
            // The start of an actor is not an observation.
            if let Status::Before(operation) = self.locals[at as usize].status
                && !self.is_root(at)
            {
                let operation = &self.tables.operations[operation as usize].operation;
                log.operations.push(digest(&**operation));
                log.seen.push(self.tables.observations[seen as usize].clone());
            }
        };
        last.into_iter().for_each(|seen| note(from, seen));
        let mut at = from;
        while let Some((parent, seen)) = self.locals[at as usize].parent {
            note(parent, seen);
            at = parent;
        }
        log.operations.reverse();
        log.seen.reverse();
        let mut path = match self.locals[at as usize].origin {
            Some(edge) => {
                let Edge { from, observation, .. } = self.edges[edge as usize];
                self.path(from, Some(observation))
            }
            None => Vec::new(),
        };
        path.push((self.locals[at as usize].actor, log));
        path
    }

    /// Learns again everything that follows a folded local state, on other histories: those in which the
    /// actor observed several times a value declared not to matter.
    ///
    /// A loop may count its rounds for any purpose: one more round reveals a dependence on each of them, many
    /// more reveal that it gives up after some.
    pub(in crate::explore::learned) fn learn_folded_again(&mut self) -> Result<(), Stop> {
        const MANY: usize = 110;
        if self.others.is_empty() {
            return Ok(());
        }
        for (edge, more) in (0..self.edges.len()).flat_map(|edge| [(edge, 1), (edge, MANY)]) {
            let Edge { from, observation, next, .. } = self.edges[edge];
            let Some(path) = self.other_path(from, observation, more) else { continue };
            let actor = self.locals[from as usize].actor;
            let run = self.run(path)?;
            let operation = run.next.as_ref().map(|next| self.tables.operation(&next.operation));
            let same = match (self.locals[next as usize].status, operation) {
                (Status::Before(known), Some(now)) => known == now,
                (Status::Ended(known), None) => {
                    let result = run.result.clone().unwrap_or(Observation::Done);
                    run.ended && self.tables.observation(result) == known
                }
                _ => false,
            };
            let inherited = self.edges[edge].effects.iter().find_map(|effect| match effect {
                Effect::Spawn(_, root) => Some(self.locals[*root as usize].history.clone()),
                _ => None,
            });
            let inherited = inherited.unwrap_or_default();
            let effects = self.effects(actor, edge as u32, &inherited, run.effects)?;
            if !same || run.diverged.is_some() || effects != self.edges[edge].effects {
                let name = self.trace.actor(actor);
                return Err(Stop::Uncontrolled(format!(
                    "{name} does not do the same after other rounds of a loop: what it declared not to \
                     matter, by `retry` or `local`, does matter"
                )));
            }
        }
        Ok(())
    }

    /// Another path to a local state, through the nearest folded one before it; if that is a loop, with
    /// `more` additional rounds. Without a loop there is one other path.
    fn other_path(&self, from: u32, last: u32, more: usize) -> Option<Vec<(ActorId, Log)>> {
        let mut at = from;
        while !self.others.contains_key(&at) {
            at = self.locals[at as usize].parent?.0;
        }
        let (by, seen) = self.others[&at];
        let mut path = self.path(from, Some(last));
        let folded = self.path(at, None).pop()?.1;
        let mut other = self.path(by, Some(seen)).pop()?.1;
        let (_, log) = path.last_mut()?;
        let is_loop = self.comes_by(by, at);
        let rest = |log: &Log| Log {
            seen: log.seen[folded.seen.len()..].to_vec(),
            operations: log.operations[folded.operations.len()..].to_vec(),
        };
        if is_loop {
            let round = rest(&other);
            for _ in 0..more {
                other.seen.extend_from_slice(&round.seen);
                other.operations.extend_from_slice(&round.operations);
            }
        } else if more > 1 {
            return None;
        }
        let after = rest(log);
        other.seen.extend(after.seen);
        other.operations.extend(after.operations);
        *log = other;
        Some(path)
    }

    /// The history of an actor after its first `told` observations.
    pub(super) fn before(&self, from: u32, told: usize) -> Encoded {
        // The start of an actor, and its last observation, are not counted in the path.
        let mut at = from;
        let mut ancestors = vec![from];
        while let Some((parent, _)) = self.locals[at as usize].parent {
            ancestors.push(parent);
            at = parent;
        }
        ancestors.reverse();
        ancestors
            .get(told)
            .map_or_else(Encoded::default, |at| self.locals[*at as usize].history.clone())
    }
}
