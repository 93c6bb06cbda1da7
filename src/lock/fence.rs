//! A store that is guarded by fencing tokens: the protection that a lock alone cannot give.
//!
//! A client may pause for longer than its lease lasts, and write when the lock is another's; no check
//! of the lease before the write helps, because the pause can come after the check. So the *store*
//! remembers the greatest fencing token that was ever presented, its mark, and refuses lesser ones
//! (Kleppmann, [How to do distributed locking][kleppmann], 2016).
//!
//! * The check, the access and the raising of the mark are one script: between a check and a write that
//!   are apart, a greater token could be presented.
//! * The token is presented **on the first read too**, and raises the mark. With a check on writes only,
//!   33 reads and pauses, 34 reads (nothing was written yet, so the mark is still low), 33 writes, is
//!   accepted, and 34 writes on top of what it never saw.
//! * A token equal to the mark is let in: the holder reads, and then writes.
//!
//! The mark must last as long as the value: no TTL, and a server that does not evict keys
//! (`maxmemory-policy noeviction`) nor loses them at a restart. Lua compares numbers exactly up to 2^53:
//! 285 years at a million acquisitions a second. In a cluster, value and mark must share a hash tag.
//!
//! [kleppmann]: https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html

use ::redis::{
    ConnectionLike, FromRedisValue, RedisError, ToSingleRedisArg, Value, from_redis_value,
};

use super::error::is_refusal;
use super::scripts::{READ_FENCED, WRITE_FENCED};

/// The reason why a guarded store was not read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FenceError {
    /// A later holder has been here: the lock was lost. Nothing was read or written.
    #[error("the fencing token {fence} is stale: {mark} was presented before; nothing was done")]
    Stale {
        /// The token presented.
        fence: u64,
        /// The greatest that was presented before.
        mark: u64,
    },
    /// The server answered with an error. Nothing was written.
    #[error("the server refused the access: {0}")]
    Refused(#[source] RedisError),
    /// The server gave no answer that makes sense: a write may have been carried out, or may still be.
    #[error("the server did not answer, so the access may or may not have been carried out: {0}")]
    Unknown(#[source] RedisError),
}

impl From<RedisError> for FenceError {
    fn from(error: RedisError) -> Self {
        if is_refusal(&error) { Self::Refused(error) } else { Self::Unknown(error) }
    }
}

/// Reads `data_key` under the fencing token `fence`, which it presents to `mark_key`; `None` if there
/// is no value. One step on the server.
///
/// # Errors
///
/// [`FenceError::Stale`] if a greater token was presented before; otherwise the error of the server. A value
/// that is no `T` is [`FenceError::Unknown`], though nothing about a read is harmful.
pub fn read_fenced<T: FromRedisValue>(
    connection: &mut dyn ConnectionLike,
    data_key: &str,
    mark_key: &str,
    fence: u64,
) -> Result<Option<T>, FenceError> {
    let reply = READ_FENCED.key(data_key).key(mark_key).arg(fence).invoke(connection)?;
    Ok(from_redis_value(admitted(fence, reply)?).map_err(RedisError::from)?)
}

/// Writes `value` to `data_key` under the fencing token `fence`, which it presents to `mark_key`. One
/// step on the server. A value has no TTL afterwards.
///
/// Sending the same token and value again after [`FenceError::Unknown`] does no harm, and an `Ok` then
/// resolves the doubt; `Stale` then does **not**: the first write may have been carried out before the later
/// holder came.
///
/// # Errors
///
/// [`FenceError::Stale`] if a greater token was presented before; otherwise the error of the server.
pub fn write_fenced(
    connection: &mut dyn ConnectionLike,
    data_key: &str,
    mark_key: &str,
    fence: u64,
    value: impl ToSingleRedisArg,
) -> Result<(), FenceError> {
    let reply =
        WRITE_FENCED.key(data_key).key(mark_key).arg(fence).arg(value).invoke(connection)?;
    admitted(fence, reply).map(drop)
}

/// The value of a reply, if the token was let in.
fn admitted(fence: u64, (admitted, value): (bool, Value)) -> Result<Value, FenceError> {
    if admitted {
        return Ok(value);
    }
    let mark = from_redis_value(value).map_err(RedisError::from)?;
    Err(FenceError::Stale { fence, mark })
}
