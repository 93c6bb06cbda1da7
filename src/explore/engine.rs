//! The engines by name, for programs that let the user choose.

use std::fmt;
use std::str::FromStr;

use super::{
    Exploration, LoomBounds, Sampling, Search, exhaustive, loom, minimal, pct, random, stress, urw,
};
use crate::scenario::Scenario;

/// An engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// Real threads, repeated many times.
    Stress,
    /// Every interleaving under the C11 memory model.
    Loom,
    /// Random walk.
    Random,
    /// Probabilistic concurrency testing.
    Pct,
    /// Uniform random walk.
    Urw,
    /// Every interleaving, each state once.
    Exhaustive,
    /// Every interleaving, from few faults and preemptions to many.
    Minimal,
}

/// The options of an engine; each engine ignores those that it has no use for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// The seed of the random numbers.
    pub seed: u64,
    /// The maximum number of executions; each engine has its own default.
    pub executions: Option<u64>,
    /// The maximum number of states held, for `exhaustive` and `minimal`.
    pub max_states: u64,
    /// The maximum number of bytes held, for these two; see [`Search::max_memory`].
    pub max_memory: u64,
    /// The maximum number of distinct ends executed live, for these two.
    pub live_ends: u64,
}

impl Default for Options {
    fn default() -> Self {
        let Search { max_states, max_memory, live_ends, .. } = Search::DEFAULT;
        Self { seed: 1, executions: None, max_states, max_memory, live_ends }
    }
}

impl Engine {
    /// All engines, in the order of the detection matrix.
    pub const ALL: [Self; 7] = [
        Self::Stress,
        Self::Loom,
        Self::Random,
        Self::Pct,
        Self::Urw,
        Self::Exhaustive,
        Self::Minimal,
    ];

    /// The number of priorities that PCT distinguishes: it finds a bug that takes two changes of priority.
    pub const PCT_DEPTH: usize = 3;

    /// The name in commands and verdicts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stress => "stress",
            Self::Loom => "loom",
            Self::Random => "random",
            Self::Pct => "pct",
            Self::Urw => "urw",
            Self::Exhaustive => "exhaustive",
            Self::Minimal => "minimal",
        }
    }

    /// Runs the scenario.
    #[must_use]
    pub fn explore<S: Scenario>(self, scenario: &S, options: &Options) -> Exploration {
        let or = |enough: u64| options.executions.unwrap_or(enough);
        let sampling = Sampling {
            seed: options.seed,
            executions: or(Sampling::default().executions),
            ..Sampling::default()
        };
        let search = Search {
            executions: or(Search::default().executions),
            max_states: options.max_states,
            max_memory: options.max_memory,
            live_ends: options.live_ends,
            ..Search::default()
        };
        match self {
            Self::Stress => stress(scenario, or(2_000)),
            // The same default as for the sampling engines.
            Self::Loom => loom(
                scenario,
                LoomBounds { executions: sampling.executions, ..LoomBounds::default() },
            ),
            Self::Random => random(scenario, sampling),
            Self::Pct => pct(scenario, Self::PCT_DEPTH, sampling),
            Self::Urw => urw(scenario, sampling),
            Self::Exhaustive => exhaustive(scenario, search),
            Self::Minimal => minimal(scenario, search),
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The error for an unknown engine name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an engine ({}), found \"{found}\"", Engine::ALL.map(Engine::name).join(", "))]
pub struct UnknownEngine {
    /// The name that was given.
    pub found: String,
}

impl FromStr for Engine {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<Self, UnknownEngine> {
        // The former name of the engine.
        let name_now = if name == "fewest" { "minimal" } else { name };
        let found = Self::ALL.into_iter().find(|engine| engine.name() == name_now);
        found.ok_or_else(|| UnknownEngine { found: name.to_owned() })
    }
}
