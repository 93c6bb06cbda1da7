//! The front door, through which code written for redis-rs reaches the engine unchanged.
//!
//! The conversions are free functions, so that a connection that takes scheduling points, loses
//! replies or delays commands is made of the same parts as [`Direct`], which does none of that.

use ::redis::{Arg, Cmd, ConnectionLike, ErrorKind, RedisError, RedisResult, Value};

use super::engine::command::execute;
use super::engine::error::NotSimulated;
use super::engine::keyspace::Keyspace;
use super::engine::reply::Reply;
use super::engine::transaction::{Batch, DISCARDED, Request, execute_batch};
use super::resp::packed::split_packed;

/// The arguments of a redis-rs command. A cursor argument starts an iteration: it is 0.
pub fn request(cmd: &Cmd) -> Request {
    let word = |arg| match arg {
        Arg::Simple(bytes) => Vec::from(bytes),
        // Only `Arg::Cursor` is left: the enum may grow, but not without a new kind of command.
        _ => b"0".to_vec(),
    };
    cmd.args_iter().map(word).collect()
}

/// The value that redis-rs would have read from the wire.
///
/// An error is a value here, [`Value::ServerError`], as it is for a TCP connection: `Cmd::query`
/// turns it into a `RedisError`, and a pipeline keeps it among its replies.
pub fn to_value(reply: Reply) -> Value {
    match reply {
        Reply::Nil => Value::Nil,
        Reply::Int(number) => Value::Int(number),
        Reply::Bulk(bytes) => Value::BulkString(bytes),
        Reply::Status(text) if text == "OK" => Value::Okay,
        Reply::Status(text) => Value::SimpleString(text),
        Reply::Array(items) => Value::Array(items.into_iter().map(to_value).collect()),
        Reply::Error(line) => server_error(&line),
    }
}

/// The parser of redis-rs is the only maker of such errors, and so the only one to agree with.
fn server_error(line: &str) -> Value {
    ::redis::parse_redis_value(format!("-{line}\r\n").as_bytes())
        .expect("an error reply is one line of text")
}

/// Groups the commands of a pipeline: each is a step of its own, but a transaction is one step.
///
/// redis-rs sends `MULTI` to `EXEC` of an atomic pipeline in one piece. A `MULTI` without its
/// `EXEC` in the same piece is passed on as a plain command, which is not simulated.
pub fn batches(requests: Vec<Request>) -> Vec<Batch> {
    let mut batches = Vec::new();
    let mut requests = requests.into_iter();
    while let Some(request) = requests.next() {
        let rest = requests.as_slice();
        match rest.iter().position(|request| is(request, b"exec")) {
            Some(length) if is(&request, b"multi") => {
                batches.push(Batch::Transaction(requests.by_ref().take(length).collect()));
                requests.next();
            }
            _ => batches.push(Batch::Command(request)),
        }
    }
    batches
}

fn is(request: &Request, name: &[u8]) -> bool {
    matches!(request.as_slice(), [word] if word.eq_ignore_ascii_case(name))
}

/// Takes the replies that a pipeline asked for: `count` of them, after the first `offset`.
///
/// # Errors
///
/// An error among the skipped ones fails the pipeline with the code `EXECABORT`, as in redis-rs;
/// the errors of the single commands, which redis-rs lists in its message, are not repeated.
pub fn collect(replies: Vec<Reply>, offset: usize, count: usize) -> RedisResult<Vec<Value>> {
    let refused = |reply: &Reply| matches!(reply, Reply::Error(_));
    if replies.iter().take(offset).any(refused) {
        return Err(match server_error(DISCARDED) {
            Value::ServerError(error) => RedisError::from(error),
            _ => unreachable!("an error line is read as an error"),
        });
    }
    let wanted = replies.into_iter().skip(offset).take(count);
    Ok(wanted.map(to_value).collect())
}

/// The error for a command that is not simulated, on a connection that has no run to end.
fn client_error(missing: &NotSimulated) -> RedisError {
    RedisError::from((ErrorKind::Client, "no reply", missing.to_string()))
}

/// A connection that executes each command at once, at whatever time its owner has set.
///
/// For tests, and for comparisons with other models: nothing is scheduled or recorded here. A command that
/// is not simulated gets an error of kind [`ErrorKind::Client`], which no server sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Direct {
    /// The data of the server.
    pub keyspace: Keyspace,
    /// Virtual time in milliseconds; it does not pass by itself.
    pub now_ms: u64,
}

impl ConnectionLike for Direct {
    fn req_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        let reply = execute(&mut self.keyspace, self.now_ms, &request(cmd));
        reply.map(to_value).map_err(|missing| client_error(&missing))
    }

    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        let mut values = self.req_packed_commands(cmd, 0, 1)?;
        Ok(values.pop().unwrap_or(Value::Nil))
    }

    fn req_packed_commands(
        &mut self,
        cmd: &[u8],
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        let mut replies = Vec::new();
        for batch in batches(split_packed(cmd)?) {
            let executed = execute_batch(&mut self.keyspace, self.now_ms, &batch);
            replies.extend(executed.map_err(|missing| client_error(&missing))?);
        }
        collect(replies, offset, count)
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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use ::redis::{Commands, ExistenceCheck, Script, ServerErrorKind, SetExpiry, SetOptions};

    #[test]
    fn typed_commands_of_redis_rs_work_unchanged() -> RedisResult<()> {
        let mut con = Direct::default();
        let lock = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(30));
        let taken: bool = con.set_options("lock", "alice", lock.clone())?;
        let again: bool = con.set_options("lock", "bob", lock.clone())?;
        assert!(taken && !again);
        con.now_ms = 30;
        let expired: bool = con.set_options("lock", "bob", lock.clone())?;
        assert!(expired);
        let owner: Option<String> = con.get("lock")?;
        assert_eq!(owner.as_deref(), Some("bob"));
        let left: i64 = con.pttl("lock")?;
        assert_eq!(left, 30);
        Ok(())
    }

    #[test]
    fn a_script_of_redis_rs_loads_itself_on_a_fresh_server() -> RedisResult<()> {
        let mut con = Direct::default();
        let script = Script::new("return {KEYS[1], ARGV[1]}");
        let evalsha = ::redis::cmd("EVALSHA").arg(script.get_hash()).arg(0).query::<()>(&mut con);
        let error = evalsha.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Server(ServerErrorKind::NoScript));
        let pair: (String, i64) = script.key("k").arg(7).invoke(&mut con)?;
        assert_eq!(pair, ("k".to_owned(), 7));
        let loaded: Vec<bool> =
            ::redis::cmd("SCRIPT").arg("EXISTS").arg(script.get_hash()).query(&mut con)?;
        assert_eq!(loaded, [true]);
        Ok(())
    }

    #[test]
    fn an_error_has_the_code_and_detail_that_the_wire_would_give() {
        let mut con = Direct::default();
        let _: i64 = con.rpush("list", "x").unwrap();
        let error = con.get::<_, Option<String>>("list").unwrap_err();
        assert_eq!(error.code(), Some("WRONGTYPE"));
        let detail = "Operation against a key holding the wrong kind of value";
        assert_eq!(error.detail(), Some(detail));
        let _: () = con.set("text", "x").unwrap();
        let error = con.incr::<_, _, i64>("text", 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Server(ServerErrorKind::ResponseError));
        assert_eq!(error.detail(), Some("value is not an integer or out of range"));
    }

    #[test]
    fn a_pipeline_gives_a_reply_for_each_command_that_is_not_ignored() -> RedisResult<()> {
        let mut con = Direct::default();
        let mut pipe = ::redis::pipe();
        pipe.set("a", 1).ignore().incr("a", 5).get("nothing");
        let replies: (i64, Option<String>) = pipe.query(&mut con)?;
        assert_eq!(replies, (6, None));
        Ok(())
    }

    #[test]
    fn an_atomic_pipeline_is_one_batch_and_answers_with_exec() -> RedisResult<()> {
        let mut pipe = ::redis::pipe();
        pipe.atomic().set("a", 1).ignore().incr("a", 5);
        let split = batches(split_packed(&pipe.get_packed_pipeline())?);
        assert!(matches!(split.as_slice(), [Batch::Transaction(requests)] if requests.len() == 2));
        let replies: (i64,) = pipe.query(&mut Direct::default())?;
        assert_eq!(replies, (6,));
        Ok(())
    }

    #[test]
    fn a_command_that_is_not_simulated_is_an_error_that_no_server_sends() {
        let mut con = Direct::default();
        let alone = con.hset_nx::<_, _, _, bool>("lock", "alice", 1).unwrap_err();
        let in_pipeline = ::redis::pipe().get("a").hset_nx("lock", "alice", 1).exec(&mut con);
        for error in [alone, in_pipeline.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Client);
            assert_eq!(error.detail(), Some("HSETNX is not simulated"));
        }
    }

    #[test]
    fn a_transaction_with_an_unknown_command_changes_nothing() {
        let mut con = Direct::default();
        let mut pipe = ::redis::pipe();
        pipe.atomic().set("a", 1).cmd("NOSUCH");
        let error = pipe.query::<()>(&mut con).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Server(ServerErrorKind::ExecAbort));
        assert_eq!(con, Direct::default());
    }

    #[test]
    fn a_command_that_fails_in_a_transaction_does_not_undo_the_others() {
        let mut con = Direct::default();
        let mut pipe = ::redis::pipe();
        pipe.atomic().set("a", "x").incr("a", 1).set("b", "y");
        assert!(pipe.query::<()>(&mut con).is_err());
        let b: String = con.get("b").unwrap();
        assert_eq!(b, "y");
    }
}
