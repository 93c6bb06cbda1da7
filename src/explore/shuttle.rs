//! Random exploration with shuttle's schedulers: random walk, probabilistic concurrency testing, and
//! uniform random walk.

use shuttle::scheduler::{RandomScheduler, Scheduler, UrwRandomScheduler};

use super::Exploration;
use super::drive::{drive, steer};
use super::pct::Pct;
use super::steer::Steered;
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
    sample(scenario, scheduler, sampling)
}

/// Probabilistic concurrency testing with `depth - 1` changes of priority: it finds a bug of that depth
/// with a guaranteed probability (Burckhardt et al., "A Randomized Scheduler with Probabilistic
/// Guarantees of Finding Bugs", ASPLOS 2010).
#[must_use]
pub fn pct<S: Scenario>(scenario: &S, depth: usize, sampling: Sampling) -> Exploration {
    let scheduler = Pct::new(sampling.seed(), depth.max(1), sampling.count());
    sample(scenario, scheduler, sampling)
}

/// Uniform random walk: weighs each actor by the steps it has left, so that interleavings are drawn more
/// evenly (Zhao et al., "Selectively Uniform Concurrency Testing", ASPLOS 2025).
#[must_use]
pub fn urw<S: Scenario>(scenario: &S, sampling: Sampling) -> Exploration {
    let scheduler = UrwRandomScheduler::new_from_seed(sampling.seed(), sampling.count());
    let exploration = steer(scenario, sampling.max_steps, |log| {
        Steered::new(scheduler, log, sampling.max_steps).introducing()
    });
    seeded(exploration, sampling)
}

fn sample<S: Scenario>(
    scenario: &S,
    scheduler: impl Scheduler + 'static,
    sampling: Sampling,
) -> Exploration {
    seeded(drive(scenario, scheduler, sampling.max_steps), sampling)
}

fn seeded(mut exploration: Exploration, sampling: Sampling) -> Exploration {
    exploration.seed = Some(sampling.seed());
    exploration
}
