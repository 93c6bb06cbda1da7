//! The ways in which a real Redis server can fail.

use std::time::Duration;

use ::redis::{ErrorKind, RedisError};

use crate::bank::BankError;

/// The time to wait for a connection, and for each answer. It is shorter than a lease, so that a client
/// without an answer gives up before its lock does.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// Joins the lines of a reason: a server that is not Redis may answer anything, and redis-rs reports it on
/// several lines.
fn one_line(reason: &RedisError) -> String {
    let reason = reason.to_string();
    reason.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The reason why a real Redis server cannot be used: the server, the attempt, and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The URL makes no sense, or asks for what this build cannot do (TLS).
    #[error(
        "cannot use {url:?} as the address of a Redis server ({reason}); expected \
        redis://[user:password@]host[:port][/database]"
    )]
    Address {
        /// The URL, without user and password.
        url: String,
        /// The problem with it.
        reason: RedisError,
    },
    /// No server answers there.
    #[error(
        "cannot reach a Redis server at {address}, having tried for up to {PATIENCE:?} \
        ({reason}); start one there, or leave out --redis to use the simulated one"
    )]
    Unreachable {
        /// Host and port.
        address: String,
        /// The error of the system.
        reason: RedisError,
    },
    /// It answers, and wants a password that the URL does not have.
    #[error(
        "the Redis server at {address} demands a password ({reason}); put it into the URL, as in \
        redis://:PASSWORD@{address}"
    )]
    PasswordMissing {
        /// Host and port.
        address: String,
        /// The error of the server.
        reason: RedisError,
    },
    /// It answers, and the user or the password of the URL is wrong.
    #[error(
        "the Redis server at {address} does not accept the user or the password of the URL \
        ({reason}); correct it"
    )]
    PasswordWrong {
        /// Host and port.
        address: String,
        /// The error of the server.
        reason: RedisError,
    },
    /// It answers, and will not have us; or it is no Redis server.
    #[error(
        "the server at {address} answers, but not as a Redis server that can be worked with ({}); \
        check host, port and database",
        one_line(reason)
    )]
    Refused {
        /// Host and port.
        address: String,
        /// The error of the server.
        reason: RedisError,
    },
    /// It answers, and the accounts cannot be opened, as on a replica that only reads.
    #[error("cannot open the accounts on the Redis server at {address}: {reason}")]
    NotOpened {
        /// Host and port.
        address: String,
        /// The error of the bank.
        reason: BankError,
    },
}

impl ServerError {
    pub(super) fn of_connecting(address: String, reason: RedisError) -> Self {
        match reason.code() {
            Some("NOAUTH") => ServerError::PasswordMissing { address, reason },
            _ if reason.kind() == ErrorKind::AuthenticationFailed => {
                ServerError::PasswordWrong { address, reason }
            }
            _ if reason.is_io_error() => ServerError::Unreachable { address, reason },
            _ => ServerError::Refused { address, reason },
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_server_answers_the_error_is_one_line() {
        let reason = RedisError::from((ErrorKind::Parse, "no", "<html>\n\n<body>".to_owned()));
        let error = ServerError::of_connecting("host:1".to_owned(), reason);
        assert_eq!(
            error.to_string(),
            "the server at host:1 answers, but not as a Redis server that can be worked with (no \
            - Parse: <html> <body>); check host, port and database"
        );
    }
}
