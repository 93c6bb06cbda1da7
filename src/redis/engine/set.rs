//! `SET` with its options, and the older commands that it replaced.
//!
//! Source: <https://redis.io/docs/latest/commands/set/>. The older ones are here because real locks
//! were built on them: `SETNX` and then `EXPIRE` is two steps, with a crash between.

use super::call::{Call, Outcome};
use super::error::{CommandError, NotSimulated};
use super::keyspace::{Entry, Value};
use super::not_simulated::SET_OPTIONS;
use super::number;
use super::reply::Reply;
use super::strings::{bulk_or_nil, string_at};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Only {
    Always,
    IfAbsent,
    IfPresent,
}

#[derive(Clone, Copy)]
enum Lifetime<'a> {
    Forever,
    Kept,
    For(&'a [u8], Unit),
    Until(&'a [u8], Unit),
}

#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Milliseconds,
}

struct Options<'a> {
    only: Only,
    return_old: bool,
    lifetime: Lifetime<'a>,
}

/// `SET key value [NX|XX] [GET] [EX s|PX ms|EXAT s|PXAT ms|KEEPTTL]`
pub(super) fn set(call: Call<'_>) -> Outcome {
    let options = Options::parse(&call.args[3..])?;
    let value = &call.args[2];
    store(call, value, &options)
}

/// `SETNX key value`: 1 if it was set, 0 if the key existed.
pub(super) fn setnx(call: Call<'_>) -> Outcome {
    let options = Options { only: Only::IfAbsent, return_old: false, lifetime: Lifetime::Forever };
    let value = &call.args[2];
    store(call, value, &options).map(|reply| Reply::flag(reply != Reply::Nil))
}

/// `SETEX key seconds value`
pub(super) fn setex(call: Call<'_>) -> Outcome {
    store_for(call, Unit::Seconds)
}

/// `PSETEX key milliseconds value`
pub(super) fn psetex(call: Call<'_>) -> Outcome {
    store_for(call, Unit::Milliseconds)
}

fn store_for(call: Call<'_>, unit: Unit) -> Outcome {
    let options = Options {
        only: Only::Always,
        return_old: false,
        lifetime: Lifetime::For(&call.args[2], unit),
    };
    let value = &call.args[3];
    store(call, value, &options)
}

fn store(call: Call<'_>, value: &[u8], options: &Options<'_>) -> Outcome {
    let key = &call.args[1];
    let deadline = options.lifetime.deadline(call.now, call.name)?;
    let old = match options.return_old {
        true => Some(string_at(call.keyspace, key, call.now).map(bulk_or_nil)?),
        false => None,
    };
    let present = call.keyspace.entry(key, call.now);
    let refused = match options.only {
        Only::Always => false,
        Only::IfAbsent => present.is_some(),
        Only::IfPresent => present.is_none(),
    };
    if refused {
        return Ok(old.unwrap_or(Reply::Nil));
    }
    let deadline = match options.lifetime {
        Lifetime::Kept => present.and_then(|entry| entry.deadline),
        _ => deadline,
    };
    let value = Value::String(value.to_vec());
    call.keyspace.insert(key, Entry { value, deadline });
    Ok(old.unwrap_or_else(Reply::ok))
}

impl<'a> Options<'a> {
    fn parse(words: &'a [Vec<u8>]) -> Result<Self, CommandError> {
        let mut only = Only::Always;
        let mut return_old = false;
        let mut lifetime = Lifetime::Forever;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.to_ascii_lowercase().as_slice() {
                b"nx" if only != Only::IfPresent => only = Only::IfAbsent,
                b"xx" if only != Only::IfAbsent => only = Only::IfPresent,
                b"get" => return_old = true,
                word if is_newer(word) => {
                    let command = format!("SET {}", String::from_utf8_lossy(word));
                    let command = command.to_ascii_uppercase();
                    return Err(NotSimulated { command }.into());
                }
                unit => {
                    let amount = || words.next().ok_or(CommandError::Syntax);
                    let asked = Lifetime::parse(unit, amount)?;
                    lifetime = lifetime.then(asked)?;
                }
            }
        }
        Ok(Options { only, return_old, lifetime })
    }
}

/// Returns whether a server newer than 7.0 knows this option. An older one would see a syntax error.
fn is_newer(word: &[u8]) -> bool {
    SET_OPTIONS.iter().any(|option| option.as_bytes() == word)
}

impl<'a> Lifetime<'a> {
    fn parse(
        word: &[u8],
        amount: impl FnOnce() -> Result<&'a Vec<u8>, CommandError>,
    ) -> Result<Self, CommandError> {
        match word {
            b"keepttl" => Ok(Lifetime::Kept),
            b"ex" => Ok(Lifetime::For(amount()?, Unit::Seconds)),
            b"px" => Ok(Lifetime::For(amount()?, Unit::Milliseconds)),
            b"exat" => Ok(Lifetime::Until(amount()?, Unit::Seconds)),
            b"pxat" => Ok(Lifetime::Until(amount()?, Unit::Milliseconds)),
            _ => Err(CommandError::Syntax),
        }
    }

    /// Two lifetimes contradict each other, unless the same option was given twice: Redis takes
    /// the last of those.
    fn then(self, next: Self) -> Result<Self, CommandError> {
        match (self, next) {
            (Lifetime::Forever, next)
            | (Lifetime::Kept, next @ Lifetime::Kept)
            | (Lifetime::For(_, Unit::Seconds), next @ Lifetime::For(_, Unit::Seconds))
            | (Lifetime::For(_, Unit::Milliseconds), next @ Lifetime::For(_, Unit::Milliseconds))
            | (Lifetime::Until(_, Unit::Seconds), next @ Lifetime::Until(_, Unit::Seconds))
            | (
                Lifetime::Until(_, Unit::Milliseconds),
                next @ Lifetime::Until(_, Unit::Milliseconds),
            ) => Ok(next),
            _ => Err(CommandError::Syntax),
        }
    }

    /// The absolute deadline; it must lie in the range of a signed 64-bit count of milliseconds.
    fn deadline(self, now: u64, command: &'static str) -> Result<Option<u64>, CommandError> {
        let (amount, unit, base) = match self {
            Lifetime::Forever | Lifetime::Kept => return Ok(None),
            Lifetime::For(amount, unit) => (amount, unit, now),
            Lifetime::Until(amount, unit) => (amount, unit, 0),
        };
        let amount = number::integer(amount)?;
        let factor = match unit {
            Unit::Seconds => 1000,
            Unit::Milliseconds => 1,
        };
        let deadline = amount
            .checked_mul(factor)
            .filter(|milliseconds| *milliseconds > 0)
            .and_then(|milliseconds| milliseconds.checked_add_unsigned(base))
            .and_then(|deadline| u64::try_from(deadline).ok());
        deadline.map(Some).ok_or(CommandError::InvalidExpireTime(command))
    }
}
