//! A lock that was obtained, and its possible ends.

use std::time::Duration;

use ::redis::RedisError;

use super::Token;

/// A lock that its client believes it holds, until a certain instant.
///
/// [`RedisLock::release`](super::RedisLock::release) takes it by value and gives it up. Dropping it does not:
/// a `Drop` could not report that the lock had been lost ([`Release::NotHeld`]), or that its state is unknown
/// ([`Release::Unknown`]), and would block on the network where no reader expects it. A lease that is dropped
/// stays on the server for the rest of its TTL.
///
/// Instants are those of the lock's [`Clock`](crate::sync::Clock).
#[derive(Debug, PartialEq, Eq, Hash)]
#[must_use = "a lease that is dropped is not released: it blocks everyone else until its TTL is over"]
pub struct Lease {
    pub(super) key: String,
    pub(super) token: Token,
    pub(super) fence: Option<u64>,
    pub(super) valid_until: Duration,
    /// True if the token was sent more than once, so that a late one may still be on its way.
    pub(super) resent: bool,
}

impl Lease {
    /// The key that is locked.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value of the key while the lock is ours.
    #[must_use]
    pub const fn token(&self) -> &Token {
        &self.token
    }

    /// The fencing token, if one was minted with the acquisition: greater than that of every earlier
    /// holder.
    #[must_use]
    pub const fn fence(&self) -> Option<u64> {
        self.fence
    }

    /// The instant from which on another client may hold the lock.
    #[must_use]
    pub const fn valid_until(&self) -> Duration {
        self.valid_until
    }

    /// The validity left at `now`; zero once it is over.
    #[must_use]
    pub const fn remaining(&self, now: Duration) -> Duration {
        self.valid_until.saturating_sub(now)
    }

    /// Returns whether the lock is still ours at `now`. The answer says nothing about a moment later: a
    /// client that pauses after asking may go on when the lock is another's. Fencing is for that case.
    #[must_use]
    pub fn is_valid(&self, now: Duration) -> bool {
        now < self.valid_until
    }

    /// The lock turned out to be lost: it is valid at no instant.
    pub(super) const fn lose(&mut self) {
        self.valid_until = Duration::ZERO;
    }
}

/// The result of a renewal.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a lock that was not renewed may be lost"]
pub enum Renewal {
    /// The lease is valid for longer. (It is never made shorter.)
    Renewed,
    /// The lock is not ours any more, or the confirmation came too late to be sure. The work done since the
    /// last confirmation may have overlapped with another client's.
    Lost,
    /// Not confirmed: the lease is valid for as long as it was before. The server may have extended it
    /// all the same.
    Unknown(RedisError),
}

/// The result of a release.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a lock that was not held any more did not protect the work"]
pub enum Release {
    /// The lock was ours until now, and is free.
    Released,
    /// The lock was not ours any more: it expired, and another client may hold it, and is not disturbed. The
    /// end of the work may have overlapped with that client's.
    NotHeld,
    /// Not confirmed: whether the lock was still ours is unknown. It is free once its TTL is over.
    Unknown(RedisError),
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::lock::Tokens;

    #[test]
    fn validity_ends_at_its_instant_and_what_remains_never_wraps() {
        let ms = Duration::from_millis;
        let mut lease = Lease {
            key: "k".to_owned(),
            token: Tokens::numbered("alice").fresh().unwrap(),
            fence: None,
            valid_until: ms(100),
            resent: false,
        };
        assert!(lease.is_valid(ms(99)));
        assert!(!lease.is_valid(ms(100)));
        assert_eq!(lease.remaining(ms(40)), ms(60));
        assert_eq!(lease.remaining(ms(101)), Duration::ZERO);
        lease.lose();
        assert!(!lease.is_valid(Duration::ZERO));
    }
}
