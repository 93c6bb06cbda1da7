//! The replies of a server.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::text::hash_text;

/// The reply to one command, in the types of RESP2.
///
/// Source: <https://redis.io/docs/latest/develop/reference/protocol-spec/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// No value: a null bulk string or a null array, which no client tells apart.
    Nil,
    /// A number.
    Int(i64),
    /// Bytes.
    Bulk(Vec<u8>),
    /// A short word such as `OK` or `PONG`.
    Status(String),
    /// Several replies.
    Array(Vec<Reply>),
    /// The whole line of an error, its code first: `WRONGTYPE Operation against …`.
    Error(String),
}

impl Hash for Reply {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Nil => {}
            Self::Int(number) => number.hash(state),
            Self::Bulk(bytes) => hash_text(bytes, state),
            Self::Status(text) | Self::Error(text) => hash_text(text.as_bytes(), state),
            Self::Array(items) => {
                state.write_usize(items.len());
                items.iter().for_each(|item| item.hash(state));
            }
        }
    }
}

impl Reply {
    /// The `OK` of commands that have nothing else to say.
    pub fn ok() -> Reply {
        Reply::Status("OK".to_owned())
    }

    /// An error of this one line. A line break would end the reply early, so it becomes a space,
    /// as in Redis.
    pub(in crate::redis) fn error(line: impl AsRef<str>) -> Reply {
        Reply::Error(one_line(line.as_ref().trim_end_matches(['\r', '\n'])))
    }

    pub(in crate::redis) fn status(text: &str) -> Reply {
        Reply::Status(one_line(text))
    }

    /// 1 or 0, which is how Redis says yes or no.
    pub(in crate::redis) fn flag(yes: bool) -> Reply {
        Reply::Int(i64::from(yes))
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

impl fmt::Display for Reply {
    /// As `redis-cli` prints it, on one line, for timelines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reply::Nil => f.write_str("(nil)"),
            Reply::Int(number) => write!(f, "(integer) {number}"),
            Reply::Bulk(bytes) => write!(f, "\"{}\"", bytes.escape_ascii()),
            Reply::Status(text) => f.write_str(text),
            Reply::Error(line) => write!(f, "(error) {line}"),
            Reply::Array(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str("]")
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_reply_reads_as_redis_cli_prints_it() {
        let reply = Reply::Array(vec![
            Reply::ok(),
            Reply::Nil,
            Reply::Int(-2),
            Reply::Bulk(b"a\"\n".to_vec()),
            Reply::Error("ERR no".into()),
        ]);
        assert_eq!(reply.to_string(), r#"[OK, (nil), (integer) -2, "a\"\n", (error) ERR no]"#);
    }

    #[test]
    fn an_error_stays_on_one_line() {
        assert_eq!(Reply::error("ERR a\r\nb\n"), Reply::Error("ERR a  b".into()));
    }
}
