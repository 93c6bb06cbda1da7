//! The lock itself: renew, release. Other files acquire it.

use std::fmt;
use std::time::Duration;

use ::redis::{ConnectionLike, RedisResult};

use super::error::is_refusal;
use super::scripts::{self, RELEASE, RENEW};
use super::validity::{millis, whole_millis};
use super::{Drift, Lease, Release, Renewal, Retry, Token, Tokens};
use crate::sync::{Clock, Runtime, Std};
use crate::trace::{self, Kind};

/// A client of locks that one Redis server keeps, over any connection of the `redis` crate.
///
/// ```no_run
/// use std::time::Duration;
/// use lockproof::lock::{RedisLock, Release};
///
/// let client = redis::Client::open("redis://127.0.0.1/")?;
/// let connection = client.get_connection()?;
/// connection.set_read_timeout(Some(Duration::from_secs(1)))?;
/// let mut lock = RedisLock::new(connection);
///
/// let lease = lock.acquire("account:11111:lock", Duration::from_secs(5))?;
/// // … work, as long as lease.is_valid(lock.now()) …
/// match lock.release(lease) {
///     Release::Released => {}
///     Release::NotHeld => println!("the lock ran out before the work was done"),
///     Release::Unknown(error) => println!("the server does not answer: {error}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct RedisLock<C, R: Runtime = Std> {
    pub(super) connection: C,
    pub(super) clock: Clock<R>,
    pub(super) tokens: Tokens,
    pub(super) drift: Drift,
    pub(super) retry: Retry,
}

impl<C: ConnectionLike> RedisLock<C> {
    /// Locks over `connection`, with the machine's monotonic clock, random tokens, and the default
    /// policy and drift. A connection without a read timeout makes an attempt wait for ever.
    #[must_use]
    pub fn new(connection: C) -> Self {
        Self {
            connection,
            clock: Clock::monotonic(),
            tokens: Tokens::default(),
            drift: Drift::default(),
            retry: Retry::default(),
        }
    }
}

impl<C: ConnectionLike, R: Runtime> RedisLock<C, R> {
    /// Measures and sleeps by `clock`.
    #[must_use]
    pub fn with_clock<Q: Runtime>(self, clock: Clock<Q>) -> RedisLock<C, Q> {
        RedisLock {
            connection: self.connection,
            clock,
            tokens: self.tokens,
            drift: self.drift,
            retry: self.retry,
        }
    }

    /// Takes tokens from `tokens`.
    #[must_use]
    pub fn with_tokens(self, tokens: Tokens) -> Self {
        Self { tokens, ..self }
    }

    /// Tries again as `retry` says.
    #[must_use]
    pub fn with_retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// Allows for clocks that drift apart by `drift`.
    #[must_use]
    pub fn with_drift(self, drift: Drift) -> Self {
        Self { drift, ..self }
    }

    /// Puts the scripts into the server's cache. Not needed (a script that the server does not know is
    /// sent to it), but it saves the round trips that find that out, which in a model are steps.
    ///
    /// # Errors
    ///
    /// The error of the server, or of the connection.
    pub fn load_scripts(&mut self) -> RedisResult<()> {
        scripts::load(&mut self.connection)
    }

    /// Makes the lease last until `ttl` from now, if the lock is still ours. It is never made shorter, and a
    /// `ttl` of less than a millisecond only asks whether the lock is ours.
    ///
    /// Anything but [`Renewal::Renewed`] extends nothing. A lock that is gone is lost, and not taken again:
    /// another client may have come and gone, and data read under the lock is stale.
    pub fn renew(&mut self, lease: &mut Lease, ttl: Duration) -> Renewal {
        let ttl = whole_millis(ttl);
        let since = self.clock.now();
        let ours: RedisResult<bool> = RENEW
            .key(&lease.key)
            .arg(lease.token.as_str())
            // If another client removed the TTL of the key, 0 would delete the key.
            .arg(millis(ttl).max(1))
            .invoke(&mut self.connection);
        match ours {
            Err(error) => return Renewal::Unknown(error),
            Ok(true) if self.confirm(lease, since, ttl) => {
                self.believe(lease);
                return Renewal::Renewed;
            }
            Ok(_) => {}
        }
        self.disbelieve(lease);
        lease.lose();
        Renewal::Lost
    }

    /// Returns whether the server's answer, that the key holds our token, proves that we had the lock all the
    /// time, and still have. Sets the new end of the lease if so.
    fn confirm(&self, lease: &mut Lease, since: Duration, ttl: Duration) -> bool {
        let now = self.clock.now();
        // A token that was sent once and is there has always been there. One that was sent twice may have
        // expired and, after another client held the lock, been set again by the late one; but not before the
        // lease was over, so an answer that is in by then is proof.
        if lease.resent && !lease.is_valid(now) {
            return false;
        }
        let elapsed = now.checked_sub(since).unwrap_or(Duration::MAX);
        let left = self.drift.left(ttl, elapsed).unwrap_or(Duration::ZERO);
        let until = now.saturating_add(left).max(lease.valid_until);
        if until <= now {
            return false;
        }
        lease.valid_until = until;
        true
    }

    /// Gives the lock up, if it is still ours. One script compares and deletes, so that it leaves alone a
    /// lock that another client has by now.
    ///
    /// From the moment of the call the caller does not count as a holder, whatever the result.
    pub fn release(&mut self, lease: Lease) -> Release {
        self.disbelieve(&lease);
        match self.withdraw(&lease.key, &lease.token) {
            Ok(true) => Release::Released,
            Ok(false) => Release::NotHeld,
            Err(error) if is_refusal(&error) => Release::Unknown(error),
            // Asked again, "deleted" is certain. "Not there" is not: the first may have deleted it.
            Err(error) => match self.withdraw(&lease.key, &lease.token) {
                Ok(true) => Release::Released,
                Ok(false) | Err(_) => Release::Unknown(error),
            },
        }
    }

    /// Deletes the lock if it holds this token. Returns whether it did.
    pub(super) fn withdraw(&mut self, key: &str, token: &Token) -> RedisResult<bool> {
        RELEASE.key(key).arg(token.as_str()).invoke(&mut self.connection)
    }

    /// The time on the lock's clock, which leases are measured by. In a model this is a step.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.clock.now()
    }

    /// The lock's clock.
    #[must_use]
    pub const fn clock(&self) -> &Clock<R> {
        &self.clock
    }

    /// The connection, for work under the lock; the locks stay with the server, so it may be used, or
    /// replaced after it broke.
    #[must_use]
    pub const fn connection_mut(&mut self) -> &mut C {
        &mut self.connection
    }

    pub(super) fn believe(&self, lease: &Lease) {
        trace::record(R::me(), || Kind::Believe {
            key: lease.key.clone(),
            token: lease.token.to_string(),
            until: Some(millis(lease.valid_until)),
        });
    }

    fn disbelieve(&self, lease: &Lease) {
        // A lease that a renewal found lost was disbelieved then.
        if lease.valid_until.is_zero() {
            return;
        }
        trace::record(R::me(), || Kind::Disbelieve {
            key: lease.key.clone(),
            token: lease.token.to_string(),
        });
    }
}

impl<C, R: Runtime> fmt::Debug for RedisLock<C, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisLock")
            .field("clock", &self.clock)
            .field("tokens", &self.tokens)
            .field("retry", &self.retry)
            .field("drift", &self.drift)
            .finish_non_exhaustive()
    }
}
