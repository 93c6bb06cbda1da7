//! Every sequence of choices, one after the other, with nothing remembered: simple enough to judge the other
//! searches by.

use crate::explore::live::turn::{Decision, Strategy, Turn};
use crate::explore::progress::beat;

/// Depth-first search.
pub(in crate::explore::live) struct DepthFirst {
    /// For each choice of the current execution: the number of alternatives, and the one taken.
    path: Vec<(usize, usize)>,
    at: usize,
    executions: u64,
    most: u64,
    every_step: bool,
}

impl DepthFirst {
    pub(in crate::explore::live) const fn new(executions: u64, every_step: bool) -> Self {
        Self { path: Vec::new(), at: 0, executions: 0, most: executions, every_step }
    }

    /// Backtracks to the last choice that has an untried alternative, and takes it.
    fn backtrack(&mut self) -> bool {
        while let Some((choices, taken)) = self.path.pop() {
            if taken + 1 < choices {
                self.path.push((choices, taken + 1));
                return true;
            }
        }
        false
    }
}

impl Strategy for DepthFirst {
    fn begin(&mut self) -> bool {
        if self.executions >= self.most || (self.executions > 0 && !self.backtrack()) {
            return false;
        }
        self.at = 0;
        self.executions += 1;
        beat(self.executions, Some(self.path.len()));
        true
    }

    fn choose(&mut self, turn: &Turn<'_>) -> Decision {
        let choices = turn.choices.len();
        let taken = match self.path.get(self.at) {
            // A nondeterministic scenario has other choices now.
            Some((_, taken)) => (*taken).min(choices - 1),
            None => {
                self.path.push((choices, 0));
                0
            }
        };
        self.at += 1;
        Decision::Take(taken)
    }

    fn every_step(&self) -> bool {
        self.every_step
    }
}
