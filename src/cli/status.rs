//! The result of a run, and its exit code.

use std::io;

use super::input::InputError;
use super::server_error::ServerError;
use crate::explore::{Divergence, ScheduleError, UnknownEngine};

/// The result of a run that did its job.
#[must_use = "it is what the exit code says"]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Exit code 0. The check passed; for a demo, every transaction was decided. A refused transaction is
    /// decided: it is a normal answer that the funds do not cover a debit.
    Success,
    /// Exit code 1. The check failed; for a demo, the outcome of some transaction, or the final balances, are
    /// unknown.
    Shortfall,
}

impl Status {
    /// The exit code of the process.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Status::Success => 0,
            Status::Shortfall => 1,
        }
    }
}

/// The reason why a run could not do its job: exit code 2, as for arguments that make no sense. Each is one
/// sentence.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// A file of the user was not taken. Nothing was applied.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The Redis server cannot be worked with. Nothing was applied.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The operating system has no randomness to name the keys of a run by. Nothing was applied.
    #[error("no unique name could be made for the keys in Redis: {0}")]
    NoName(#[from] getrandom::Error),
    /// There is no such race.
    #[error("expected a race ({known}), found \"{found}\"")]
    UnknownRace {
        /// The name that was asked for.
        found: String,
        /// The ids there are.
        known: String,
    },
    /// There is no such engine.
    #[error(transparent)]
    UnknownEngine(#[from] UnknownEngine),
    /// The race cannot have this many clients.
    #[error("{0}")]
    Clients(String),
    /// A schedule makes no sense.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// A schedule does not fit the scenario.
    #[error(transparent)]
    Diverged(#[from] Divergence),
    /// A page of the catalogue cannot be read or written.
    #[error("cannot work on {file}: {error}")]
    Docs {
        /// Its path.
        file: String,
        /// The error of the system.
        error: io::Error,
    },
    /// A page of the catalogue cannot be made.
    #[error("{0}")]
    Page(String),
    /// A search of loom cannot be replayed, or does not get as far.
    #[error("{0}")]
    NotRun(String),
    /// A file with a schedule cannot be read.
    #[error("cannot read the schedule in {file}: {error}")]
    Unreadable {
        /// Its path.
        file: String,
        /// The error of the system.
        error: io::Error,
    },
    /// The work was done, and its result could not be written.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
}
