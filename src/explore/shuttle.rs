//! Random exploration with shuttle's schedulers: random walk, probabilistic concurrency testing, and
//! uniform random walk.

use std::mem::ManuallyDrop;

use shuttle::scheduler::{RandomScheduler, Scheduler, Task, TaskId, UrwRandomScheduler};

use super::Exploration;
use super::drive::drive;
use super::pct::Pct;
use super::steer::{Choice, Chooser, Turn, actor};
use crate::scenario::Scenario;

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
    /// shuttle lets this variable replace every seed; the verdict must then say so.
    fn seed(self) -> u64 {
        let from_env = std::env::var("SHUTTLE_RANDOM_SEED").ok();
        from_env.and_then(|seed| seed.parse().ok()).unwrap_or(self.seed)
    }

    fn count(self) -> usize {
        usize::try_from(self.executions).unwrap_or(usize::MAX)
    }
}

/// Chooses each step uniformly among the actors that can go on.
#[must_use]
pub fn random<S: Scenario>(scenario: &S, sampling: Sampling) -> Exploration {
    let scheduler = RandomScheduler::new_from_seed(sampling.seed(), sampling.count());
    sample(scenario, Drawn::by(scheduler), sampling)
}

/// Probabilistic concurrency testing with `depth - 1` changes of priority: it finds a bug of that depth
/// with a guaranteed probability (Burckhardt et al., "A Randomized Scheduler with Probabilistic
/// Guarantees of Finding Bugs", ASPLOS 2010).
#[must_use]
pub fn pct<S: Scenario>(scenario: &S, depth: usize, sampling: Sampling) -> Exploration {
    let scheduler = Pct::new(sampling.seed(), depth.max(1), sampling.count());
    sample(scenario, Drawn::by(scheduler), sampling)
}

/// Uniform random walk: weighs each actor by the steps it has left, so that interleavings are drawn more
/// evenly (Zhao et al., "Selectively Uniform Concurrency Testing", ASPLOS 2025).
#[must_use]
pub fn urw<S: Scenario>(scenario: &S, sampling: Sampling) -> Exploration {
    let scheduler = UrwRandomScheduler::new_from_seed(sampling.seed(), sampling.count());
    let drawn = Drawn { introduced: Some(0), ..Drawn::by(scheduler) };
    sample(scenario, drawn, sampling)
}

fn sample<S: Scenario>(scenario: &S, drawn: impl Chooser, sampling: Sampling) -> Exploration {
    let mut exploration = drive(scenario, drawn, sampling.max_steps);
    exploration.seed = Some(sampling.seed());
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
}

impl<S> Drawn<S> {
    fn by(scheduler: S) -> Self {
        Self { scheduler: ManuallyDrop::new(scheduler), last: None, introduced: None }
    }
}

impl<S: Scheduler + 'static> Chooser for Drawn<S> {
    fn begin(&mut self) -> bool {
        self.last = None;
        self.introduced = self.introduced.map(|_| 0);
        self.scheduler.new_execution().is_some()
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
}
