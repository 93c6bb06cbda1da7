//! The lock against a connection that follows a script: the commands that it sends, and its conclusions from
//! each answer. The server's handling of the commands is not tested here.

mod acquire;
mod fenced;
mod keep;
mod lost_replies;

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use ::redis::{Cmd, ConnectionLike, ErrorKind, RedisResult, ServerErrorKind, Value};

use super::{Drift, Lease, RedisLock, Retry, Tokens, scripts};
use crate::sync::{Clock, Std};
use crate::trace::{self, ActorId, Kind, ObjectId, Recorder};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// One command that is expected, as `GET k`, or `release k alice:1` for a script called by its hash, the
/// milliseconds until the answer, and the answer.
type Line = (&'static str, u64, RedisResult<Value>);

/// Expects exactly these commands, in this order.
struct Fake {
    clock: Clock<Std>,
    lines: VecDeque<Line>,
}

impl ConnectionLike for Fake {
    fn req_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        let said = describe(cmd);
        trace::record(ActorId::MAIN, || Kind::Access {
            object: ObjectId(0),
            request: said.clone(),
            reply: String::new(),
            touched: Vec::new(),
        });
        let Some((expected, takes, reply)) = self.lines.pop_front() else {
            panic!("no command was expected, and this one came: {said}");
        };
        assert_eq!(said, expected);
        self.clock.advance_to(self.clock.peek_ms() + takes);
        reply
    }

    fn req_packed_command(&mut self, _: &[u8]) -> RedisResult<Value> {
        unreachable!("the lock sends commands one at a time")
    }

    fn req_packed_commands(&mut self, _: &[u8], _: usize, _: usize) -> RedisResult<Vec<Value>> {
        unreachable!("the lock sends commands one at a time")
    }

    fn get_db(&self) -> i64 {
        0
    }

    fn check_connection(&mut self) -> bool {
        true
    }

    fn is_open(&self) -> bool {
        true
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let left: Vec<_> = self.lines.iter().map(|line| line.0).collect();
            assert!(left.is_empty(), "commands that never came: {left:?}");
        }
    }
}

/// The words of a command; a script is called by its name.
fn describe(cmd: &Cmd) -> String {
    let mut words: Vec<String> = cmd
        .args_iter()
        .map(|arg| match arg {
            ::redis::Arg::Simple(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            other => format!("{other:?}"),
        })
        .collect();
    if words[0] == "EVALSHA" {
        let known = scripts::ALL.iter().find(|(_, script)| script.get_hash() == words[1]);
        let (name, _) = known.expect("a script of the lock");
        words.splice(..3, [(*name).to_owned()]);
    } else if words[0] == "SCRIPT" {
        let hash = ::redis::Script::new(&words[2]).get_hash().to_owned();
        words[2] = hash;
    }
    words.join(" ")
}

/// A client called `alice`, one attempt an acquisition, on virtual time.
fn alice(lines: impl IntoIterator<Item = Line>) -> RedisLock<Fake> {
    let clock = Clock::virtual_time();
    let fake = Fake { clock: clock.clone(), lines: lines.into_iter().collect() };
    RedisLock::new(fake)
        .with_clock(clock)
        .with_tokens(Tokens::numbered("alice"))
        .with_retry(Retry::once())
}

fn ok() -> RedisResult<Value> {
    Ok(Value::Okay)
}

fn nil() -> RedisResult<Value> {
    Ok(Value::Nil)
}

fn int(number: i64) -> RedisResult<Value> {
    Ok(Value::Int(number))
}

fn text(text: &str) -> RedisResult<Value> {
    Ok(Value::BulkString(text.as_bytes().to_vec()))
}

/// The load of a script, which its hash identifies.
fn load(script: &::redis::Script) -> Line {
    let hash = script.get_hash();
    // Leaked: a line is a constant everywhere else, and this is a test.
    (format!("SCRIPT LOAD {hash}").leak(), 0, text(hash))
}

/// No reply: it is unknown whether the command took effect.
fn lost() -> RedisResult<Value> {
    Err(io::Error::from(io::ErrorKind::TimedOut).into())
}

/// An error reply.
fn refused() -> RedisResult<Value> {
    Err((ErrorKind::Server(ServerErrorKind::ReadOnly), "replica").into())
}

/// The record of `act`: commands, and beliefs with a word in front.
fn record<T>(act: impl FnOnce() -> T) -> (T, Vec<String>) {
    let recorder = Recorder::new();
    let scope = trace::enter(Some(recorder.clone()));
    let result = act();
    drop(scope);
    let events = recorder.trace().events;
    let said = events.into_iter().filter_map(|event| match event.kind {
        Kind::Access { request, .. } => Some(request),
        Kind::Believe { key, token, until } => {
            Some(format!("believe {key} {token} {}", until.unwrap()))
        }
        Kind::Disbelieve { key, token } => Some(format!("disbelieve {key} {token}")),
        _ => None,
    });
    (result, said.collect())
}

/// A lease on `k` of 100 ms, obtained at 0 with drift 3, and the lock it came from, which then goes on
/// with `lines`.
fn leased(lines: impl IntoIterator<Item = Line>) -> (RedisLock<Fake>, Lease) {
    let mut lock = alice([("SET k alice:1 NX PX 100", 0, ok())]);
    let lease = lock.try_acquire("k", ms(100)).unwrap().unwrap();
    lock.connection_mut().lines.extend(lines);
    assert_eq!(lease.valid_until(), ms(97));
    (lock, lease)
}

/// As [`leased`], but the first `SET` got no answer.
fn leased_after_doubt(lines: impl IntoIterator<Item = Line>) -> (RedisLock<Fake>, Lease) {
    let mut lock =
        alice([("SET k alice:1 NX PX 100", 0, lost()), ("SET k alice:1 NX PX 100", 0, ok())]);
    let lease = lock.try_acquire("k", ms(100)).unwrap().unwrap();
    lock.connection_mut().lines.extend(lines);
    assert_eq!(lease.valid_until(), ms(97));
    (lock, lease)
}
