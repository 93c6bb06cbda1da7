//! What servers answer and hold, as texts.

use lockproof::redis::{Entry, Keyspace, Value as Held};
use redis::Value;

/// A reply.
pub fn text(value: &Value) -> String {
    match value {
        Value::Nil => "nil".into(),
        Value::Int(number) => format!("int {number}"),
        Value::BulkString(bytes) => format!("'{}'", String::from_utf8_lossy(bytes)),
        Value::Array(all) => format!("[{}]", all.iter().map(text).collect::<Vec<_>>().join(",")),
        Value::ServerError(error) => format!("error {:?}", error.code()),
        other => format!("{other:?}"),
    }
}

/// What a key holds.
pub fn shown(value: &Held) -> String {
    match value {
        Held::String(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Held::List(all) => all
            .iter()
            .map(|it| String::from_utf8_lossy(it).into_owned())
            .collect::<Vec<_>>()
            .join(","),
    }
}

/// All that a server holds, a part for each key.
pub fn contents(keyspace: &Keyspace, now: u64) -> String {
    let part = |(key, entry): (&[u8], &Entry)| {
        format!(
            "; {}={} until {:?}",
            String::from_utf8_lossy(key),
            shown(&entry.value),
            entry.deadline
        )
    };
    keyspace.entries(now).map(part).collect()
}
