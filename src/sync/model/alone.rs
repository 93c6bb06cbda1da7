//! A run of one actor alone, on given observations.
//!
//! An actor that another one starts is run by running its parent up to the start: the body of the child then
//! runs in place of the rest of the parent.

use std::hash::Hasher;
use std::rc::Rc;

use crate::machine::encode::{Clients, Encoded};
use crate::machine::operation::{Observation, Operation};
use crate::machine::state::Pending;
use crate::trace::ActorId;

/// The payload that ends a run when its actor's next operation has no observation. It is no panic: no hook
/// runs.
pub(crate) struct NextOperation;

/// An actor's observations, and its operations when it made the same observations before.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    /// The observations, oldest first.
    pub(crate) seen: Vec<Observation>,
    /// The digest of the operation that each is the observation of.
    pub(crate) operations: Vec<u128>,
}

/// An action of an actor besides the operations from which it learns something.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// This takes effect as a part of its last step.
    Do(Rc<dyn Operation>),
    /// It starts this actor.
    Spawn(ActorId),
}

/// A run alone.
pub(crate) struct Alone {
    /// The actors that run: one that the main actor started, its child, and so on. The run is for the last
    /// one.
    path: Vec<(ActorId, Log)>,
    /// The number of them that were started; the last of these runs.
    stage: usize,
    /// The number of observations in its log that it has received.
    at: usize,
    /// The clients whose names are cut out of what it learns.
    clients: Clients,
    over: bool,
    /// The number of times it was stopped and went on all the same.
    pub(super) stops: u32,
    /// True if it unwinds because it was stopped.
    pub(super) stops_unwinding: bool,
    /// The operation for which there is no observation.
    pub(crate) next: Option<Pending>,
    /// Its actions after the last observation.
    pub(crate) effects: Vec<Effect>,
    /// The encoding of what it learned from them.
    pub(crate) seen: Encoded,
    /// The part of the earlier observations that does not matter any more.
    pub(crate) folded: Option<Fold>,
    /// The body is over.
    pub(crate) ended: bool,
    /// Its return value.
    pub(crate) result: Option<Observation>,
    /// In this step of its own, counted from 1, it did something else than when it observed the same before.
    pub(crate) diverged: Option<usize>,
}

impl Alone {
    /// A run along this path.
    pub(crate) fn new(path: Vec<(ActorId, Log)>, clients: Clients) -> Self {
        Self {
            path,
            stage: 0,
            at: 0,
            clients,
            over: false,
            stops: 0,
            stops_unwinding: false,
            next: None,
            effects: Vec::new(),
            seen: Encoded::default(),
            folded: None,
            ended: false,
            result: None,
            diverged: None,
        }
    }

    /// The log of the actor that runs.
    fn log(&self) -> Option<&Log> {
        Some(&self.path[self.stage.checked_sub(1)?].1)
    }

    /// Returns whether the running actor has received all observations of its log.
    fn is_told(&self) -> bool {
        self.log().is_none_or(|log| self.at >= log.seen.len())
    }

    /// Returns whether the current action is new: the actor for which the run is has received all its
    /// observations.
    fn is_new(&self) -> bool {
        !self.over && self.stage == self.path.len() && self.is_told()
    }

    /// Returns whether the run is over.
    pub(crate) const fn is_over(&self) -> bool {
        self.over
    }

    /// Ends the run.
    pub(super) const fn finish(&mut self) {
        self.over = true;
    }

    /// The answer to an operation, if there is one.
    pub(super) fn perform(&mut self, pending: Pending) -> Option<Observation> {
        if self.over {
            self.stops += 1;
            return None;
        }
        let Some(seen) = self.log().and_then(|log| log.seen.get(self.at).cloned()) else {
            self.over = true;
            if self.stage == self.path.len() {
                self.next = Some(pending);
            } else {
                self.diverged.get_or_insert(self.at + 1);
            }
            return None;
        };
        let known = self.log().and_then(|log| log.operations.get(self.at).copied());
        if known != Some(digest(&*pending.operation)) {
            self.diverged.get_or_insert(self.at + 1);
        }
        self.at += 1;
        Some(seen)
    }

    /// Something was done without asking.
    pub(super) fn effect(&mut self, effect: Effect) {
        if self.is_new() {
            self.effects.push(effect);
        }
    }

    /// Returns whether the body of this actor, which is being started, runs next.
    pub(super) fn enter(&mut self, child: ActorId) -> bool {
        let is_next = !self.over
            && self.is_told()
            && self.path.get(self.stage).is_some_and(|(next, _)| *next == child);
        if is_next {
            self.stage += 1;
            self.at = 0;
        }
        is_next
    }

    /// The actor learned this.
    pub(super) fn observe(&mut self, write: &dyn Fn(&mut dyn Hasher)) {
        if self.is_new() {
            self.seen.append(&Encoded::with(&self.clients, write));
        }
    }

    /// The body is over, and returned this.
    pub(super) fn end(&mut self, result: Option<Observation>) {
        if !self.over {
            if !self.is_told() {
                self.diverged.get_or_insert(self.at + 1);
            }
            self.ended = true;
            self.result = result;
        }
    }

    /// The number of observations that the running actor has received.
    pub(super) const fn told(&self) -> usize {
        self.at
    }

    /// The actor's past observations do not matter any more.
    pub(super) fn fold(&mut self, fold: Fold) {
        if self.is_new() {
            (self.seen, self.folded) = (Encoded::default(), Some(fold));
        }
    }
}

/// The part of an actor's observations that does not matter any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    /// All of them.
    All,
    /// Those after this many observations.
    Since(usize),
}

/// The digest of an operation, with all names as they are.
pub(crate) fn digest(operation: &dyn Operation) -> u128 {
    Encoded::with(&Clients::none(), |hasher| operation.encode(hasher)).identity()
}
