//! Divergence of a schedule from the code that it is replayed on, and the cause. The cause is read off the
//! machine at that very step; nothing is inferred from the schedule alone.

use std::fmt;

use crate::machine::operation::Look;
use crate::machine::state::Progress;
use crate::scenario::Fault;
use crate::scenario::outcome::describe;
use crate::sync::model::session::Session;
use crate::trace::{ActorId, Trace};

/// The point at which a schedule and the code that it is replayed on diverge.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Divergence {
    /// The step of the schedule, counted from 1.
    pub step: usize,
    /// The actor or fault that should have taken it.
    pub expected: String,
    /// Those that could have taken it.
    pub runnable: Vec<String>,
    /// The reason why the expected one could not.
    pub cause: Cause,
}

/// The reason why an actor or fault named in a schedule cannot take the step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// No actor of that name has been started.
    NoSuchActor {
        /// The actors that have been started, and the faults.
        known: Vec<String>,
    },
    /// The scenario's budgets allow no fault of that name.
    NoSuchFault {
        /// The faults that they allow.
        known: Vec<String>,
    },
    /// The actor has already ended.
    Ended,
    /// The actor is blocked.
    Waits {
        /// A description of what it waits for.
        what: String,
    },
    /// The fault has used up its budget.
    BudgetSpent,
    /// The fault has no target.
    CannotStrike {
        /// A description of the reason.
        why: String,
    },
    /// All actors have ended.
    EverybodyEnded,
}

impl Cause {
    /// The reason why the actor or fault called `expected` cannot take a step now.
    pub(super) fn now(expected: &str, session: &Session) -> Self {
        let state = &session.state;
        let names = session.names.to_trace();
        let fault = state.faults.iter().zip(&state.left).find(|(fault, _)| fault.name == expected);
        if let Some((fault, left)) = fault {
            return match fault.injector.injection(state) {
                _ if *left == 0 => Self::BudgetSpent,
                Err(why) => {
                    Self::CannotStrike { why: format!("{expected} finds nothing to strike: {why}") }
                }
                Ok(_) => {
                    Self::CannotStrike { why: "no actor can take a step beside it".to_owned() }
                }
            };
        }
        let named =
            |actor: &ActorId| names.actor(*actor) == expected || session.label(*actor) == expected;
        let started = |actor: &ActorId| !matches!(state.progress(*actor), Progress::Absent);
        let namesakes: Vec<ActorId> = state.actors().filter(named).filter(started).collect();
        // Of several threads with the same name, a live one says more than an ended one.
        let present = namesakes.iter().find(|actor| !state.has_ended(**actor));
        match (present.or(namesakes.first()), present) {
            (None, _) => Self::unknown(expected, &names),
            (Some(_), None) => Self::Ended,
            (Some(actor), Some(_)) => match state.pending(*actor) {
                Some(pending) => {
                    let on = pending.blocked_on(*actor, state);
                    Self::Waits { what: describe(*actor, &on, &names) }
                }
                None => Self::Waits { what: "its turn".to_owned() },
            },
        }
    }

    /// The reason why `expected` was not enabled where the execution ended without a violation.
    pub(super) fn at_the_end(expected: &str, trace: &Trace) -> Self {
        let (name, nth) = namesake(expected);
        let known = |of: &str| trace.actors.iter().filter(|name| *name == of).count();
        if known(expected) > 0 || known(name) >= nth {
            Self::EverybodyEnded
        } else {
            Self::unknown(expected, trace)
        }
    }

    fn unknown(expected: &str, trace: &Trace) -> Self {
        let others = trace.actors.iter().skip(1).filter(|name| !name.is_empty()).cloned();
        let is_namesake = trace.actors.iter().any(|name| name == namesake(expected).0);
        if Fault::is_name(expected) && !is_namesake {
            return Self::NoSuchFault {
                known: others.filter(|name| Fault::is_name(name)).collect(),
            };
        }
        Self::NoSuchActor { known: others.collect() }
    }
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, expected, runnable, cause } = self;
        let able = match runnable.as_slice() {
            [] => "nobody could go on".to_owned(),
            names => format!("only {} could go on", listed(names, "or")),
        };
        write!(f, "step {step} of the schedule is {expected}'s, but {able}: ")?;
        match cause {
            Cause::NoSuchActor { known } => write!(
                f,
                "there is no actor of that name, only {}; perhaps it is misspelt, or of another \
                 variant, or of another number of clients",
                listed(known, "and")
            ),
            Cause::NoSuchFault { known } if known.is_empty() => {
                f.write_str("the scenario assumes every fault away")
            }
            Cause::NoSuchFault { known } => {
                write!(f, "the scenario has no such fault, only {}", listed(known, "and"))
            }
            Cause::Ended => write!(f, "{expected} has ended already"),
            Cause::Waits { what } => write!(f, "{expected} waits for {what}"),
            Cause::BudgetSpent => write!(f, "{expected} has used up its budget"),
            Cause::CannotStrike { why } => f.write_str(why),
            Cause::EverybodyEnded => f.write_str("everybody had ended"),
        }
    }
}

impl std::error::Error for Divergence {}

/// The name in `NAME:2`, and the number; 1 if there is none.
fn namesake(label: &str) -> (&str, usize) {
    let split = label.rsplit_once(':').and_then(|(name, nth)| Some((name, nth.parse().ok()?)));
    split.unwrap_or((label, 1))
}

/// The point at which a schedule ended before the execution did, with a choice left after it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct EarlyEnd {
    /// The number of steps in the schedule.
    pub after: usize,
    /// The actors and faults that were enabled there.
    pub runnable: Vec<String>,
}

impl fmt::Display for EarlyEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = listed(&self.runnable, "or");
        match self.after {
            0 => write!(f, "the schedule names no step, and {names} could begin")?,
            after => {
                write!(f, "the schedule ends after step {after}, where {names} could go on")?;
            }
        }
        f.write_str("; from there whoever ran last goes on, and no fault strikes")
    }
}

/// Formats `alice`, `alice or bob`, `alice, bob or carol`.
fn listed(names: &[String], last: &str) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}
