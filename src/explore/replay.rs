//! One interleaving, by the actors' names.

use std::fmt;
use std::sync::{Arc, Mutex};

use super::drive::drive;
use super::steer::{Choice, Chooser, Turn, lock};
use super::{Exploration, Schedule};
use crate::scenario::Scenario;
use crate::trace::{self, ActorId};

/// Where a schedule and the code it is replayed on part ways.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Divergence {
    /// The step of the schedule, counted from 1.
    pub step: usize,
    /// Who should have taken it.
    pub expected: String,
    /// Who could have.
    pub runnable: Vec<String>,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, expected, runnable } = self;
        let able = match runnable.as_slice() {
            [] => "everybody had ended".to_owned(),
            names => format!("only {} could", names.join(" or ")),
        };
        write!(
            f,
            "step {step} of the schedule is {expected}'s, but {able}: the schedule was written for \
            other code (an earlier version, another variant, another number of clients), or the name \
            is misspelt"
        )
    }
}

impl std::error::Error for Divergence {}

/// Runs exactly the interleaving that `schedule` names. Where it ends early, the actor that ran last goes
/// on as long as it can, and after it the first that can; faults strike only where they are named.
///
/// # Errors
///
/// Where an actor that is next in the schedule cannot go on.
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
    let diverged = Arc::new(Mutex::new(None));
    let names = Script {
        names: schedule.names().map(str::to_owned).collect(),
        at: 0,
        begun: false,
        misfit,
        diverged: Arc::clone(&diverged),
    };
    let exploration = drive(scenario, names, MAX_STEPS + schedule.len());
    let divergence = lock(&diverged).take();
    match divergence {
        Some(divergence) => Err(divergence),
        None => Ok(exploration),
    }
}

/// How far a replay goes on after its schedule has ended.
const MAX_STEPS: usize = 10_000;

/// A scheduler that reads from a script.
struct Script {
    names: Vec<String>,
    at: usize,
    begun: bool,
    misfit: Misfit,
    diverged: Arc<Mutex<Option<Divergence>>>,
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
            *lock(&self.diverged) = Some(Divergence {
                step: self.at,
                expected: expected.clone(),
                runnable: able().map(|actor| recorder.actor_name(actor)).collect(),
            });
            return Choice::Abandon;
        }
        // A fault is not something that happens by default.
        let goes_on = turn.running.filter(|running| turn.enabled.contains(running));
        goes_on.or(turn.enabled.first().copied()).map_or(Choice::Abandon, Choice::Go)
    }
}
