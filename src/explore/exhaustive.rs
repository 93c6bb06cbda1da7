//! Every interleaving, by depth-first search of real code: each execution runs the scenario again,
//! along a path that differs from the last one as late as possible.
//!
//! What makes that cheap:
//!
//! 1. **Invisible steps do not branch.** An actor runs up to its next visible step at once.
//! 2. **States are remembered.** An actor's own state is a function of what it has seen, so all that has
//!    been seen and all that is in shared objects is the state of the execution. A state that was
//!    reached before ends the execution.
//! 3. **Clients that run the same code are interchangeable.** States that differ only in which client is
//!    which are one state, and of two clients in the same situation only one is tried.
//!
//! What it searches is sequentially consistent: like every engine on shuttle it is blind to weak memory.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::drive::drive;
use super::fingerprint::Snapshot;
use super::steer::{Choice, Chooser, Turn, lock};
use super::{Bound, Exploration, Verdict};
use crate::scenario::Scenario;
use crate::sync::board;
use crate::sync::tape::Tape;
use crate::trace::{self, ActorId};

/// How far an exhaustive search may go, and by which means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Search {
    /// How many executions to run at most.
    pub executions: u64,
    /// How many steps one execution may take before it is called endless.
    pub max_steps: usize,
    /// Whether states are remembered.
    pub memory: bool,
    /// Whether clients are interchangeable. It takes memory.
    pub symmetry: bool,
}

impl Default for Search {
    fn default() -> Self {
        Self { executions: 10_000_000, max_steps: 10_000, memory: true, symmetry: true }
    }
}

/// Searches every interleaving of the scenario, and every moment at which a fault of its budgets can
/// strike, until a property is broken or the search has ended by itself.
#[must_use]
pub fn exhaustive<S: Scenario>(scenario: &S, search: Search) -> Exploration {
    let progress = Arc::new(Mutex::new(Progress::default()));
    let chooser = DepthFirst::new(search, Arc::clone(&progress));
    let mut exploration = drive(scenario, chooser, search.max_steps);
    let progress = lock(&progress);
    exploration.states = search.memory.then_some(progress.states);
    if exploration.verdict == Verdict::Sampled {
        exploration.verdict = match &progress.ended {
            Some(verdict) => verdict.clone(),
            None => Verdict::Exhausted,
        };
    }
    exploration
}

/// What the search tells the engine.
#[derive(Debug, Default)]
struct Progress {
    states: u64,
    /// Why the search ended before it was exhausted.
    ended: Option<Verdict>,
}

/// A choice that was made, and those that were not made yet.
struct Level {
    choices: Vec<ActorId>,
    at: usize,
}

/// Depth-first search, as a chooser.
struct DepthFirst {
    search: Search,
    progress: Arc<Mutex<Progress>>,
    executions: u64,
    levels: Vec<Level>,
    depth: usize,
    visited: BTreeSet<u64>,
}

impl DepthFirst {
    fn new(search: Search, progress: Arc<Mutex<Progress>>) -> Self {
        Self {
            search,
            progress,
            executions: 0,
            levels: Vec::new(),
            depth: 0,
            visited: BTreeSet::new(),
        }
    }

    /// Goes back to the last choice that has an alternative, and takes it.
    fn backtrack(&mut self) -> bool {
        while let Some(level) = self.levels.last_mut() {
            level.at += 1;
            if level.at < level.choices.len() {
                return true;
            }
            self.levels.pop();
        }
        false
    }

    fn end(&mut self, verdict: Verdict) -> Choice {
        lock(&self.progress).ended = Some(verdict);
        Choice::Abandon
    }

    /// A new decision: the state is looked at, and unless it is known all choices are put down.
    fn branch(&mut self, turn: &Turn<'_>) -> Choice {
        let mut choices = in_order(turn);
        if self.search.memory {
            if let Some(object) = board::opaque() {
                let name = trace::current().map(|it| it.with_trace(|names| names.object(object).to_owned()));
                let name = name.unwrap_or_default();
                let why = format!("{name} holds a value that cannot be hashed, so states cannot be compared");
                return self.end(Verdict::NotRun(why));
            }
            let snapshot = snapshot(self.search.symmetry);
            if !self.visited.insert(snapshot.fingerprint()) {
                return Choice::Abandon;
            }
            lock(&self.progress).states += 1;
            if self.search.symmetry {
                choices = representatives(&choices, &snapshot);
            }
        }
        let chosen = choices[0];
        self.levels.push(Level { choices, at: 0 });
        self.depth += 1;
        Choice::Go(chosen)
    }
}

impl Chooser for DepthFirst {
    fn begin(&mut self) -> bool {
        if lock(&self.progress).ended.is_some() || (self.executions > 0 && !self.backtrack()) {
            return false;
        }
        if self.executions >= self.search.executions {
            self.end(Verdict::BoundHit(Bound::Executions(self.search.executions)));
            return false;
        }
        self.executions += 1;
        self.depth = 0;
        true
    }

    fn choose(&mut self, turn: &Turn<'_>) -> Choice {
        let Some(level) = self.levels.get(self.depth) else { return self.branch(turn) };
        let chosen = level.choices[level.at];
        self.depth += 1;
        if turn.enabled.contains(&chosen) || turn.offers.contains(&chosen) {
            return Choice::Go(chosen);
        }
        let why = "two executions that made the same choices came to different states: the scenario depends on \
                   something that is not part of it, such as time, addresses, or the order of a hash map";
        self.end(Verdict::NotRun(why.to_owned()))
    }

    fn remembers(&self) -> bool {
        self.search.memory
    }
}

/// The actor that ran last first, so that the first executions have the fewest switches; faults last.
fn in_order(turn: &Turn<'_>) -> Vec<ActorId> {
    let last = turn.last.filter(|last| turn.enabled.contains(last));
    let others = turn.enabled.iter().copied().filter(|actor| Some(*actor) != last);
    last.into_iter().chain(others).chain(turn.offers.iter().copied()).collect()
}

/// The state of this execution, as it is now.
fn snapshot(symmetry: bool) -> Snapshot {
    let mut watched = Tape::default();
    let mut clients = Vec::new();
    if let Some(recorder) = trace::current() {
        recorder.remember(&mut watched);
        if symmetry {
            let named = board::clients().into_iter();
            clients = named.map(|actor| (actor, recorder.actor_name(actor))).collect();
        }
    }
    Snapshot::new(board::state(), watched, clients)
}

/// One of each set of clients that could change places without anybody noticing.
fn representatives(choices: &[ActorId], snapshot: &Snapshot) -> Vec<ActorId> {
    let mut kept: Vec<ActorId> = Vec::new();
    for choice in choices {
        if !kept.iter().any(|other| snapshot.interchangeable(*other, *choice)) {
            kept.push(*choice);
        }
    }
    kept
}
