//! The ways to acquire a lock: one attempt or several, with a fencing token or without.

use std::time::Duration;

use ::redis::ConnectionLike;

use super::acquire::Wanted;
use super::{AcquireError, Lease, RedisLock, Retry};
use crate::sync::Runtime;

impl<C: ConnectionLike, R: Runtime> RedisLock<C, R> {
    /// Makes one attempt to lock `key` for `ttl`; `None` if another client holds it. The TTL counts in whole
    /// milliseconds, and the lease is valid for a little less.
    ///
    /// # Errors
    ///
    /// Each of [`AcquireError`] but `Taken`.
    pub fn try_acquire(&mut self, key: &str, ttl: Duration) -> Result<Option<Lease>, AcquireError> {
        unless_taken(self.obtain(Wanted::new(key, None, ttl), Retry::once()))
    }

    /// Locks `key` for `ttl`, trying again as the policy says while another client holds it or the server
    /// does not answer.
    ///
    /// # Errors
    ///
    /// See [`AcquireError`]. After an error the caller does not hold the lock.
    pub fn acquire(&mut self, key: &str, ttl: Duration) -> Result<Lease, AcquireError> {
        self.obtain(Wanted::new(key, None, ttl), self.retry)
    }

    /// As [`RedisLock::try_acquire`], and mints a fencing token as [`RedisLock::acquire_fenced`] does.
    ///
    /// # Errors
    ///
    /// Each of [`AcquireError`] but `Taken`.
    pub fn try_acquire_fenced(
        &mut self,
        key: &str,
        fence_key: &str,
        ttl: Duration,
    ) -> Result<Option<Lease>, AcquireError> {
        unless_taken(self.obtain(Wanted::new(key, Some(fence_key), ttl), Retry::once()))
    }

    /// As [`RedisLock::acquire`], and mints a fencing token from the counter `fence_key` in the same
    /// step: [`Lease::fence`] is greater than that of every earlier lease. Minted in a step of its own,
    /// a client that paused before it would hold the greatest token and no lock.
    ///
    /// Each lock needs a counter of its own, with no TTL, on a server that neither evicts nor loses it.
    /// In a cluster both must share a hash tag.
    ///
    /// # Errors
    ///
    /// See [`AcquireError`].
    pub fn acquire_fenced(
        &mut self,
        key: &str,
        fence_key: &str,
        ttl: Duration,
    ) -> Result<Lease, AcquireError> {
        self.obtain(Wanted::new(key, Some(fence_key), ttl), self.retry)
    }
}

fn unless_taken(result: Result<Lease, AcquireError>) -> Result<Option<Lease>, AcquireError> {
    match result {
        Ok(lease) => Ok(Some(lease)),
        Err(AcquireError::Taken { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
