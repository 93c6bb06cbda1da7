//! Minimisation of a schedule: everything that the violation does not need is taken out, by delta debugging
//! (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 2002) over runs of
//! steps instead of characters.
//!
//! A schedule found by random search has needless preemptions. Each attempt edits it and runs the scenario
//! along the result; names that are not enabled are skipped, and beyond the end of the schedule the actors
//! continue by default. The resulting interleaving counts: if it breaks the same property and is simpler, it
//! replaces the old one. So every intermediate result is an execution that has happened.
//!
//! Simpler means fewer faults; with as many faults, fewer preemptions; then fewer runs, then fewer steps. No
//! edit that is tried makes the result simpler. That is a local minimum, not a proof: the proof, at the price
//! of a search, is [`minimal`](super::minimal()).

use std::sync::Arc;
use std::time::Instant;

use super::cost::Cost;
use super::divergence::Divergence;
use super::live::replay::{self, Misfit};
use super::schedule::Schedule;
use super::thread::on_own_thread;
use super::verdict::{Exploration, Verdict};
use crate::scenario::program::{Program, erase};
use crate::scenario::{Property, Scenario};

/// The maximum number of executions; the simplest result by then is returned.
const MOST_EXECUTIONS: u64 = 20_000;

/// The reason why a schedule was not minimised.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MinimiseError {
    /// The schedule cannot be run as it is.
    #[error(transparent)]
    Diverged(#[from] Divergence),
    /// The schedule can be run, and every property holds.
    #[error(
        "the schedule breaks nothing ({0}), so there is nothing that a shorter one should break"
    )]
    Harmless(Verdict),
}

/// Takes out of `schedule` everything that its violation does not need. The result is the simplest execution
/// found that breaks the same property, with its full schedule; `executions` counts all attempts. Equal
/// inputs have equal results.
///
/// # Errors
///
/// Fails if the schedule cannot be run, or breaks nothing.
pub fn minimise<S: Scenario>(
    scenario: &S,
    schedule: &Schedule,
) -> Result<Exploration, MinimiseError> {
    let (program, schedule) = (erase(scenario), schedule.clone());
    on_own_thread(move || shrink(&program, &schedule))
}

fn shrink(program: &Arc<dyn Program>, schedule: &Schedule) -> Result<Exploration, MinimiseError> {
    let begun = Instant::now();
    let first = replay::follow(program, schedule, Misfit::Diverges)?;
    let Some(violation) = first.violation() else {
        return Err(MinimiseError::Harmless(first.verdict));
    };
    let property = violation.property;
    let mut search = Shrink { program, property, executions: 1, best: Attempt::of(first) };
    while search.pass() {}
    let Shrink { executions, best, .. } = search;
    // The schedule of an attempt that ended early is written out in full.
    let elapsed = begun.elapsed();
    Ok(Exploration { executions, elapsed, early_end: None, ..best.exploration })
}

/// A run: this actor takes this many steps in a row.
type Run = (String, usize);

/// A way to edit a schedule: returns the edited versions.
type Edit = fn(&[Run]) -> Vec<Vec<Run>>;

/// An execution that breaks the property, and its simplicity.
struct Attempt {
    exploration: Exploration,
    runs: Vec<Run>,
    /// The cost, then the number of runs, then of steps: smaller is simpler.
    size: (Cost, usize, usize),
}

impl Attempt {
    fn of(exploration: Exploration) -> Self {
        let names = exploration.schedule.iter().flat_map(Schedule::names);
        let runs = merged(names.map(|name| (name.to_owned(), 1)));
        let steps = runs.iter().map(|(_, steps)| steps).sum();
        let size = (exploration.cost.unwrap_or_default(), runs.len(), steps);
        Self { exploration, runs, size }
    }
}

struct Shrink<'a> {
    program: &'a Arc<dyn Program>,
    property: Property,
    executions: u64,
    best: Attempt,
}

impl Shrink<'_> {
    /// Tries every edit once, the boldest first, and keeps each improvement at once. Returns whether any
    /// improved it.
    fn pass(&mut self) -> bool {
        let edits: [Edit; 5] = [beginnings, without_one, gathered, moved, without_two];
        // An edit is only worth trying after all cheaper kinds before it have stopped helping.
        edits.into_iter().any(|edit| self.improve(edit))
    }

    /// Applies one kind of edit until it no longer helps.
    fn improve(&mut self, edit: Edit) -> bool {
        let mut improved = false;
        while edit(&self.best.runs).into_iter().any(|runs| self.attempt(&runs)) {
            improved = true;
        }
        improved
    }

    /// Runs the scenario along `runs`, and keeps the resulting execution if it is simpler than the best.
    fn attempt(&mut self, runs: &[Run]) -> bool {
        if self.executions >= MOST_EXECUTIONS {
            return false;
        }
        self.executions += 1;
        let names = runs.iter().flat_map(|(name, steps)| std::iter::repeat_n(name, *steps));
        let schedule = names.cloned().collect();
        let Ok(exploration) = replay::follow(self.program, &schedule, Misfit::PassOver) else {
            return false;
        };
        if exploration.violation().map(|violation| violation.property) != Some(self.property) {
            return false;
        }
        let attempt = Attempt::of(exploration);
        let simpler = attempt.size < self.best.size;
        if simpler {
            self.best = attempt;
        }
        simpler
    }
}

/// Prefixes of the steps, shortest first: by default the actors continue without preemptions.
fn beginnings(runs: &[Run]) -> Vec<Vec<Run>> {
    let steps: usize = runs.iter().map(|(_, steps)| steps).sum();
    (0..steps).map(|length| first(runs, length)).collect()
}

/// The schedule without one run, or without one step of a run.
fn without_one(runs: &[Run]) -> Vec<Vec<Run>> {
    let whole = (0..runs.len()).map(|run| without(runs, &[run]));
    let longer = (0..runs.len()).filter(|run| runs[*run].1 > 1);
    let step = longer.map(|run| {
        let mut shorter = runs.to_vec();
        shorter[run].1 -= 1;
        shorter
    });
    whole.chain(step).collect()
}

/// The schedule with two runs of one actor merged, in the place of the first or of the second; wholly, or
/// except for some steps of the run that moves.
fn gathered(runs: &[Run]) -> Vec<Vec<Run>> {
    let mut edits = Vec::new();
    for first in 0..runs.len() {
        let same = |second: &usize| runs[*second].0 == runs[first].0;
        let Some(second) = (first + 1..runs.len()).find(same) else { continue };
        for (from, to) in [(second, first), (first, second)] {
            for steps in (1..=runs[from].1).rev() {
                let mut edited = runs.to_vec();
                edited[from].1 -= steps;
                edited[to].1 += steps;
                edits.push(merged(edited));
            }
        }
    }
    edits
}

/// The schedule with one run moved to the place of another, which follows it.
fn moved(runs: &[Run]) -> Vec<Vec<Run>> {
    let places = (0..runs.len()).flat_map(|from| (0..runs.len()).map(move |to| (from, to)));
    let elsewhere = places.filter(|(from, to)| from != to);
    elsewhere
        .map(|(from, to)| {
            let mut edited = runs.to_vec();
            let run = edited.remove(from);
            edited.insert(to, run);
            merged(edited)
        })
        .collect()
}

/// The schedule without two runs.
fn without_two(runs: &[Run]) -> Vec<Vec<Run>> {
    let pairs = (0..runs.len()).flat_map(|one| (0..one).map(move |other| [other, one]));
    pairs.map(|pair| without(runs, &pair)).collect()
}

fn without(runs: &[Run], left_out: &[usize]) -> Vec<Run> {
    let kept = runs.iter().enumerate().filter(|(index, _)| !left_out.contains(index));
    merged(kept.map(|(_, run)| run.clone()))
}

/// The first `length` steps.
fn first(runs: &[Run], length: usize) -> Vec<Run> {
    let mut left = length;
    merged(runs.iter().map(|(name, steps)| {
        let taken = left.min(*steps);
        left -= taken;
        (name.clone(), taken)
    }))
}

/// The same steps in as few runs as possible.
fn merged(runs: impl IntoIterator<Item = Run>) -> Vec<Run> {
    let mut merged: Vec<Run> = Vec::new();
    for (name, steps) in runs {
        match merged.last_mut() {
            Some((last, so_far)) if *last == name => *so_far += steps,
            _ if steps > 0 => merged.push((name, steps)),
            _ => {}
        }
    }
    merged
}
