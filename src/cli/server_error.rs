//! What can be wrong with a real Redis server.

use std::time::Duration;

use ::redis::{ErrorKind, RedisError};

use crate::bank::BankError;

/// How long to wait for a connection, and for each answer. Shorter than a lease, so that a client that
/// hears nothing gives up before its lock does.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// A server that is none may answer anything, and redis-rs tells of it on several lines.
fn one_line(reason: &RedisError) -> String {
    let reason = reason.to_string();
    reason.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Why a real Redis server cannot be worked with: which, what was tried, and what to do.
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
        /// What is wrong with it.
        reason: RedisError,
    },
    /// Nobody answers there.
    #[error(
        "cannot reach a Redis server at {address}, having tried for up to {PATIENCE:?} \
        ({reason}); start one there, or leave out --redis to use the simulated one"
    )]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the system says.
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
        /// What the server says.
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
        /// What the server says.
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
        /// What it says.
        reason: RedisError,
    },
    /// It answers, and the accounts cannot be opened, as on a replica that only reads.
    #[error("cannot open the accounts on the Redis server at {address}: {reason}")]
    NotOpened {
        /// Host and port.
        address: String,
        /// What it says.
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
