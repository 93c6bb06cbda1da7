//! Uniform random walk: each actor is weighed by its remaining steps, so that interleavings are drawn more
//! evenly (Zhao et al., "Selectively Uniform Concurrency Testing", ASPLOS 2025). The number of remaining
//! steps is estimated from the most that the actor was seen to take.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::explore::live::turn::{Decision, Strategy, Turn};
use crate::explore::progress::beat;

/// A uniform random walk.
pub(in crate::explore::live) struct Urw {
    rng: Pcg64Mcg,
    executions: u64,
    most: u64,
    /// The most steps that each actor was seen to take, by name.
    expected: BTreeMap<String, u64>,
    /// The number of steps that each actor has taken in this execution.
    taken: BTreeMap<String, u64>,
}

impl Urw {
    pub(in crate::explore::live) fn new(seed: u64, executions: u64) -> Self {
        Self {
            rng: Pcg64Mcg::seed_from_u64(seed),
            executions: 0,
            most: executions,
            expected: BTreeMap::new(),
            taken: BTreeMap::new(),
        }
    }
}

impl Strategy for Urw {
    fn begin(&mut self) -> bool {
        if self.executions >= self.most {
            return false;
        }
        self.executions += 1;
        beat(self.executions, None);
        for (name, taken) in std::mem::take(&mut self.taken) {
            let expected = self.expected.entry(name).or_default();
            *expected = taken.max(*expected);
        }
        true
    }

    fn choose(&mut self, turn: &Turn<'_>) -> Decision {
        let left = |choice| {
            let name = turn.label(choice);
            let [expected, taken] =
                [&self.expected, &self.taken].map(|all| all.get(&name).copied().unwrap_or(0));
            // An actor that continues beyond that has at least this step left.
            expected.saturating_sub(taken).max(1)
        };
        let weights: Vec<u64> = turn.choices.iter().map(|choice| left(*choice)).collect();
        let mut drawn = self.rng.gen_range(0..weights.iter().sum());
        let chosen = weights.iter().position(|weight| {
            let here = drawn < *weight;
            drawn = drawn.saturating_sub(*weight);
            here
        });
        let chosen = chosen.unwrap_or(0);
        *self.taken.entry(turn.label(turn.choices[chosen])).or_default() += 1;
        Decision::Take(chosen)
    }
}
