//! The simplest way to break a scenario: the exhaustive search, again and again, with room for one fault
//! or one preemption more each time.
//!
//! Most concurrency bugs need few preemptions (Musuvathi and Qadeer, "Iterative Context Bounding for
//! Systematic Testing of Multithreaded Programs", PLDI 2007), and a counterexample with few is one that
//! a person can follow. The searches that found nothing are the proof that there is no simpler one.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::depth_first::{DepthFirst, Progress};
use super::drive::drive;
use super::steer::lock;
use super::{Bound, Cost, Exploration, Search, Verdict, progress};
use crate::scenario::Scenario;

/// No bug of the catalogue needs more, and each step more multiplies the search. More faults are tried
/// all the same, but then nothing is known of what takes fewer faults and more preemptions.
const MOST_SWITCHES: u32 = 12;

/// Searches with 0, 1, 2 … faults, and for each with 0, 1, 2 … preemptions, until a property is broken or
/// there is nothing left to try. `search.executions` bounds all searches together. No execution has more than
/// 12 preemptions; where one could have had, what holds is [`Verdict::BoundHit`] and not exhausted, and a
/// counterexample with more faults is not called minimal.
#[must_use]
pub fn fewest<S: Scenario>(scenario: &S, search: Search) -> Exploration {
    let begun = Instant::now();
    progress::begin();
    let mut all = Exploration { states: Some(0), ..Exploration::of(Verdict::Exhausted, begun) };
    let mut bound = Cost::default();
    // There were interleavings with more preemptions than are tried.
    let mut beyond = false;
    loop {
        let (level, progress) = within(scenario, search, bound, &all);
        all.executions += level.executions;
        all.states = all.states.map(|states| states + progress.states);
        all.longest = all.longest.max(level.longest);
        let ended = progress.ended.map(|ended| match ended {
            Verdict::BoundHit(Bound::Executions(_)) => {
                Verdict::BoundHit(Bound::Executions(search.executions))
            }
            ended => ended,
        });
        let nothing = matches!(level.verdict, Verdict::Sampled | Verdict::Blind(_));
        let done = ended.is_some() || !nothing;
        // What is cheaper should have been found before: the scenario has state that is not in its world.
        let first = !beyond && level.cost == Some(bound);
        beyond |= progress.cut_switches && bound.switches == MOST_SWITCHES;
        let most = Verdict::BoundHit(Bound::Preemptions(MOST_SWITCHES as usize));
        let verdict = level.verdict.of_search(ended.or(beyond.then_some(most)));
        let refused = matches!(verdict, Verdict::NotRun(_));
        let minimal = matches!(verdict, Verdict::Broken(_)) && first;
        all = Exploration {
            verdict,
            trace: level.trace,
            schedule: level.schedule,
            cost: level.cost,
            vacuous: level.vacuous.filter(|_| !refused),
            minimal,
            elapsed: begun.elapsed(),
            ..all
        };
        if done {
            return all;
        }
        bound = match (bound.switches < MOST_SWITCHES && progress.cut_switches, progress.cut_faults)
        {
            (true, _) => Cost { switches: bound.switches + 1, ..bound },
            (false, true) => Cost { faults: bound.faults + 1, switches: 0 },
            (false, false) => return all,
        };
    }
}

/// One search: every interleaving with no more faults and no more preemptions than `bound`, after `all`
/// that were run before.
fn within<S: Scenario>(
    scenario: &S,
    search: Search,
    bound: Cost,
    all: &Exploration,
) -> (Exploration, Progress) {
    let left = search.executions.saturating_sub(all.executions);
    let search = Search { executions: left, ..search };
    let progress = Arc::new(Mutex::new(Progress::default()));
    let chooser = DepthFirst::new(search, Some(bound), Arc::clone(&progress))
        .after(all.executions, all.states.unwrap_or(0));
    let exploration = drive(scenario, chooser, search.max_steps);
    let progress = std::mem::take(&mut *lock(&progress));
    (exploration, progress)
}
