//! Turns: what can happen next in a live execution, and who chooses.

use super::super::cost::Cost;
use crate::machine::fault::Injection;
use crate::sync::model::session::Session;
use crate::trace::ActorId;

/// Chooses what happens next.
pub(in crate::explore) trait Strategy: 'static {
    /// Whether to run another execution.
    fn begin(&mut self) -> bool;

    /// Chooses, or gives the execution up.
    fn choose(&mut self, turn: &Turn<'_>) -> Decision;

    /// All actors have ended, and nothing is judged yet.
    fn ended(&mut self, session: &Session) {
        let _ = session;
    }

    /// Whether an execution is worth telling even if it breaks nothing.
    fn keeps(&self) -> bool {
        false
    }

    /// Whether values are copied into the machine, where they can be shown and compared.
    fn keeps_values(&self) -> bool {
        false
    }

    /// Whether it is a choice, too, when an actor begins, sees another end, ends, or releases a mutex.
    fn every_step(&self) -> bool {
        false
    }
}

/// Something that can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::explore) enum Choice {
    /// This actor takes its step.
    Actor(ActorId),
    /// The fault of this number strikes.
    Fault(usize, Injection),
    /// The execution ends, and what is held back never arrives.
    End,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::explore) enum Decision {
    /// The choice of this number happens.
    Take(usize),
    /// The rest of this execution is of no interest.
    Abandon,
}

/// A choice to make.
pub(in crate::explore) struct Turn<'a> {
    /// What can happen: actors first, in order, then the end, then faults.
    pub(in crate::explore) choices: &'a [Choice],
    /// The actor that took the last step, faults aside.
    pub(in crate::explore) running: Option<ActorId>,
    /// The execution.
    pub(in crate::explore) session: &'a Session,
}

impl Turn<'_> {
    /// Whether this actor can take a step.
    pub(in crate::explore) fn is_enabled(&self, actor: ActorId) -> bool {
        self.choices.contains(&Choice::Actor(actor))
    }

    /// The choice by which the actor that ran last goes on, or else the first that can, with no fault.
    pub(in crate::explore) fn default(&self) -> Option<usize> {
        let last = self.running.filter(|running| self.is_enabled(*running)).map(Choice::Actor);
        let by_default = |choice: &Choice| match last {
            Some(last) => *choice == last,
            None => !matches!(choice, Choice::Fault(..)),
        };
        self.choices.iter().position(by_default)
    }

    /// What it costs to choose this.
    pub(in crate::explore) fn cost(&self, choice: Choice) -> Cost {
        let preempts = match (choice.goes_on(), self.running) {
            (Some(next), Some(running)) => running != next && self.is_enabled(running),
            _ => false,
        };
        let fault = matches!(choice, Choice::Fault(..));
        Cost { preemptions: preempts.into(), faults: fault.into() }
    }

    /// What schedules call this choice. The second actor of a name to be started is `NAME:2`.
    pub(in crate::explore) fn label(&self, choice: Choice) -> String {
        choice.label(self.session)
    }

    /// The name of the actor or the fault; several actors may have one name.
    pub(in crate::explore) fn name(&self, choice: Choice) -> &str {
        choice.name(self.session)
    }
}

impl Choice {
    /// What schedules call it in this execution.
    pub(in crate::explore) fn label(self, session: &Session) -> String {
        match self {
            Self::Actor(actor) => session.label(actor),
            Self::Fault(..) | Self::End => self.name(session).to_owned(),
        }
    }

    /// The name of the actor or the fault; several actors may have one name.
    fn name(self, session: &Session) -> &str {
        match self {
            Self::Actor(actor) => &session.names.actors()[actor.index()],
            Self::Fault(number, _) => &session.state.faults[number].name,
            Self::End => "main",
        }
    }

    /// The actor that goes on when this is chosen: a fault may take another's step with its own, or nobody's.
    pub(in crate::explore) const fn goes_on(self) -> Option<ActorId> {
        match self {
            Self::Actor(actor) => Some(actor),
            Self::Fault(_, injection) => injection.goes_on(),
            Self::End => None,
        }
    }
}
