//! The state of a live execution besides its world.

use std::collections::{BTreeMap, BTreeSet};

use crate::machine::fault::Injection;
use crate::machine::operation::Blocked;
use crate::trace::ActorId;

/// The state of a live execution besides its world.
#[derive(Default)]
pub(crate) struct Live {
    /// True if values are copied into the world, so that it can be compared.
    pub(crate) keeps_values: bool,
    /// True if it is a choice, too, when an actor begins, starts another one, sees one end, ends, releases a
    /// mutex, or begins to wait.
    pub(crate) every_step: bool,
    /// The main actor waits for the others to end.
    pub(crate) idle: bool,
    /// Actors that unwind because they were killed.
    pub(super) killed: BTreeSet<ActorId>,
    /// The number of times a killed actor went on all the same.
    pub(super) caught: BTreeMap<ActorId, u32>,
    /// The fault that strikes the next operation of an actor.
    pub(crate) struck: Option<(ActorId, Injection)>,
    /// No actor was enabled: the blocked actors, and what each waited for.
    pub(crate) deadlock: Option<Vec<(ActorId, Blocked)>>,
    /// The explorer ended this execution early.
    pub(crate) abandoned: bool,
    /// All actors unwind: nothing happens any more.
    pub(crate) over: bool,
    /// The actors, by the number of their task.
    pub(super) tasks: Vec<ActorId>,
}

impl Live {
    /// A new execution.
    pub(crate) fn new(keeps_values: bool, every_step: bool) -> Self {
        Self { keeps_values, every_step, tasks: vec![ActorId::MAIN], ..Self::default() }
    }

    /// A task was made for an actor.
    pub(super) fn add_task(&mut self, actor: ActorId) {
        self.tasks.push(actor);
    }

    /// The actor of a task.
    pub(crate) fn actor_of(&self, task: usize) -> Option<ActorId> {
        self.tasks.get(task).copied()
    }

    /// The task of an actor.
    pub(crate) fn task_of(&self, actor: ActorId) -> usize {
        self.tasks.iter().position(|other| *other == actor).unwrap_or_default()
    }

    /// Returns whether this actor was killed.
    pub(super) fn is_killed(&self, actor: ActorId) -> bool {
        self.killed.contains(&actor)
    }
}
