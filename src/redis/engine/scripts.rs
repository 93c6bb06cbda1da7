//! Commands that run scripts, and those that keep them.
//!
//! Source: <https://redis.io/docs/latest/develop/programmability/eval-intro/>

use std::sync::Arc;

use super::call::{Call, Outcome};
use super::error::CommandError;
use super::key_spec::number_of_keys;
use super::lua::interpreter::{self, Script};
use super::reply::Reply;
use sha1_smol::Sha1;

/// `EVAL script numkeys key … arg …`: a script that compiles is remembered.
pub(super) fn eval(call: Call<'_>) -> Outcome {
    let keys = number_of_keys(call.args)?;
    let body = &call.args[1];
    let sha = Sha1::from(body).hexdigest();
    interpreter::compile(&sha, body)?;
    call.keyspace.add_script(&sha, body);
    run(call, keys, &sha, body)
}

/// `EVALSHA sha1 numkeys key … arg …`
pub(super) fn evalsha(call: Call<'_>) -> Outcome {
    if call.args[1].len() != 40 {
        return Err(CommandError::NoScript);
    }
    let keys = number_of_keys(call.args)?;
    let sha = sha_of(&call.args[1]);
    let body = call.keyspace.script(&sha).ok_or(CommandError::NoScript)?;
    let body = Arc::clone(body);
    run(call, keys, &sha, &body)
}

fn run(call: Call<'_>, keys: usize, sha: &str, body: &[u8]) -> Outcome {
    let (keys, argv) = call.args[3..].split_at(keys);
    let script = Script { sha, body, keys, argv };
    interpreter::run(call.keyspace, call.now, call.executor, &script)
}

fn sha_of(word: &[u8]) -> String {
    String::from_utf8_lossy(word).to_ascii_lowercase()
}

/// `SCRIPT LOAD script`: its SHA-1 sum.
pub(super) fn load(call: Call<'_>) -> Outcome {
    let body = &call.args[2];
    let sha = Sha1::from(body).hexdigest();
    interpreter::compile(&sha, body)?;
    call.keyspace.add_script(&sha, body);
    Ok(Reply::Bulk(sha.into_bytes()))
}

/// `SCRIPT EXISTS sha1 …`: 1 or 0 for each.
pub(super) fn exists(call: Call<'_>) -> Outcome {
    let known = |word: &Vec<u8>| Reply::flag(call.keyspace.script(&sha_of(word)).is_some());
    Ok(Reply::Array(call.args[2..].iter().map(known).collect()))
}

/// `SCRIPT FLUSH [ASYNC|SYNC]`
pub(super) fn flush(call: Call<'_>) -> Outcome {
    match &call.args[2..] {
        [] => {}
        [mode] if mode.eq_ignore_ascii_case(b"sync") => {}
        [mode] if mode.eq_ignore_ascii_case(b"async") => {}
        _ => return Err(CommandError::ScriptFlushOption),
    }
    call.keyspace.forget_scripts();
    Ok(Reply::ok())
}
