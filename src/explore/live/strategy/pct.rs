//! Probabilistic concurrency testing, as published: Burckhardt et al., "A Randomized Scheduler with
//! Probabilistic Guarantees of Finding Bugs", ASPLOS 2010.
//!
//! Actors and faults get random priorities, and the enabled one with the highest priority acts. At
//! `depth - 1` steps, drawn among as many as the longest execution so far had, the priority of the choice
//! that is *about to act* drops below those that were drawn. Each change has a priority of its own, which
//! does not depend on the order of the changes: of two choices that are lowered, either may be the lower
//! one. A bug of that depth is found in each execution with a probability of at least
//! `1 / (n * k^(depth - 1))`, for n actors and k steps.

use std::collections::BTreeMap;

use rand::{Rng, RngCore, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::explore::live::turn::{Choice, Decision, Strategy, Turn};
use crate::explore::progress::beat;

/// Probabilistic concurrency testing.
pub(in crate::explore::live) struct Pct {
    rng: Pcg64Mcg,
    depth: usize,
    executions: u64,
    most: u64,
    /// The number of steps of the longest execution.
    longest: usize,
    /// The number of choices made in this execution.
    steps: usize,
    /// The choices, counted from 0, before which a priority drops, and the new priority.
    changes: Vec<(usize, u64)>,
    /// The priorities of this execution, by name; those that have dropped lie below `depth`.
    priorities: BTreeMap<String, u64>,
}

impl Pct {
    pub(in crate::explore::live) fn new(seed: u64, depth: usize, executions: u64) -> Self {
        Self {
            rng: Pcg64Mcg::seed_from_u64(seed),
            depth: depth.max(1),
            executions: 0,
            most: executions,
            longest: 0,
            steps: 0,
            changes: Vec::new(),
            priorities: BTreeMap::new(),
        }
    }

    /// The choice with the highest priority.
    fn highest(&mut self, turn: &Turn<'_>) -> usize {
        let (depth, rng) = (self.depth as u64, &mut self.rng);
        let mut priority = |choice: &Choice| {
            let name = turn.label(*choice);
            match self.priorities.get(&name) {
                Some(priority) => *priority,
                None => {
                    let drawn = rng.next_u64().max(depth);
                    self.priorities.insert(name, drawn);
                    drawn
                }
            }
        };
        let ranked = turn.choices.iter().map(&mut priority).enumerate();
        ranked.max_by_key(|(at, priority)| (*priority, usize::MAX - at)).map_or(0, |(at, _)| at)
    }
}

impl Strategy for Pct {
    fn begin(&mut self) -> bool {
        if self.executions >= self.most {
            return false;
        }
        self.executions += 1;
        beat(self.executions, None);
        self.longest = self.longest.max(self.steps);
        self.steps = 0;
        self.priorities.clear();
        let (rng, longest) = (&mut self.rng, self.longest.max(1));
        let changes = 1..self.depth as u64;
        self.changes = changes.map(|lowered| (rng.gen_range(0..longest), lowered)).collect();
        true
    }

    fn choose(&mut self, turn: &Turn<'_>) -> Decision {
        while let Some(change) = self.changes.iter().position(|(at, _)| *at == self.steps) {
            let (_, priority) = self.changes.swap_remove(change);
            let lowered = self.highest(turn);
            let name = turn.label(turn.choices[lowered]);
            self.priorities.insert(name, priority);
        }
        self.steps += 1;
        Decision::Take(self.highest(turn))
    }
}
