//! Commands about the time a key has left.
//!
//! Source: <https://redis.io/docs/latest/commands/expire/>

use super::call::{Call, Outcome};
use super::error::CommandError;
use super::number;
use super::reply::Reply;

/// `PTTL key`: milliseconds left; -1 without a deadline, -2 without a key.
pub(super) fn pttl(call: Call<'_>) -> Outcome {
    Ok(Reply::Int(left(&call)))
}

/// `TTL key`: the same in seconds, rounded half up, so the last half second reads as 0.
pub(super) fn ttl(call: Call<'_>) -> Outcome {
    let milliseconds = left(&call);
    Ok(Reply::Int(match milliseconds {
        ..0 => milliseconds,
        _ => milliseconds / 1000 + i64::from(milliseconds % 1000 >= 500),
    }))
}

fn left(call: &Call<'_>) -> i64 {
    match call.keyspace.entry(&call.args[1], call.now) {
        None => -2,
        Some(entry) => entry.deadline.map_or(-1, |deadline| {
            i64::try_from(deadline.saturating_sub(call.now)).unwrap_or(i64::MAX)
        }),
    }
}

/// `PERSIST key`: 1 if a deadline was taken away.
pub(super) fn persist(call: Call<'_>) -> Outcome {
    let entry = call.keyspace.entry_mut(&call.args[1], call.now);
    let deadline = entry.and_then(|entry| entry.deadline.take());
    Ok(Reply::flag(deadline.is_some()))
}

/// `EXPIRE key seconds [NX|XX|GT|LT]`
pub(super) fn expire(call: Call<'_>) -> Outcome {
    expire_in(call, 1000)
}

/// `PEXPIRE key milliseconds [NX|XX|GT|LT]`: 1 if it was done; a time that is not in the future
/// deletes the key.
pub(super) fn pexpire(call: Call<'_>) -> Outcome {
    expire_in(call, 1)
}

fn expire_in(call: Call<'_>, factor: i64) -> Outcome {
    let condition = Condition::parse(&call.args[3..])?;
    let deadline = number::integer(&call.args[2])?
        .checked_mul(factor)
        .and_then(|milliseconds| milliseconds.checked_add_unsigned(call.now))
        .ok_or(CommandError::InvalidExpireTime(call.name))?;
    let Some(entry) = call.keyspace.entry_mut(&call.args[1], call.now) else {
        return Ok(Reply::flag(false));
    };
    if !condition.holds(entry.deadline, deadline) {
        return Ok(Reply::flag(false));
    }
    match u64::try_from(deadline).ok().filter(|at| *at > call.now) {
        Some(deadline) => entry.deadline = Some(deadline),
        None => drop(call.keyspace.remove(&call.args[1], call.now)),
    }
    Ok(Reply::flag(true))
}

#[derive(Default)]
struct Condition {
    nx: bool,
    xx: bool,
    gt: bool,
    lt: bool,
}

impl Condition {
    fn parse(words: &[Vec<u8>]) -> Result<Self, CommandError> {
        let mut condition = Condition::default();
        for word in words {
            match word.to_ascii_lowercase().as_slice() {
                b"nx" => condition.nx = true,
                b"xx" => condition.xx = true,
                b"gt" => condition.gt = true,
                b"lt" => condition.lt = true,
                _ => {
                    let word = String::from_utf8_lossy(word).into_owned();
                    return Err(CommandError::UnsupportedOption(word));
                }
            }
        }
        match condition {
            Condition { nx: true, xx, gt, lt } if xx || gt || lt => Err(CommandError::NxWithOthers),
            Condition { gt: true, lt: true, .. } => Err(CommandError::GtWithLt),
            condition => Ok(condition),
        }
    }

    /// A key without a deadline has one at the end of time.
    fn holds(&self, present: Option<u64>, wanted: i64) -> bool {
        let earlier = present.is_none_or(|present| i128::from(wanted) < i128::from(present));
        let later = present.is_some_and(|present| i128::from(wanted) > i128::from(present));
        (!self.nx || present.is_none())
            && (!self.xx || present.is_some())
            && (!self.gt || later)
            && (!self.lt || earlier)
    }
}
