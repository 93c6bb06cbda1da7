//! Commands that a client sends as one step: a single one, or a transaction.
//!
//! Source: <https://redis.io/docs/latest/develop/using-commands/transactions/>

use std::hash::{Hash, Hasher};

use super::command::{execute, refused};
use super::error::NotSimulated;
use super::keyspace::Keyspace;
use super::reply::Reply;
use super::text::hash_texts;

/// One command as it was sent: its name, then its arguments.
pub type Request = Vec<Vec<u8>>;

/// Commands that are executed at once, with nothing of another client in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    /// One command.
    Command(Request),
    /// The commands between `MULTI` and `EXEC`.
    Transaction(Vec<Request>),
}

impl Hash for Batch {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Command(request) => hash_texts(request, state),
            Self::Transaction(requests) => {
                state.write_usize(requests.len());
                requests.iter().for_each(|request| hash_texts(request, state));
            }
        }
    }
}

/// Executes a batch at one instant, and returns every reply that a server would send for it: for a
/// transaction those to `MULTI`, to each command as it is queued, and to `EXEC`.
///
/// # Errors
///
/// [`NotSimulated`] if one of the commands, or one that a script calls, is missing here. The effects of the
/// commands before it stay, but a missing command in a transaction is found before anything is executed.
pub fn execute_batch(
    keyspace: &mut Keyspace,
    now_ms: u64,
    batch: &Batch,
) -> Result<Vec<Reply>, NotSimulated> {
    let requests = match batch {
        Batch::Command(request) => return Ok(vec![execute(keyspace, now_ms, request)?]),
        Batch::Transaction(requests) => requests,
    };
    let mut replies = vec![Reply::ok()];
    for request in requests {
        let queued = || Reply::Status("QUEUED".to_owned());
        replies.push(refused(request)?.unwrap_or_else(queued));
    }
    let sound = !replies.iter().any(|reply| matches!(reply, Reply::Error(_)));
    replies.push(match sound {
        // A command that fails in a transaction does not stop the others: there is no rollback.
        true => {
            let run = |request: &Request| execute(keyspace, now_ms, request);
            Reply::Array(requests.iter().map(run).collect::<Result<_, _>>()?)
        }
        false => Reply::Error(DISCARDED.to_owned()),
    });
    Ok(replies)
}

/// The reply to `EXEC` where a command could not be queued.
pub(in crate::redis) const DISCARDED: &str =
    "EXECABORT Transaction discarded because of previous errors.";
