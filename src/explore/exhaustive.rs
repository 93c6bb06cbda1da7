//! Every interleaving, by depth-first search of real code: each execution runs the scenario again,
//! along a path that differs from the last one as late as possible.
//!
//! What makes that cheap:
//!
//! 1. **Invisible steps do not branch.** An actor runs up to its next visible step at once.
//! 2. **States are remembered.** An actor's own state is a function of what it has seen, so all that has
//!    been seen and all that is in shared objects is the state of the execution. A state that was
//!    reached before ends the execution. (The first ones run on: [`Search::net`].)
//! 3. **Clients that run the same code are interchangeable.** States that differ only in which client is
//!    which are one state, and of two clients in the same situation only one is tried.
//!
//! What it searches is sequentially consistent: like every engine on shuttle it is blind to weak memory, and
//! says so where that can make a difference ([`Verdict::Blind`]).

use std::sync::{Arc, Mutex};

use super::depth_first::{DepthFirst, Progress};
use super::drive::drive;
use super::mutation::Mutation;
use super::steer::lock;
use super::{Exploration, Verdict, progress};
use crate::scenario::Scenario;
use crate::sync::board::AtOnce;

/// How far an exhaustive search may go, and by which means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Search {
    /// How many executions to run at most.
    pub executions: u64,
    /// How many steps one execution may take before it is called endless.
    pub max_steps: usize,
    /// Whether invisible steps are taken at once: to begin, to start a thread, to see one end, to end, to
    /// release a mutex, and to wait right after taking it. If not, each is a choice as any other step is,
    /// but for those of the main actor, and what is found has no schedule. In either case faults strike,
    /// and time passes, only while everybody is before a visible step.
    pub invisible: bool,
    /// Whether states are remembered.
    pub memory: bool,
    /// Whether clients are interchangeable. It takes memory.
    pub symmetry: bool,
    /// How many of the executions that come to a remembered state run on to their ends all the same, and are
    /// judged there; the first ones do. Where a scenario keeps to the contract of [`Scenario`], that finds
    /// nothing and changes no count. Where it does not, it may show what is hidden: it is a net with holes,
    /// and no proof.
    pub net: u64,
    /// A mistake to make, for the tests of the tests.
    #[doc(hidden)]
    pub mutation: Option<Mutation>,
}

impl Search {
    /// Every reduction, and more executions than anybody waits for.
    pub const DEFAULT: Self = Self {
        executions: 10_000_000,
        max_steps: 10_000,
        invisible: true,
        memory: true,
        symmetry: true,
        net: 100,
        mutation: None,
    };

    /// What is no choice.
    pub(super) fn at_once(self) -> AtOnce {
        match self.mutation {
            _ if !self.invisible => AtOnce::Nothing,
            Some(Mutation::LocksAtOnce) => AtOnce::Locks,
            Some(Mutation::FirstStepsAtOnce) => AtOnce::FirstSteps,
            _ => AtOnce::Invisible,
        }
    }
}

impl Default for Search {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Searches every interleaving of the scenario, and every moment at which a fault of its budgets can
/// strike, until a property is broken or the search has ended by itself.
#[must_use]
pub fn exhaustive<S: Scenario>(scenario: &S, search: Search) -> Exploration {
    progress::begin();
    let progress = Arc::new(Mutex::new(Progress::default()));
    let chooser = DepthFirst::new(search, None, Arc::clone(&progress));
    let exploration = drive(scenario, chooser, search.max_steps);
    conclude(exploration, search, &progress)
}

/// What the search says of an exploration that it has ended.
pub(super) fn conclude(
    mut exploration: Exploration,
    search: Search,
    progress: &Mutex<Progress>,
) -> Exploration {
    let progress = lock(progress);
    exploration.states = search.memory.then_some(progress.states);
    exploration.verdict = exploration.verdict.of_search(progress.ended.clone());
    if matches!(exploration.verdict, Verdict::NotRun(_)) {
        exploration.vacuous = None;
    }
    exploration
}
