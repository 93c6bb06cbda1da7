//! Commands about the server and the connection.
//!
//! Source: <https://redis.io/docs/latest/commands/?group=connection>

use super::call::{Call, Outcome};
use super::error::CommandError;
use super::number;
use super::reply::Reply;

/// `PING [message]`
pub(super) fn ping(call: Call<'_>) -> Outcome {
    match &call.args[1..] {
        [] => Ok(Reply::status("PONG")),
        [message] => Ok(Reply::Bulk(message.clone())),
        _ => Err(CommandError::WrongArity(call.name)),
    }
}

/// `ECHO message`
pub(super) fn echo(call: Call<'_>) -> Outcome {
    Ok(Reply::Bulk(call.args[1].clone()))
}

/// `TIME`: seconds and microseconds of the virtual clock, which ticks in milliseconds.
pub(super) fn time(call: Call<'_>) -> Outcome {
    let seconds = (call.now / 1000).to_string();
    let microseconds = (call.now % 1000 * 1000).to_string();
    let parts = [seconds, microseconds].map(|part| Reply::Bulk(part.into_bytes()));
    Ok(Reply::Array(parts.into()))
}

/// `SELECT index`: there is only database 0, as on a server with `databases 1`.
pub(super) fn select(call: Call<'_>) -> Outcome {
    let index = number::integer(&call.args[1])?;
    match i32::try_from(index) {
        Ok(0) => Ok(Reply::ok()),
        Ok(_) => Err(CommandError::NoSuchDatabase),
        Err(_) => Err(CommandError::NotAnInt32),
    }
}

/// `CLIENT SETINFO` and `CLIENT SETNAME`, which client libraries send unasked: accepted, and
/// forgotten, because the engine knows no connections.
pub(super) fn client_ok(_: Call<'_>) -> Outcome {
    Ok(Reply::ok())
}

/// `CLIENT GETNAME`
pub(super) fn client_getname(_: Call<'_>) -> Outcome {
    Ok(Reply::Nil)
}

/// `CLIENT ID`: the same for every connection.
pub(super) fn client_id(_: Call<'_>) -> Outcome {
    Ok(Reply::Int(1))
}
