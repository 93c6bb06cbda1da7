//! A random walk: each choice is drawn uniformly.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::explore::live::turn::{Decision, Strategy, Turn};
use crate::explore::progress::beat;

/// A random walk.
pub(in crate::explore::live) struct Random {
    rng: Pcg64Mcg,
    executions: u64,
    most: u64,
}

impl Random {
    pub(in crate::explore::live) fn new(seed: u64, executions: u64) -> Self {
        Self { rng: Pcg64Mcg::seed_from_u64(seed), executions: 0, most: executions }
    }
}

impl Strategy for Random {
    fn begin(&mut self) -> bool {
        if self.executions >= self.most {
            return false;
        }
        self.executions += 1;
        beat(self.executions, None);
        true
    }

    fn choose(&mut self, turn: &Turn<'_>) -> Decision {
        Decision::Take(self.rng.gen_range(0..turn.choices.len()))
    }
}
