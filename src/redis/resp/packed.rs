//! Commands as bytes, in the form in which a pipeline of redis-rs hands them over.
//!
//! Source: <https://redis.io/docs/latest/develop/reference/protocol-spec/>. The parser of redis-rs reads
//! replies, and reads beyond the end of one, so requests are split by hand.

use ::redis::{ErrorKind, RedisError, RedisResult};

use crate::redis::engine::transaction::Request;

/// Splits packed commands, `*2\r\n$3\r\nGET\r\n$1\r\nk\r\n…`, into requests.
///
/// # Errors
///
/// A client error if the bytes are not whole commands in this form; nothing is executed then.
pub fn split_packed(bytes: &[u8]) -> RedisResult<Vec<Request>> {
    let mut rest = bytes;
    let mut requests = Vec::new();
    while !rest.is_empty() {
        let words = header(&mut rest, b'*')?;
        let request: RedisResult<Request> = (0..words).map(|_| word(&mut rest)).collect();
        requests.push(request?);
    }
    Ok(requests)
}

fn word(rest: &mut &[u8]) -> RedisResult<Vec<u8>> {
    let length = header(rest, b'$')?;
    let (word, after) = rest.split_at_checked(length).ok_or_else(malformed)?;
    *rest = after.strip_prefix(b"\r\n").ok_or_else(malformed)?;
    Ok(word.to_vec())
}

/// A count behind its mark: `*3\r\n` or `$5\r\n`.
fn header(rest: &mut &[u8], mark: u8) -> RedisResult<usize> {
    let line = rest.strip_prefix(&[mark]).ok_or_else(malformed)?;
    let end = line.windows(2).position(|pair| pair == b"\r\n");
    let (digits, after) = line.split_at(end.ok_or_else(malformed)?);
    *rest = &after[2..];
    let digits = std::str::from_utf8(digits).map_err(|_| malformed())?;
    digits.parse().map_err(|_| malformed())
}

fn malformed() -> RedisError {
    let text = "packed commands are expected: arrays of bulk strings, complete";
    RedisError::from((ErrorKind::Client, text))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_is_split_into_the_commands_it_was_made_of() {
        let mut pipe = ::redis::pipe();
        pipe.atomic().set("k", "*1\r\n$4\r\nPING\r\n").get("k").ping();
        let requests = split_packed(&pipe.get_packed_pipeline()).unwrap();
        let names: Vec<_> = requests.iter().map(|request| request[0].as_slice()).collect();
        assert_eq!(names, [&b"MULTI"[..], b"SET", b"GET", b"PING", b"EXEC"]);
        assert_eq!(requests[1][2], b"*1\r\n$4\r\nPING\r\n");
        assert_eq!(split_packed(b"").unwrap(), Vec::<Request>::new());
    }

    #[test]
    fn bytes_that_are_not_whole_commands_are_refused() {
        let whole = ::redis::cmd("GET").arg("key").get_packed_command();
        assert_eq!(split_packed(&whole).unwrap().len(), 1);
        for cut in 1..whole.len() {
            assert!(split_packed(&whole[..cut]).is_err(), "cut at {cut}");
        }
        assert!(split_packed(b"PING\r\n").is_err());
        assert!(split_packed(b"*1\r\n$4\r\nPING--").is_err());
        assert!(split_packed(b"*-1\r\n").is_err());
    }
}
