//! The conversions between replies and Lua values.
//!
//! Source: <https://redis.io/docs/latest/develop/programmability/lua-api/#data-type-conversion>

use mlua::{Lua, Table, Value};

use super::super::number;
use super::super::reply::Reply;

/// The depth to which the reply of a script may nest: each level takes some three KiB of a stack that may be
/// small. A real server goes on until Lua's stack is full.
const DEPTH: usize = 16;

/// A command's reply, as the script sees it.
pub(super) fn value(lua: &Lua, reply: Reply) -> mlua::Result<Value> {
    Ok(match reply {
        Reply::Nil => Value::Boolean(false),
        Reply::Int(number) => Value::Number(number as f64),
        Reply::Bulk(bytes) => Value::String(lua.create_string(bytes)?),
        Reply::Status(text) => {
            let table = lua.create_table_with_capacity(0, 1)?;
            table.raw_set("ok", text)?;
            Value::Table(table)
        }
        Reply::Error(line) => return error_table(lua, &line),
        Reply::Array(items) => {
            let table = lua.create_table_with_capacity(items.len(), 0)?;
            for item in items {
                table.raw_push(value(lua, item)?)?;
            }
            Value::Table(table)
        }
    })
}

/// The table that stands for an error; the second field is what Redis 7 puts there.
pub(super) fn error_table(lua: &Lua, line: &str) -> mlua::Result<Value> {
    let table = lua.create_table_with_capacity(0, 2)?;
    table.raw_set("err", line)?;
    table.raw_set("ignore_error_stats_update", true)?;
    Ok(Value::Table(table))
}

/// The result of a script, as the client sees it.
pub(super) fn reply(value: &Value) -> mlua::Result<Reply> {
    reply_at(value, DEPTH)
}

fn reply_at(value: &Value, depth: usize) -> mlua::Result<Reply> {
    Ok(match value {
        Value::String(bytes) => Reply::Bulk(bytes.as_bytes().to_vec()),
        Value::Integer(number) => Reply::Int(*number),
        Value::Number(number) => Reply::Int(truncated(*number)),
        Value::Boolean(true) => Reply::Int(1),
        Value::Table(_) if depth == 0 => Reply::error("ERR reached lua stack limit"),
        Value::Table(table) => reply_of_table(table, depth - 1)?,
        _ => Reply::Nil,
    })
}

/// An error, a status, a double, or else an array up to the first nil.
fn reply_of_table(table: &Table, depth: usize) -> mlua::Result<Reply> {
    if let Value::String(line) = table.raw_get("err")? {
        return Ok(Reply::error(line.to_string_lossy()));
    }
    if let Value::String(text) = table.raw_get("ok")? {
        return Ok(Reply::status(&text.to_string_lossy()));
    }
    let double = match table.raw_get("double")? {
        Value::Integer(number) => Some(number as f64),
        Value::Number(number) => Some(number),
        _ => None,
    };
    if let Some(number) = double {
        return Ok(Reply::Bulk(number::seventeen_digits(number).into_bytes()));
    }
    let mut items = Vec::new();
    loop {
        match table.raw_get(items.len() + 1)? {
            Value::Nil => return Ok(Reply::Array(items)),
            item => items.push(reply_at(&item, depth)?),
        }
    }
}

/// An argument that a script passes to a command: a string or a number, nothing else.
pub(super) fn argument(value: &Value) -> Option<Vec<u8>> {
    // Below this every integer prints the same with seventeen digits.
    const PLAIN: u64 = 1 << 53;
    match value {
        Value::String(bytes) => Some(bytes.as_bytes().to_vec()),
        Value::Integer(number) if number.unsigned_abs() <= PLAIN => {
            Some(number.to_string().into_bytes())
        }
        Value::Integer(number) => Some(number::seventeen_digits(*number as f64).into_bytes()),
        Value::Number(number) => Some(number::seventeen_digits(*number).into_bytes()),
        _ => None,
    }
}

/// A double as C converts it to 64 bits on the machines that Redis runs on: what does not fit, or
/// is no number, is the least integer.
pub(super) fn truncated(number: f64) -> i64 {
    const END: f64 = 9_223_372_036_854_775_808.0;
    match (-END..END).contains(&number) {
        true => number as i64,
        false => i64::MIN,
    }
}

pub(super) fn strings(lua: &Lua, words: &[Vec<u8>]) -> mlua::Result<Table> {
    let table = lua.create_table_with_capacity(words.len(), 0)?;
    for word in words {
        table.raw_push(lua.create_string(word)?)?;
    }
    Ok(table)
}
