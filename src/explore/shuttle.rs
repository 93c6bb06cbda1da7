//! Exploration with shuttle's own schedulers: random walk, probabilistic concurrency testing, uniform
//! random walk, and depth-first search.

use std::mem::ManuallyDrop;
use std::time::Instant;

use shuttle::scheduler::{
    DfsScheduler, RandomScheduler, Scheduler, Task, TaskId, UrwRandomScheduler,
};

use super::drive::drive;
use super::pct::Pct;
use super::progress::{self, beat};
use super::steer::{Choice, Chooser, Turn, actor};
use super::{Bound, Exploration, Search, Verdict};
use crate::scenario::Scenario;
use crate::sync::board::AtOnce;

/// The variable that replaces every seed.
const SEED: &str = "SHUTTLE_RANDOM_SEED";

/// How to draw interleavings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sampling {
    /// Where the random numbers start from: equal seeds draw equal interleavings.
    pub seed: u64,
    /// How many executions to draw.
    pub executions: u64,
    /// How many steps one execution may take before it is called endless.
    pub max_steps: usize,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { seed: 1, executions: 20_000, max_steps: 10_000 }
    }
}

impl Sampling {
    /// shuttle lets this variable replace every seed, and panics at one that is no number; the verdict
    /// must then say so.
    fn seed(self) -> Result<u64, Verdict> {
        let Ok(text) = std::env::var(SEED) else { return Ok(self.seed) };
        text.parse().map_err(|_| {
            Verdict::NotRun(format!("{SEED} is set to \"{text}\", which is no seed: unset it"))
        })
    }

    fn count(self) -> usize {
        usize::try_from(self.executions).unwrap_or(usize::MAX)
    }
}

/// Chooses each step uniformly among the actors that can go on.
#[must_use]
pub fn random<S: Scenario>(scenario: &S, sampling: Sampling) -> Exploration {
    sample(scenario, sampling, |seed| {
        Drawn::by(RandomScheduler::new_from_seed(seed, sampling.count()))
    })
}

/// Probabilistic concurrency testing with `depth - 1` changes of priority: it finds a bug of that depth
/// with a guaranteed probability (Burckhardt et al., "A Randomized Scheduler with Probabilistic
/// Guarantees of Finding Bugs", ASPLOS 2010).
#[must_use]
pub fn pct<S: Scenario>(scenario: &S, depth: usize, sampling: Sampling) -> Exploration {
    sample(scenario, sampling, |seed| Drawn::by(Pct::new(seed, depth.max(1), sampling.count())))
}

/// Uniform random walk: weighs each actor by the steps it has left, so that interleavings are drawn more
/// evenly (Zhao et al., "Selectively Uniform Concurrency Testing", ASPLOS 2025).
#[must_use]
pub fn urw<S: Scenario>(scenario: &S, sampling: Sampling) -> Exploration {
    sample(scenario, sampling, |seed| {
        let scheduler = UrwRandomScheduler::new_from_seed(seed, sampling.count());
        Drawn { introduced: Some(0), ..Drawn::by(scheduler) }
    })
}

/// Every interleaving of visible steps, one after the other, with nothing remembered: slow, and simple
/// enough to judge the other searches by. Of `search` only the bounds matter, and whether there is a choice
/// at invisible steps, too.
#[must_use]
pub fn brute_force<S: Scenario>(scenario: &S, search: Search) -> Exploration {
    progress::begin();
    let exploration = drive(scenario, brute_force_chooser(search), search.max_steps);
    brute_force_verdict(exploration, search)
}

pub(super) fn brute_force_chooser(search: Search) -> impl Chooser {
    let most = usize::try_from(search.executions).unwrap_or(usize::MAX);
    let at_once = Search { mutation: None, ..search }.at_once();
    Drawn { at_once, ..Drawn::by(DfsScheduler::new(Some(most), false)) }
}

pub(super) fn brute_force_verdict(exploration: Exploration, search: Search) -> Exploration {
    // It may just have ended; the scheduler does not tell.
    let bound = Verdict::BoundHit(Bound::Executions(search.executions));
    let ended = (exploration.executions >= search.executions).then_some(bound);
    Exploration { verdict: exploration.verdict.clone().of_search(ended), ..exploration }
}

/// Draws interleavings with the scheduler that `scheduler` makes of a seed.
fn sample<S: Scenario, C: Chooser>(
    scenario: &S,
    sampling: Sampling,
    scheduler: impl FnOnce(u64) -> C,
) -> Exploration {
    let seed = match sampling.seed() {
        Ok(seed) => seed,
        Err(not_run) => return Exploration::of(not_run, Instant::now()),
    };
    progress::begin();
    let mut exploration = drive(scenario, scheduler(seed), sampling.max_steps);
    exploration.seed = Some(seed);
    exploration
}

/// A scheduler of shuttle's as a chooser.
struct Drawn<S> {
    /// Never dropped: the random one prints a seed when it is dropped before its last execution.
    scheduler: ManuallyDrop<S>,
    /// Whom it chose last; it has not heard of what others decided.
    last: Option<TaskId>,
    /// How many tasks it has been shown, if it counts on seeing each as it is spawned.
    introduced: Option<usize>,
    /// How many executions were begun.
    executions: u64,
    at_once: AtOnce,
}

impl<S> Drawn<S> {
    fn by(scheduler: S) -> Self {
        Self {
            scheduler: ManuallyDrop::new(scheduler),
            last: None,
            introduced: None,
            executions: 0,
            at_once: AtOnce::default(),
        }
    }
}

impl<S: Scheduler + 'static> Chooser for Drawn<S> {
    fn begin(&mut self) -> bool {
        self.last = None;
        self.introduced = self.introduced.map(|_| 0);
        if self.scheduler.new_execution().is_none() {
            return false;
        }
        self.executions += 1;
        beat(self.executions, None, None);
        true
    }

    fn look(&mut self, tasks: &[&Task]) {
        let Some(known) = &mut self.introduced else { return };
        let newest = tasks.iter().map(|task| usize::from(task.id()) + 1).max().unwrap_or(0);
        if newest > *known {
            *known = newest;
            // What it chooses does not matter here: most of them cannot go on.
            let _ = self.scheduler.next_task(tasks, None, false);
        }
    }

    fn choose(&mut self, turn: &Turn<'_>) -> Choice {
        let able = turn.tasks.iter().filter(|task| turn.admits(actor(task.id())));
        let candidates: Vec<&Task> = able.copied().collect();
        self.last = self.scheduler.next_task(&candidates, self.last, false);
        self.last.map_or(Choice::Abandon, |task| Choice::Go(actor(task)))
    }

    fn at_once(&self) -> AtOnce {
        self.at_once
    }
}
