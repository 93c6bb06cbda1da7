//! The reasons why a command fails: every error text of the simulated server, in one place.
//!
//! The texts are those of Redis 7.0.15, compared with a real server by `tests/redis_server/main.rs`.

use thiserror::Error;

/// A real server would carry this command out, and the simulated one cannot.
///
/// It is not a reply: no real client would ever see it, so a client's reaction to it means nothing. A model
/// that gets here has no answer, and its run ends.
#[derive(Clone, Debug, Error, PartialEq, Eq, Hash)]
#[error("{command} is not simulated")]
pub struct NotSimulated {
    /// The command in upper case, with its subcommand or the option that is missing: `HSETNX`, `CLIENT LIST`,
    /// `SET IFEQ`. Or the library or function that a script called: `cjson`, `redis.setresp`.
    pub command: String,
}

/// An error reply in the making; `Display` is its whole line.
#[derive(Debug, Error, PartialEq, Eq)]
pub(in crate::redis) enum CommandError {
    /// There is no reply.
    #[error(transparent)]
    NotSimulated(#[from] NotSimulated),
    #[error("WRONGTYPE Operation against a key holding the wrong kind of value")]
    WrongType,
    #[error("NOSCRIPT No matching script. Please use EVAL.")]
    NoScript,
    #[error("ERR syntax error")]
    Syntax,
    #[error("ERR value is not an integer or out of range")]
    NotAnInteger,
    #[error("ERR value is out of range, must be positive")]
    NotPositive,
    #[error("ERR value is out of range, value must between -2147483648 and 2147483647")]
    NotAnInt32,
    #[error("ERR timeout is not a float or out of range")]
    TimeoutNotAFloat,
    #[error("ERR timeout is negative")]
    NegativeTimeout,
    #[error("ERR increment or decrement would overflow")]
    Overflow,
    #[error("ERR decrement would overflow")]
    DecrementOverflow,
    #[error("ERR invalid expire time in '{0}' command")]
    InvalidExpireTime(&'static str),
    #[error("ERR Unsupported option {0}")]
    UnsupportedOption(String),
    #[error("ERR NX and XX, GT or LT options at the same time are not compatible")]
    NxWithOthers,
    #[error("ERR GT and LT options at the same time are not compatible")]
    GtWithLt,
    #[error("ERR DB index is out of range")]
    NoSuchDatabase,
    #[error("ERR wrong number of arguments for '{0}' command")]
    WrongArity(&'static str),
    #[error("ERR unknown command '{name}', with args beginning with: {args}")]
    UnknownCommand { name: String, args: String },
    #[error("ERR unknown subcommand '{name}'. Try {container} HELP.")]
    UnknownSubcommand { name: String, container: String },
    #[error("ERR Number of keys can't be greater than number of args")]
    TooManyKeys,
    #[error("ERR Number of keys can't be negative")]
    NegativeKeys,
    #[error("ERR SCRIPT FLUSH only support SYNC|ASYNC option")]
    ScriptFlushOption,
    #[error("ERR Error compiling script (new function): {0}")]
    DoesNotCompile(String),
    #[error("ERR Unknown Redis command called from script")]
    UnknownInScript,
    #[error("ERR Wrong number of args calling Redis command from script")]
    WrongArityInScript,
    #[error("ERR This Redis command is not allowed from script")]
    NotInScript,
}
