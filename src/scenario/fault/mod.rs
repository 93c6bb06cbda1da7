//! Faults, each a choice with a budget: its name in schedules, when it can strike, and its effect.
//!
//! One fault a file. To add one: a file with its [`Injector`], a variant of [`Fault`] with its name, and a
//! method of [`Budgets`](super::Budgets) that allows it.

mod clock;
mod crash;
mod delay;
mod lose_reply;

use std::fmt;
use std::str::FromStr;

use crate::machine::fault::{Budgeted, Injector};
use crate::machine::resources::link::Link;
use crate::sync::model::session;
use crate::trace::ActorId;

/// A fault, by its name in schedules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// `clock`: time passes while an actor is enabled.
    Clock,
    /// `crash:NAME`: the actor's process is gone, nothing is released.
    Crash(String),
    /// `lose-reply:NAME`: the actor's command is carried out, and its reply is lost.
    LoseReply(String),
    /// `delay:NAME`: the actor's command is held back.
    Delay(String),
    /// `deliver:NAME`, `deliver:NAME:2` …: a command that was held back arrives; which one, counted from 0
    /// here and from 1 in the name.
    Deliver(String, usize),
}

impl Fault {
    /// The actor at which it is aimed.
    #[must_use]
    pub fn victim(&self) -> Option<&str> {
        match self {
            Self::Clock => None,
            Self::Crash(victim)
            | Self::LoseReply(victim)
            | Self::Delay(victim)
            | Self::Deliver(victim, _) => Some(victim),
        }
    }

    /// Returns whether the name could be a fault's, so that no actor of a world may have it.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        name == "clock" || name.contains(':')
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clock => f.write_str("clock"),
            Self::Crash(victim) => write!(f, "crash:{victim}"),
            Self::LoseReply(victim) => write!(f, "lose-reply:{victim}"),
            Self::Delay(victim) => write!(f, "delay:{victim}"),
            Self::Deliver(victim, 0) => write!(f, "deliver:{victim}"),
            Self::Deliver(victim, nth) => write!(f, "deliver:{victim}:{}", nth + 1),
        }
    }
}

/// There is no fault of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a fault (clock, crash:NAME, lose-reply:NAME, delay:NAME or deliver:NAME), found \"{found}\""
)]
pub struct UnknownFault {
    /// The name that was asked for.
    pub found: String,
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        let unknown = || UnknownFault { found: name.to_owned() };
        if name == "clock" {
            return Ok(Self::Clock);
        }
        let (kind, victim) = name.split_once(':').ok_or_else(unknown)?;
        match (kind, victim.split_once(':')) {
            (_, None) if victim.is_empty() => Err(unknown()),
            ("crash", None) => Ok(Self::Crash(victim.to_owned())),
            ("lose-reply", None) => Ok(Self::LoseReply(victim.to_owned())),
            ("delay", None) => Ok(Self::Delay(victim.to_owned())),
            ("deliver", None) => Ok(Self::Deliver(victim.to_owned(), 0)),
            ("deliver", Some((victim, nth))) => match nth.parse::<usize>() {
                Ok(nth) if nth > 1 => Ok(Self::Deliver(victim.to_owned(), nth - 1)),
                _ => Err(unknown()),
            },
            _ => Err(unknown()),
        }
    }
}

/// Gives the faults that may strike these actors to the machine.
pub(super) fn install(faults: &[(Fault, u32)], actors: &[(ActorId, String)]) {
    let find = |name: &str| {
        let found = actors.iter().find(|(_, actor)| actor == name).map(|(actor, _)| *actor);
        found.unwrap_or_else(|| {
            let names: Vec<&str> = actors.iter().map(|(_, name)| name.as_str()).collect();
            panic!(
                "the budgets have a fault strike {name}, but the actors are {}",
                names.join(", ")
            )
        })
    };
    let mut budgeted = Vec::new();
    for (fault, times) in faults {
        let mut add = |fault: &Fault, times: u32, injector: Box<dyn Injector>| {
            let name = fault.to_string();
            let actor = session::actor(&name);
            budgeted.push(Budgeted { name, actor, times, injector });
        };
        match fault {
            Fault::Clock => add(fault, *times, Box::new(clock::Pause)),
            Fault::Crash(name) => add(fault, *times, Box::new(crash::Crash(find(name)))),
            Fault::LoseReply(name) => {
                add(fault, *times, Box::new(lose_reply::LoseReply(find(name))));
            }
            Fault::Delay(name) => {
                let client = find(name);
                let link = session::object(&format!("held back from {name}"));
                session::create(link, Link::new(client));
                add(fault, *times, Box::new(delay::Delay { client, link }));
                for nth in 0..*times as usize {
                    let arrival = Fault::Deliver(name.clone(), nth);
                    add(&arrival, 1, Box::new(delay::Deliver { link, nth }));
                }
            }
            // It comes with the delay.
            Fault::Deliver(..) => {}
        }
    }
    session::with(|session| {
        session.state.left = budgeted.iter().map(|fault| fault.times).collect();
        session.state.faults = budgeted.into();
    });
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        let alice = || "alice".to_owned();
        for fault in [
            Fault::Clock,
            Fault::Crash(alice()),
            Fault::LoseReply(alice()),
            Fault::Delay(alice()),
            Fault::Deliver(alice(), 0),
            Fault::Deliver(alice(), 1),
        ] {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        for name in ["", "alice", "crash", "crash:", "deliver:a:1", "deliver:a:x", "burn:a"] {
            assert!(name.parse::<Fault>().is_err(), "{name}");
        }
    }
}
