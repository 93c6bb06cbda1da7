//! One interleaving, by the actors' names.

use std::sync::{Arc, Mutex};

use super::divergence::{Cause, Divergence, EarlyEnd};
use super::drive::drive;
use super::steer::{Choice, Chooser, Turn, lock};
use super::{Exploration, Schedule, Verdict};
use crate::scenario::Scenario;
use crate::trace::{self, ActorId};

/// Runs exactly the interleaving that `schedule` names. Where it ends early, the actor that ran last goes
/// on as long as it can, and after it the first that can; faults strike only where they are named. What of
/// the schedule comes after a violation is not looked at.
///
/// # Errors
///
/// Where an actor that is next in the schedule cannot go on, because everybody has ended or for another
/// reason.
pub fn replay<S: Scenario>(scenario: &S, schedule: &Schedule) -> Result<Exploration, Divergence> {
    follow(scenario, schedule, Misfit::Diverges)
}

/// What a step of the schedule is whose actor cannot take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// The end of the replay.
    Diverges,
    /// Nothing: the next step is looked at.
    PassOver,
}

/// Runs the interleaving that `schedule` names.
pub(super) fn follow<S: Scenario>(
    scenario: &S,
    schedule: &Schedule,
    misfit: Misfit,
) -> Result<Exploration, Divergence> {
    let heard = Arc::new(Mutex::new(Heard::default()));
    let names = Script {
        names: schedule.names().map(str::to_owned).collect(),
        at: 0,
        begun: false,
        misfit,
        heard: Arc::clone(&heard),
    };
    let exploration = drive(scenario, names, MAX_STEPS + schedule.len());
    let Heard { diverged, early_end, choice } = std::mem::take(&mut *lock(&heard));
    let left_over = || (misfit == Misfit::Diverges).then(|| left_over(schedule, &exploration))?;
    match diverged.or_else(left_over) {
        Some(divergence) => Err(divergence),
        None => Ok(Exploration { early_end: early_end.filter(|_| choice), ..exploration }),
    }
}

/// The first name that is left where an execution has ended that broke nothing. What comes after a
/// violation would have been no help to anybody.
fn left_over(schedule: &Schedule, found: &Exploration) -> Option<Divergence> {
    let trace = found.trace.as_ref().filter(|_| found.verdict == Verdict::Sampled)?;
    let taken = found.schedule.as_ref().map_or(0, Schedule::len);
    let expected = schedule.names().nth(taken)?.to_owned();
    let cause = Cause::at_the_end(&expected, trace);
    Some(Divergence { step: taken + 1, expected, runnable: Vec::new(), cause })
}

/// How far a replay goes on after its schedule has ended.
const MAX_STEPS: usize = 10_000;

/// A scheduler that reads from a script.
struct Script {
    names: Vec<String>,
    at: usize,
    begun: bool,
    misfit: Misfit,
    heard: Arc<Mutex<Heard>>,
}

/// What there is to say of the schedule.
#[derive(Debug, Default)]
struct Heard {
    diverged: Option<Divergence>,
    /// It ended early.
    early_end: Option<EarlyEnd>,
    /// There was a choice after that.
    choice: bool,
}

impl Chooser for Script {
    fn keeps(&self) -> bool {
        true
    }

    fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.begun, true)
    }

    fn choose(&mut self, turn: &Turn<'_>) -> Choice {
        let Some(recorder) = trace::current() else { return Choice::Abandon };
        // That the main actor ends the execution is nobody's step.
        let others = |actor: &ActorId| !turn.ending || *actor != ActorId::MAIN;
        let able = || turn.enabled.iter().chain(turn.offers).copied().filter(others);
        while let Some(expected) = self.names.get(self.at) {
            self.at += 1;
            if let Some(actor) = able().find(|actor| recorder.actor_name(*actor) == *expected) {
                return Choice::Go(actor);
            }
            if self.misfit == Misfit::PassOver {
                continue;
            }
            lock(&self.heard).diverged = Some(Divergence {
                step: self.at,
                expected: expected.clone(),
                runnable: able().map(|actor| recorder.actor_name(actor)).collect(),
                cause: recorder.with_trace(|trace| Cause::now(expected, trace)),
            });
            return Choice::Abandon;
        }
        // What the network still holds back once all have ended is nobody's choice to go on.
        if !turn.ending {
            let mut heard = lock(&self.heard);
            heard.choice |= turn.candidates() > 1;
            let names = || able().map(|actor| recorder.actor_name(actor)).collect();
            let after = self.names.len();
            heard.early_end.get_or_insert_with(|| EarlyEnd { after, runnable: names() });
        }
        // A fault is not something that happens by default.
        let goes_on = turn.running.filter(|running| turn.enabled.contains(running));
        goes_on.or(turn.enabled.first().copied()).map_or(Choice::Abandon, Choice::Go)
    }
}
