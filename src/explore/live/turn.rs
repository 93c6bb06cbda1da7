//! Turns: the possible next events of a live execution, and the strategy that chooses between them.

use super::super::cost::Cost;
use crate::machine::fault::Injection;
use crate::sync::model::session::Session;
use crate::trace::ActorId;

/// A strategy that chooses the next event.
pub(in crate::explore) trait Strategy: 'static {
    /// Returns whether to run another execution.
    fn begin(&mut self) -> bool;

    /// Chooses the next event, or abandons the execution.
    fn choose(&mut self, turn: &Turn<'_>) -> Decision;

    /// Reports that all actors have ended, before anything is judged.
    fn ended(&mut self, session: &Session) {
        let _ = session;
    }

    /// Returns whether an execution is reported even if it breaks nothing.
    fn keeps(&self) -> bool {
        false
    }

    /// Returns whether values are copied into the machine, where they can be shown and compared.
    fn keeps_values(&self) -> bool {
        false
    }

    /// Returns whether invisible steps are choices, too: to begin, to see another end, to end, to release a
    /// mutex.
    fn every_step(&self) -> bool {
        false
    }
}

/// A possible next event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::explore) enum Choice {
    /// This actor takes its step.
    Actor(ActorId),
    /// The fault of this number strikes.
    Fault(usize, Injection),
    /// The execution ends, and commands that are held back never arrive.
    End,
}

/// The decision of a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::explore) enum Decision {
    /// The choice of this number is taken.
    Take(usize),
    /// The rest of this execution is of no interest.
    Abandon,
}

/// A choice to make.
pub(in crate::explore) struct Turn<'a> {
    /// The possible events: actors first, in order, then the end, then faults.
    pub(in crate::explore) choices: &'a [Choice],
    /// The actor that took the last step, faults aside.
    pub(in crate::explore) running: Option<ActorId>,
    /// The execution.
    pub(in crate::explore) session: &'a Session,
}

impl Turn<'_> {
    /// Returns whether this actor is enabled.
    pub(in crate::explore) fn is_enabled(&self, actor: ActorId) -> bool {
        self.choices.contains(&Choice::Actor(actor))
    }

    /// The choice by which the actor that ran last continues, or else the first one that is not a fault.
    pub(in crate::explore) fn default(&self) -> Option<usize> {
        let last = self.running.filter(|running| self.is_enabled(*running)).map(Choice::Actor);
        let by_default = |choice: &Choice| match last {
            Some(last) => *choice == last,
            None => !matches!(choice, Choice::Fault(..)),
        };
        self.choices.iter().position(by_default)
    }

    /// The cost of this choice.
    pub(in crate::explore) fn cost(&self, choice: Choice) -> Cost {
        let preempts = match (choice.goes_on(), self.running) {
            (Some(next), Some(running)) => running != next && self.is_enabled(running),
            _ => false,
        };
        let fault = matches!(choice, Choice::Fault(..));
        Cost { preemptions: preempts.into(), faults: fault.into() }
    }

    /// The name of this choice in schedules. The second actor started under one name is `NAME:2`.
    pub(in crate::explore) fn label(&self, choice: Choice) -> String {
        choice.label(self.session)
    }

    /// The name of the actor or the fault; several actors may share a name.
    pub(in crate::explore) fn name(&self, choice: Choice) -> &str {
        choice.name(self.session)
    }
}

impl Choice {
    /// The name of this choice in schedules, for this execution.
    pub(in crate::explore) fn label(self, session: &Session) -> String {
        match self {
            Self::Actor(actor) => session.label(actor),
            Self::Fault(..) | Self::End => self.name(session).to_owned(),
        }
    }

    /// The name of the actor or the fault; several actors may share a name.
    fn name(self, session: &Session) -> &str {
        match self {
            Self::Actor(actor) => &session.names.actors()[actor.index()],
            Self::Fault(number, _) => &session.state.faults[number].name,
            Self::End => "main",
        }
    }

    /// The actor that runs when this is chosen: a fault may take another's step along with its own, or no
    /// actor's.
    pub(in crate::explore) const fn goes_on(self) -> Option<ActorId> {
        match self {
            Self::Actor(actor) => Some(actor),
            Self::Fault(_, injection) => injection.goes_on(),
            Self::End => None,
        }
    }
}
