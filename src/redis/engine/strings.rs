//! Commands on strings and counters, but for `SET`, which has a file of its own.
//!
//! Source: <https://redis.io/docs/latest/commands/?group=string>

use super::call::{Call, Outcome};
use super::error::CommandError;
use super::keyspace::{Entry, Keyspace, Value};
use super::number;
use super::reply::Reply;

/// The string at `key`: `None` if there is no such key, an error if it holds something else.
pub(super) fn string_at<'a>(
    keyspace: &'a Keyspace,
    key: &[u8],
    now: u64,
) -> Result<Option<&'a Vec<u8>>, CommandError> {
    match keyspace.entry(key, now).map(|entry| &entry.value) {
        None => Ok(None),
        Some(Value::String(bytes)) => Ok(Some(bytes)),
        Some(Value::List(_)) => Err(CommandError::WrongType),
    }
}

pub(super) fn bulk_or_nil(bytes: Option<&Vec<u8>>) -> Reply {
    bytes.map_or(Reply::Nil, |bytes| Reply::Bulk(bytes.clone()))
}

/// `GET key`
pub(super) fn get(call: Call<'_>) -> Outcome {
    string_at(call.keyspace, &call.args[1], call.now).map(bulk_or_nil)
}

/// `MGET key …`: a key of another type counts as absent.
pub(super) fn mget(call: Call<'_>) -> Outcome {
    let get =
        |key: &Vec<u8>| string_at(call.keyspace, key, call.now).map_or(Reply::Nil, bulk_or_nil);
    Ok(Reply::Array(call.args[1..].iter().map(get).collect()))
}

/// `GETDEL key`
pub(super) fn getdel(call: Call<'_>) -> Outcome {
    let reply = string_at(call.keyspace, &call.args[1], call.now).map(bulk_or_nil)?;
    call.keyspace.remove(&call.args[1], call.now);
    Ok(reply)
}

/// `GETSET key value`: the old value, and no deadline any more.
pub(super) fn getset(call: Call<'_>) -> Outcome {
    let reply = string_at(call.keyspace, &call.args[1], call.now).map(bulk_or_nil)?;
    let entry = Entry { value: Value::String(call.args[2].clone()), deadline: None };
    call.keyspace.insert(&call.args[1], entry);
    Ok(reply)
}

/// `INCR key`
pub(super) fn incr(call: Call<'_>) -> Outcome {
    add(call, 1)
}

/// `DECR key`
pub(super) fn decr(call: Call<'_>) -> Outcome {
    add(call, -1)
}

/// `INCRBY key increment`
pub(super) fn incrby(call: Call<'_>) -> Outcome {
    let increment = number::integer(&call.args[2])?;
    add(call, increment)
}

/// `DECRBY key decrement`
pub(super) fn decrby(call: Call<'_>) -> Outcome {
    let decrement = number::integer(&call.args[2])?;
    let increment = decrement.checked_neg().ok_or(CommandError::DecrementOverflow)?;
    add(call, increment)
}

/// A counter keeps its deadline, which makes `INCR` usable for rate limits.
fn add(call: Call<'_>, increment: i64) -> Outcome {
    let key = &call.args[1];
    let before = match string_at(call.keyspace, key, call.now)? {
        Some(bytes) => number::integer(bytes)?,
        None => 0,
    };
    let after = before.checked_add(increment).ok_or(CommandError::Overflow)?;
    let deadline = call.keyspace.entry(key, call.now).and_then(|entry| entry.deadline);
    let value = Value::String(after.to_string().into_bytes());
    call.keyspace.insert(key, Entry { value, deadline });
    Ok(Reply::Int(after))
}
