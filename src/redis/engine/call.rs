//! The input of a command, and its result.

use super::error::{CommandError, NotSimulated};
use super::keyspace::Keyspace;
use super::reply::Reply;

/// Executes one command of a script, at one instant.
pub(in crate::redis) type Executor =
    fn(&mut Keyspace, u64, &[Vec<u8>]) -> Result<Reply, NotSimulated>;

/// One command on its way.
pub(super) struct Call<'a> {
    pub keyspace: &'a mut Keyspace,
    /// Virtual milliseconds; the same for everything inside one script or transaction.
    pub now: u64,
    /// Lower case; a subcommand is `container|name`. Error texts quote it.
    pub name: &'static str,
    /// The name itself (one or two words) comes first.
    pub args: &'a [Vec<u8>],
    /// Executes what a script calls. A command cannot name the table of commands, of which it is a part.
    pub executor: Executor,
}

/// The reply, or why there is none.
pub(super) type Outcome = Result<Reply, CommandError>;

/// The function behind a command.
pub(super) type Handler = fn(Call<'_>) -> Outcome;
