//! The reasons why a lock was not obtained.

use std::time::Duration;

use ::redis::{ErrorKind, RedisError};

/// The reason why a lock was not obtained. In every case the caller does not hold it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcquireError {
    /// Another client held it at each attempt.
    #[error(
        "the lock {key:?} was held by somebody else at each of {attempts} attempts, with \
        {waited:?} of waiting between them"
    )]
    Taken {
        /// The key.
        key: String,
        /// The number of attempts.
        attempts: u32,
        /// The time slept between the attempts.
        waited: Duration,
    },
    /// The TTL is too short for any validity to be left: less than a millisecond, used up by the
    /// allowance for drift, or used up by the time that the server took to answer. If the server had
    /// granted the lock, it was asked to release it again.
    #[error(
        "a lease of {ttl:?} leaves nothing to work in after {elapsed:?} of waiting for the server \
        and {drift:?} for the drift of clocks; ask for a longer one"
    )]
    TooShort {
        /// The TTL as it is sent to the server, in whole milliseconds.
        ttl: Duration,
        /// The allowance for drift.
        drift: Duration,
        /// The time that the answer took; zero if the server was not asked at all.
        elapsed: Duration,
    },
    /// The server answered with an error. It did not grant the lock.
    #[error("the server refused to take the lock: {0}")]
    Refused(#[source] RedisError),
    /// The server gave no answer, not even when asked again with the same token. It may have granted the
    /// lock, which no client holds then, and which is free again when the TTL is over.
    #[error(
        "the server did not answer whether it took the lock ({0}); if it did, the lock is free \
        again when its TTL is over"
    )]
    Unknown(#[source] RedisError),
    /// The operating system has no randomness to make a token of.
    #[error("no unique token could be made for the lock: {0}")]
    NoToken(#[source] getrandom::Error),
}

/// Returns whether a command that failed like this certainly had no effect: the server said so, or it was
/// never sent. Everything else (an I/O error, a timeout, a reply that makes no sense) leaves it open.
pub(crate) fn is_refusal(error: &RedisError) -> bool {
    error.code().is_some()
        || matches!(
            error.kind(),
            ErrorKind::AuthenticationFailed | ErrorKind::InvalidClientConfig | ErrorKind::Client
        )
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::io;

    use ::redis::ServerErrorKind;

    use super::*;

    #[test]
    fn a_servers_error_is_a_refusal_and_a_broken_connection_is_not() {
        let server = |kind| RedisError::from((ErrorKind::Server(kind), "no"));
        assert!(is_refusal(&server(ServerErrorKind::ReadOnly)));
        assert!(is_refusal(&server(ServerErrorKind::ResponseError)));
        assert!(is_refusal(&::redis::make_extension_error("OOM".to_owned(), None)));
        for kind in
            [io::ErrorKind::TimedOut, io::ErrorKind::ConnectionReset, io::ErrorKind::UnexpectedEof]
        {
            assert!(!is_refusal(&io::Error::from(kind).into()));
        }
        let nonsense = RedisError::from((ErrorKind::UnexpectedReturnType, "what?"));
        assert!(!is_refusal(&nonsense));
    }

    #[test]
    fn errors_say_what_happened_in_a_sentence() {
        let taken = AcquireError::Taken {
            key: "k".to_owned(),
            attempts: 3,
            waited: Duration::from_millis(200),
        };
        assert_eq!(
            taken.to_string(),
            "the lock \"k\" was held by somebody else at each of 3 attempts, with 200ms of \
            waiting between them"
        );
    }
}
