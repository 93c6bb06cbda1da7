//! Commands that pop an element, and wait if there is none. This file has their immediate effect; `waiters`
//! has the clients that wait.
//!
//! Source: <https://redis.io/docs/latest/commands/blpop/>

use super::call::{Call, Outcome};
use super::error::CommandError;
use super::keyspace::{Keyspace, Value};
use super::reply::Reply;

/// `BLPOP key … timeout`: the first element of the first list that has one, with its key.
pub(super) fn blpop(call: Call<'_>) -> Outcome {
    pop(call, End::Left)
}

/// `BRPOP key … timeout`: the last element.
pub(super) fn brpop(call: Call<'_>) -> Outcome {
    pop(call, End::Right)
}

/// The element with its key; nil if there is none, which is when the client has to wait.
fn pop(call: Call<'_>, end: End) -> Outcome {
    let [_, keys @ .., word] = call.args else { return Err(CommandError::WrongArity(call.name)) };
    timeout(word)?;
    for key in keys {
        if let Some(reply) = take(call.keyspace, call.now, key, end)? {
            return Ok(reply);
        }
    }
    Ok(Reply::Nil)
}

/// The end of a list from which an element is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum End {
    /// The first element.
    Left,
    /// The last one.
    Right,
}

/// Pops an element, as a reply with its key; `None` if there is none.
pub(super) fn take(
    keyspace: &mut Keyspace,
    now_ms: u64,
    key: &[u8],
    end: End,
) -> Result<Option<Reply>, CommandError> {
    let list = match keyspace.entry_mut(key, now_ms).map(|entry| &mut entry.value) {
        None => return Ok(None),
        Some(Value::String(_)) => return Err(CommandError::WrongType),
        Some(Value::List(list)) => list,
    };
    let element = match end {
        End::Left => list.pop_front(),
        End::Right => list.pop_back(),
    };
    if list.is_empty() {
        keyspace.remove(key, now_ms);
    }
    let pair = |element| Reply::Array(vec![Reply::Bulk(key.to_vec()), Reply::Bulk(element)]);
    Ok(element.map(pair))
}

/// Reads a number of seconds as milliseconds, rounded up; `None` is for ever. C reads hexadecimal ones too.
pub(super) fn timeout(word: &[u8]) -> Result<Option<u64>, CommandError> {
    let text = std::str::from_utf8(word).ok();
    let seconds = text.and_then(|text| text.parse::<f64>().ok()).filter(|it| !it.is_nan());
    let milliseconds = (seconds.ok_or(CommandError::TimeoutNotAFloat)? * 1_000.0).ceil();
    // A value that does not fit is the least integer in C, and so negative.
    if milliseconds < 0.0 || milliseconds >= i64::MAX as f64 {
        return Err(CommandError::NegativeTimeout);
    }
    Ok(Some(milliseconds as u64).filter(|milliseconds| *milliseconds > 0))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::command::execute;
    use super::*;

    fn run(keyspace: &mut Keyspace, line: &str) -> Reply {
        let args: Vec<Vec<u8>> = line.split(' ').map(Vec::from).collect();
        execute(keyspace, 0, &args).unwrap()
    }

    fn pair(key: &str, element: &str) -> Reply {
        Reply::Array([key, element].map(|word| Reply::Bulk(word.into())).into())
    }

    #[test]
    fn the_first_list_that_has_an_element_gives_it() {
        let mut keyspace = Keyspace::default();
        run(&mut keyspace, "RPUSH l a b c");
        assert_eq!(run(&mut keyspace, "BLPOP n l m 0"), pair("l", "a"));
        assert_eq!(run(&mut keyspace, "BRPOP n l m 0"), pair("l", "c"));
        run(&mut keyspace, "RPUSH n x");
        assert_eq!(run(&mut keyspace, "blpop n l 0"), pair("n", "x"));
        assert_eq!(run(&mut keyspace, "BLPOP n l 0"), pair("l", "b"));
        assert_eq!(keyspace, Keyspace::default());
        assert_eq!(run(&mut keyspace, "BLPOP n l 0"), Reply::Nil);
    }

    #[test]
    fn a_timeout_is_seconds_rounded_up_and_none_is_for_ever() {
        for (text, milliseconds) in [
            ("0", None),
            ("-0", None),
            ("-1e-9", None),
            ("1", Some(1_000)),
            (".25", Some(250)),
            ("+1e-5", Some(1)),
            ("1.0001", Some(1_001)),
        ] {
            assert_eq!(timeout(text.as_bytes()), Ok(milliseconds), "{text}");
        }
        for text in ["-1", "-0.001", "inf", "-inf", "1e30", "9223372036854776"] {
            assert_eq!(timeout(text.as_bytes()), Err(CommandError::NegativeTimeout), "{text}");
        }
        for text in ["", "x", "1s", " 1", "1 ", "nan", "1,5"] {
            assert_eq!(timeout(text.as_bytes()), Err(CommandError::TimeoutNotAFloat), "{text}");
        }
    }
}
