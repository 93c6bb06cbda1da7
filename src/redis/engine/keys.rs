//! Commands on keys of any type, and on all of them.
//!
//! Source: <https://redis.io/docs/latest/commands/?group=generic>

use super::call::{Call, Outcome};
use super::error::CommandError;
use super::keyspace::Value;
use super::reply::Reply;

/// `DEL key …`: how many there were.
pub(super) fn del(call: Call<'_>) -> Outcome {
    let mut deleted = 0;
    for key in &call.args[1..] {
        deleted += i64::from(call.keyspace.remove(key, call.now).is_some());
    }
    Ok(Reply::Int(deleted))
}

/// `EXISTS key …`: a key named twice counts twice.
pub(super) fn exists(call: Call<'_>) -> Outcome {
    let there = |key: &&Vec<u8>| call.keyspace.entry(key, call.now).is_some();
    count(call.args[1..].iter().filter(there).count())
}

/// `TYPE key`
pub(super) fn kind(call: Call<'_>) -> Outcome {
    let entry = call.keyspace.entry(&call.args[1], call.now);
    let name = match entry.map(|entry| &entry.value) {
        None => "none",
        Some(Value::String(_)) => "string",
        Some(Value::List(_)) => "list",
    };
    Ok(Reply::status(name))
}

/// `DBSIZE`
pub(super) fn dbsize(call: Call<'_>) -> Outcome {
    count(call.keyspace.entries(call.now).count())
}

/// `FLUSHALL [ASYNC|SYNC]` and `FLUSHDB`: there is one database, and scripts stay.
pub(super) fn flush(call: Call<'_>) -> Outcome {
    match &call.args[1..] {
        [] => {}
        [mode] if mode.eq_ignore_ascii_case(b"sync") => {}
        [mode] if mode.eq_ignore_ascii_case(b"async") => {}
        _ => return Err(CommandError::Syntax),
    }
    call.keyspace.clear();
    Ok(Reply::ok())
}

/// A number of things in memory always fits a reply.
pub(super) fn count(number: usize) -> Outcome {
    Ok(Reply::Int(i64::try_from(number).unwrap_or(i64::MAX)))
}
