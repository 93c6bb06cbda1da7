//! Obtaining a lock: the requests, and what each answer (or none) proves.
//!
//! A `SET` whose reply is lost leaves open whether the server took the lock for us. Guessing "no" makes
//! a client wait for its own lock; guessing "yes" lets two clients in. So the same token is sent once
//! more, and the answers decide. With `S1`, `S2` the first and the second `SET` of a token:
//!
//! | what happened to `S1` | answer to `S2` | `GET` after it | so |
//! |---|---|---|---|
//! | never arrived | OK | | ours |
//! | took effect | nil | our token | ours |
//! | took effect, then expired | OK | | ours, though little may be left of it |
//! | took effect, expired before the `GET` | nil | nil | taken; the next attempt will see |
//! | took effect, expired, another came | nil | another token | taken |
//! | arrives late, after `S2` | any of these | any of these | as above (*) |
//!
//! (*) On an absent key a late `S1` takes the lock with our token, which the next attempt's `GET` finds;
//! on any other key it does nothing.
//!
//! * **The start of the validity.** "Ours" does not say which of the two did it, so the validity counts from
//!   the start of the first. In general it counts from the latest instant at which the token was known not to
//!   be on the server ([`Claim::since`]): before the first send, or before a `GET` that found something else.
//!   The `SET` that put it there came later, so the server holds it longer than we believe. (Counting from
//!   the first of *all* attempts would hand out leases that have already lapsed.)
//! * **The next token.** After a plain nil the token is certainly not on the server, and the next attempt has
//!   a new one. As long as a `SET` of it may yet arrive, the next attempt sends the same one, so that we
//!   recognise our own lock instead of being blocked by it. A token too old to give a lease is withdrawn
//!   (compare and delete) and replaced once the server has confirmed that.
//! * **A repeat can be recognised safely only because no two acquisitions share a token.** With a shared one,
//!   another client's lock would be taken for ours.
//! * **The remainder.** A late `SET` may arrive after we have released or given up: then the key holds a
//!   token in which no client believes, until its TTL is over. That costs time and never lets two in (a
//!   renewal knows of it too). One ordered connection cannot do it; a connection that is replaced after an
//!   error can.

use std::time::Duration;

use ::redis::{ConnectionLike, RedisError, RedisResult, cmd};

use super::error::is_refusal;
use super::retry::{Backoff, Retry};
use super::scripts::ACQUIRE_FENCED;
use super::validity::{millis, whole_millis};
use super::{AcquireError, Drift, Lease, RedisLock, Token};
use crate::sync::Runtime;

/// The lock to acquire.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) key: &'a str,
    /// The counter to mint a fencing token from.
    pub(super) fence_key: Option<&'a str>,
    /// In whole milliseconds.
    ttl: Duration,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(key: &'a str, fence_key: Option<&'a str>, ttl: Duration) -> Self {
        Self { key, fence_key, ttl: whole_millis(ttl) }
    }

    fn too_short(&self, drift: Drift, elapsed: Duration) -> AcquireError {
        AcquireError::TooShort { ttl: self.ttl, drift: drift.of(self.ttl), elapsed }
    }
}

/// A token, and the facts known about it.
struct Claim {
    token: Token,
    /// The latest instant at which the token was certainly not on the server.
    since: Duration,
    /// Some send of it got no answer: it may be on the server, or arrive there yet.
    doubtful: bool,
}

/// The answer of the server.
enum Answer {
    Ours { fence: Option<u64> },
    Taken,
}

/// The reason why an attempt gave no lease, so that another may be made.
enum Miss {
    Taken,
    Unanswered(RedisError),
}

impl<C: ConnectionLike, R: Runtime> RedisLock<C, R> {
    /// Attempts until there is a lease, a reason not to go on, or no patience left.
    pub(super) fn obtain(
        &mut self,
        wanted: Wanted<'_>,
        retry: Retry,
    ) -> Result<Lease, AcquireError> {
        if self.drift.left(wanted.ttl, Duration::ZERO).is_none() {
            return Err(wanted.too_short(self.drift, Duration::ZERO));
        }
        let mut claim = self.claim()?;
        let began = claim.since;
        let mut backoff = retry.backoff();
        loop {
            let miss = match self.ask(&wanted, &mut claim) {
                Ok(Answer::Ours { fence }) => return self.settle(&wanted, claim, fence),
                Ok(Answer::Taken) => Miss::Taken,
                Err(error) if is_refusal(&error) => {
                    if claim.doubtful {
                        let _ = self.withdraw(wanted.key, &claim.token);
                    }
                    return Err(AcquireError::Refused(error));
                }
                Err(error) => Miss::Unanswered(error),
            };
            if !self.wait(&mut backoff, began) {
                return Err(self.give_up(&wanted, &claim, miss, &backoff));
            }
            claim = self.next_claim(&wanted, claim)?;
        }
    }

    fn claim(&mut self) -> Result<Claim, AcquireError> {
        Ok(Claim {
            token: self.tokens.fresh().map_err(AcquireError::NoToken)?,
            // Before the token is sent: the time that the request takes is ours to lose.
            since: self.clock.now(),
            doubtful: false,
        })
    }

    /// One attempt, repeated at once if there is no answer.
    fn ask(&mut self, wanted: &Wanted<'_>, claim: &mut Claim) -> RedisResult<Answer> {
        let mut sent = self.sent_at(claim);
        let mut answer = self.send(wanted, &claim.token);
        if matches!(&answer, Err(error) if !is_refusal(error)) {
            claim.doubtful = true;
            sent = self.sent_at(claim);
            answer = self.send(wanted, &claim.token);
        }
        match answer? {
            Answer::Taken if !claim.doubtful => Ok(Answer::Taken),
            // The script compares by itself: its nil says that the token was not there.
            Answer::Taken if wanted.fence_key.is_some() => {
                claim.since = sent;
                Ok(Answer::Taken)
            }
            Answer::Taken => self.recognise(wanted, claim),
            ours => Ok(ours),
        }
    }

    /// When the next command is sent. While there is no doubt it does not matter; in a model, reading
    /// the clock is a step.
    fn sent_at(&self, claim: &Claim) -> Duration {
        if claim.doubtful { self.clock.now() } else { claim.since }
    }

    fn send(&mut self, wanted: &Wanted<'_>, token: &Token) -> RedisResult<Answer> {
        let (token, ttl) = (token.as_str(), millis(wanted.ttl));
        let Some(fence_key) = wanted.fence_key else {
            let set = cmd("SET")
                .arg(wanted.key)
                .arg(token)
                .arg("NX")
                .arg("PX")
                .arg(ttl)
                .query(&mut self.connection)?;
            return Ok(if set { Answer::Ours { fence: None } } else { Answer::Taken });
        };
        let fence: Option<u64> = ACQUIRE_FENCED
            .key(wanted.key)
            .key(fence_key)
            .arg(token)
            .arg(ttl)
            .invoke(&mut self.connection)?;
        Ok(fence.map_or(Answer::Taken, |fence| Answer::Ours { fence: Some(fence) }))
    }

    /// The key is taken, and an earlier send got no answer: is it ours?
    fn recognise(&mut self, wanted: &Wanted<'_>, claim: &mut Claim) -> RedisResult<Answer> {
        let sent = self.clock.now();
        let holder: Option<Vec<u8>> = cmd("GET").arg(wanted.key).query(&mut self.connection)?;
        if holder.is_some_and(|holder| holder == claim.token.as_str().as_bytes()) {
            return Ok(Answer::Ours { fence: None });
        }
        claim.since = sent;
        Ok(Answer::Taken)
    }

    /// Computes how much is left of a lock that the server took for us.
    fn settle(
        &mut self,
        wanted: &Wanted<'_>,
        claim: Claim,
        fence: Option<u64>,
    ) -> Result<Lease, AcquireError> {
        let now = self.clock.now();
        // A clock that ran backwards proves nothing: no validity.
        let elapsed = now.checked_sub(claim.since).unwrap_or(Duration::MAX);
        let Some(left) = self.drift.left(wanted.ttl, elapsed) else {
            // The lock may be another's by now: compare and delete leaves that alone. If it fails too, the
            // key waits for its TTL.
            let _ = self.withdraw(wanted.key, &claim.token);
            return Err(wanted.too_short(self.drift, elapsed));
        };
        let lease = Lease {
            key: wanted.key.to_owned(),
            token: claim.token,
            fence,
            valid_until: now.saturating_add(left),
            resent: claim.doubtful,
        };
        self.believe(&lease);
        Ok(lease)
    }

    /// Waits before another attempt; `false` if the policy allows none.
    fn wait(&self, backoff: &mut Backoff, began: Duration) -> bool {
        let spent = || self.clock.now().saturating_sub(began);
        match backoff.next(spent) {
            None => return false,
            Some(Duration::ZERO) => {}
            Some(wait) => self.clock.sleep(wait),
        }
        true
    }

    /// The claim of the next attempt.
    fn next_claim(&mut self, wanted: &Wanted<'_>, claim: Claim) -> Result<Claim, AcquireError> {
        if claim.doubtful {
            let age = self.clock.now().saturating_sub(claim.since);
            let may_give_a_lease = self.drift.left(wanted.ttl, age).is_some();
            if may_give_a_lease || self.withdraw(wanted.key, &claim.token).is_err() {
                return Ok(claim);
            }
        }
        self.claim()
    }

    /// No attempt is left.
    fn give_up(
        &mut self,
        wanted: &Wanted<'_>,
        claim: &Claim,
        miss: Miss,
        backoff: &Backoff,
    ) -> AcquireError {
        match miss {
            Miss::Taken => AcquireError::Taken {
                key: wanted.key.to_owned(),
                attempts: backoff.attempts,
                waited: backoff.waited,
            },
            Miss::Unanswered(error) => {
                // It may be there, and would block everyone for a TTL.
                let _ = self.withdraw(wanted.key, &claim.token);
                AcquireError::Unknown(error)
            }
        }
    }
}
