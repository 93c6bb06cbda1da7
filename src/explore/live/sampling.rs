//! Engines that sample interleavings.

use super::drive::drive;
use super::replay::shown;
use super::strategy::pct::Pct;
use super::strategy::random::Random;
use super::strategy::urw::Urw;
use super::turn::Strategy;
use crate::explore::thread::on_own_thread;
use crate::explore::verdict::Exploration;
use crate::scenario::Scenario;
use crate::scenario::program::erase;

/// The settings of a sampling engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sampling {
    /// The seed of the random numbers: equal seeds draw equal interleavings.
    pub seed: u64,
    /// The number of executions to draw.
    pub executions: u64,
    /// The maximum number of steps of one execution before it counts as endless.
    pub max_steps: usize,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { seed: 1, executions: 20_000, max_steps: 10_000 }
    }
}

/// Chooses each step uniformly among the actors and faults that can take one.
#[must_use]
pub fn random<S: Scenario>(scenario: &S, sampling: Sampling) -> Exploration {
    sample(scenario, sampling, Random::new(sampling.seed, sampling.executions))
}

/// Runs probabilistic concurrency testing with `depth - 1` changes of priority: it finds a bug of that depth
/// with a guaranteed probability (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of
/// Finding Bugs", ASPLOS 2010).
#[must_use]
pub fn pct<S: Scenario>(scenario: &S, depth: usize, sampling: Sampling) -> Exploration {
    sample(scenario, sampling, Pct::new(sampling.seed, depth, sampling.executions))
}

/// Runs a uniform random walk: it weighs each actor by its remaining steps, so that interleavings are drawn
/// more evenly (Zhao et al., "Selectively Uniform Concurrency Testing", ASPLOS 2025).
#[must_use]
pub fn urw<S: Scenario>(scenario: &S, sampling: Sampling) -> Exploration {
    sample(scenario, sampling, Urw::new(sampling.seed, sampling.executions))
}

fn sample<S: Scenario>(
    scenario: &S,
    sampling: Sampling,
    strategy: impl Strategy + Send,
) -> Exploration {
    let program = erase(scenario);
    on_own_thread(move || {
        let mut exploration = shown(&program, drive(&program, strategy, sampling.max_steps));
        exploration.seed = Some(sampling.seed);
        exploration
    })
}
