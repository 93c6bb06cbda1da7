//! Replay of one interleaving, by the actors' names.

use std::sync::{Arc, Mutex, PoisonError};

use super::drive::drive;
use super::turn::{Choice, Decision, Strategy, Turn};
use crate::explore::divergence::{Cause, Divergence, EarlyEnd};
use crate::explore::schedule::Schedule;
use crate::explore::thread::on_own_thread;
use crate::explore::verdict::{Exploration, Verdict};
use crate::scenario::Scenario;
use crate::scenario::program::{Program, erase};

/// Runs exactly the interleaving that `schedule` names. Where it ends early, the actor that ran last
/// continues as long as it is enabled, and after it the first that is; faults strike only where they are
/// named. The part of the schedule after a violation is ignored.
///
/// # Errors
///
/// Fails where the next actor in the schedule cannot take its step, because all have ended or for another
/// reason.
pub fn replay<S: Scenario>(scenario: &S, schedule: &Schedule) -> Result<Exploration, Divergence> {
    let (program, schedule) = (erase(scenario), schedule.clone());
    on_own_thread(move || follow(&program, &schedule, Misfit::Diverges))
}

/// The treatment of a step whose actor cannot take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::explore) enum Misfit {
    /// The replay ends.
    Diverges,
    /// The step is skipped, and the next one is tried.
    PassOver,
}

/// Runs the interleaving that `schedule` names.
pub(in crate::explore) fn follow(
    program: &Arc<dyn Program>,
    schedule: &Schedule,
    misfit: Misfit,
) -> Result<Exploration, Divergence> {
    let notes = Arc::new(Mutex::new(Notes::default()));
    let script = Script {
        names: schedule.names().map(str::to_owned).collect(),
        at: 0,
        begun: false,
        misfit,
        notes: Arc::clone(&notes),
    };
    let exploration = drive(program, script, MAX_STEPS + schedule.len());
    let notes = std::mem::take(&mut *notes.lock().unwrap_or_else(PoisonError::into_inner));
    let Notes { diverged, early_end, choice } = notes;
    let left_over = || (misfit == Misfit::Diverges).then(|| left_over(schedule, &exploration))?;
    match diverged.or_else(left_over) {
        Some(divergence) => Err(divergence),
        None => Ok(Exploration { early_end: early_end.filter(|_| choice), ..exploration }),
    }
}

/// Replays the interleaving that broke something, to show the values that were read and written.
pub(super) fn shown(program: &Arc<dyn Program>, found: Exploration) -> Exploration {
    let (Verdict::Broken(_), Some(schedule)) = (&found.verdict, &found.schedule) else {
        return found;
    };
    match follow(program, schedule, Misfit::Diverges) {
        Ok(again) if again.verdict == found.verdict => Exploration { trace: again.trace, ..found },
        _ => found,
    }
}

/// The first unused name of a schedule whose execution ended without a violation. Names after a violation do
/// not count.
fn left_over(schedule: &Schedule, found: &Exploration) -> Option<Divergence> {
    let trace = found.trace.as_ref().filter(|_| found.verdict == Verdict::Sampled)?;
    let taken = found.schedule.as_ref().map_or(0, Schedule::len);
    let expected = schedule.names().nth(taken)?.to_owned();
    let cause = Cause::at_the_end(&expected, trace);
    Some(Divergence { step: taken + 1, expected, runnable: Vec::new(), cause })
}

/// The maximum number of steps that a replay takes after its schedule has ended.
const MAX_STEPS: usize = 10_000;

/// A strategy that follows a script.
struct Script {
    names: Vec<String>,
    at: usize,
    begun: bool,
    misfit: Misfit,
    notes: Arc<Mutex<Notes>>,
}

/// Notes about the schedule.
#[derive(Debug, Default)]
struct Notes {
    diverged: Option<Divergence>,
    /// The early end of the schedule, if it ended early.
    early_end: Option<EarlyEnd>,
    /// True if there was a choice after that.
    choice: bool,
}

impl Script {
    fn note(&self, work: impl FnOnce(&mut Notes)) {
        work(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Strategy for Script {
    fn keeps(&self) -> bool {
        true
    }

    fn keeps_values(&self) -> bool {
        true
    }

    fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.begun, true)
    }

    fn choose(&mut self, turn: &Turn<'_>) -> Decision {
        // The end of the execution is not a step.
        let steps = || turn.choices.iter().enumerate().filter(|(_, it)| **it != Choice::End);
        let names = || steps().map(|(_, choice)| turn.label(*choice)).collect();
        while let Some(expected) = self.names.get(self.at).cloned() {
            self.at += 1;
            // A bare name may mean any actor of that name, but the first one takes precedence.
            let exact = steps().find(|(_, choice)| turn.label(**choice) == expected);
            let named = || steps().find(|(_, choice)| turn.name(**choice) == expected);
            if let Some((found, _)) = exact.or_else(named) {
                return Decision::Take(found);
            }
            if self.misfit == Misfit::PassOver {
                continue;
            }
            let cause = Cause::now(&expected, turn.session);
            let divergence = Divergence { step: self.at, expected, runnable: names(), cause };
            self.note(|notes| notes.diverged = Some(divergence));
            return Decision::Abandon;
        }
        // Once all have ended, no actor can act on the commands that are still held back.
        if !turn.choices.contains(&Choice::End) {
            let early = EarlyEnd { after: self.names.len(), runnable: names() };
            self.note(|notes| {
                notes.choice |= turn.choices.len() > 1;
                notes.early_end.get_or_insert(early);
            });
        }
        turn.default().map_or(Decision::Abandon, Decision::Take)
    }
}
