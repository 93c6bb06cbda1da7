//! The lock protocol: a lock that one Redis server keeps, over any connection of the `redis` crate.
//!
//! # Layout
//!
//! * `scripts`: the Lua code that has to be one step on the server.
//! * [`validity`]: the time for which a lease may be trusted.
//! * [`token`]: the proof that a lock is one's own.
//! * [`retry`]: the number of further attempts, and the waits between them.
//! * [`error`]: the reasons why a lock was not obtained.
//! * [`lease`]: a lock that was obtained, and its possible ends.
//! * [`redis_lock`]: the lock itself: renew, release.
//! * `acquire`: the conclusions from each answer to an acquisition, and from a missing one.
//! * `acquisition`: the ways to acquire a lock.
//! * [`fence`]: a store that refuses late holders.
//!
//! # The protocol
//!
//! * **Acquire**: `SET key token NX PX ttl`, with a token that no other acquisition has; if the reply is
//!   lost, the same token is sent again, and our own lock recognised.
//! * **The lease** is valid for the TTL, less the time since the request was sent, less an allowance for
//!   clock drift: never longer than the server holds it.
//! * **Renew**: extend if the key holds our token; if it does not, the lock is lost. **Release**: delete
//!   if the key holds our token. Each is one script.
//! * **Fence**: a number minted in the same step as the lock, presented with each access to the store.
//!
//! Each belief (obtained, extended, given up) is recorded in [`crate::trace`], so that a checker can
//! compare what clients believe with each other.
//!
//! # What it does not protect from
//!
//! * **A holder that pauses past its TTL, or whose write is late in the network.** No lock with a TTL
//!   does; guard the store with [`fence`].
//! * **Fail-over to a replica that has not received the lock yet, and a restart that forgets it.**
//!   Replication is asynchronous; `WAIT` narrows the gap and does not close it.
//! * **A server whose wall clock jumps.** Redis expires keys by it.
//! * **A crashed client's lock stays** until its TTL is over; so does one whose late `SET` arrives after
//!   its client gave up. Neither lets two in.
//! * **Fairness**: waiters poll, and a newcomer may be first.
//!
//! # Sources
//!
//! * Redis, [Distributed locks with
//!   Redis](https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/).
//! * Martin Kleppmann, [How to do distributed
//!   locking](https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html), 2016.
//! * Salvatore Sanfilippo, [Is Redlock safe?](http://antirez.com/news/101), 2016.

mod acquire;
mod acquisition;
pub mod error;
pub mod fence;
pub mod lease;
pub mod redis_lock;
pub mod retry;
mod scripts;
#[cfg(all(test, not(loom)))]
mod tests;
pub mod token;
pub mod validity;

pub use error::AcquireError;
pub use fence::{FenceError, read_fenced, write_fenced};
pub use lease::{Lease, Release, Renewal};
pub use redis_lock::RedisLock;
pub use retry::{Jitter, Retry};
pub use token::{Token, Tokens};
pub use validity::Drift;
