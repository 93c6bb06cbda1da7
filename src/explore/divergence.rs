//! Where a schedule and the code it is replayed on part ways, and why. The cause is read off the machine at
//! that very step; nothing is concluded from the schedule alone.

use std::fmt;

use crate::machine::operation::Look;
use crate::machine::state::Progress;
use crate::scenario::Fault;
use crate::scenario::outcome::describe;
use crate::sync::model::session::Session;
use crate::trace::{ActorId, Trace};

/// Where a schedule and the code it is replayed on part ways.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Divergence {
    /// The step of the schedule, counted from 1.
    pub step: usize,
    /// Who should have taken it.
    pub expected: String,
    /// Who could have.
    pub runnable: Vec<String>,
    /// Why it could not.
    pub cause: Cause,
}

/// Why somebody that a schedule names cannot take the step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Nobody of that name has been started.
    NoSuchActor {
        /// Those who have, faults among them.
        known: Vec<String>,
    },
    /// The scenario's budgets allow no fault of that name.
    NoSuchFault {
        /// Those that they allow.
        known: Vec<String>,
    },
    /// It has ended already.
    Ended,
    /// It waits.
    Waits {
        /// For what, in words.
        what: String,
    },
    /// The fault has struck as often as it may.
    BudgetSpent,
    /// The fault finds nothing to strike.
    CannotStrike {
        /// Why, in words.
        why: String,
    },
    /// Nobody was left.
    EverybodyEnded,
}

impl Cause {
    /// Why the actor or fault called `expected` cannot take a step now.
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
        // Where threads have a name in common, one that is still there says more than one that is not.
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

    /// Why `expected` could not go on where the execution has ended, and nothing was broken.
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

/// The name in `NAME:2`, and the number; 1 where there is none.
fn namesake(label: &str) -> (&str, usize) {
    let split = label.rsplit_once(':').and_then(|(name, nth)| Some((name, nth.parse().ok()?)));
    split.unwrap_or((label, 1))
}

/// Where a schedule ends before the execution does, and somebody had a choice after that.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct EarlyEnd {
    /// How many steps the schedule has.
    pub after: usize,
    /// Who could have gone on there, faults among them.
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

/// `alice`, `alice or bob`, `alice, bob or carol`.
fn listed(names: &[String], last: &str) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}
