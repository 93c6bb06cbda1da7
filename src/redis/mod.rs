//! The simulated Redis: a pure engine, and the ways in.
//!
//! # Layout
//!
//! * `engine`: one command, or a transaction, at one instant, atomically: [`execute`], [`execute_batch`]; and
//!   scripts, by real Lua 5.1.
//! * `resp`: commands as bytes.
//! * `connection`: the front door for redis-rs, and its conversions. The engine behind it does not know how
//!   commands arrive.
//!
//! * `words`: commands and replies as timelines show them; `server`: a server as a value of the machine, and
//!   the effect of commands on it; `node`: that server as actors share it, a command a step; `client`:
//!   connections to it.
//!
//! The engine has no clock, no threads and no locks: the caller supplies the time.
//!
//! # Where it is not like a real server
//!
//! Replies and error texts are those of Redis 7.0.15, compared one by one with a real server by
//! `tests/redis_server/main.rs`. The differences are deliberate:
//!
//! * A key is absent from its deadline on; a real server keeps it for the rest of that millisecond
//!   (`now > deadline`), so a real `PTTL` can be 0. Virtual time is exact, so a lifetime is too.
//! * `DBSIZE` counts the keys that are alive; a real server may count keys that expired but were not
//!   collected.
//! * A client that waits for one of several keys, of which one transaction or script fills more than one,
//!   gets an element of the one that it named first; a real server takes the one that was filled first.
//!   Timeouts are decimal. A [`Direct`] connection has no other client to wait for, and answers nil at once.
//! * Every script draws the same random numbers, those of a fresh server.
//! * Time stands still in a script, for `TIME` also; a script is stopped after a million
//!   instructions, where a real server answers `BUSY` to others and lets it run.
//! * The reply of a script nests at most 16 levels deep. C code that Lua does not count is not limited:
//!   a pattern that backtracks for ever, or a recursion through the function given to `gsub` (8 KiB of
//!   stack a level). Debug builds of Lua abort when `coroutine.resume` returns about twenty values.
//! * In scripts the flags of `#!lua` are ignored; a table with `map`, `set`,
//!   `big_number` or `verbatim_string` is an array; addresses print as `0x0`, the heap's size as 0;
//!   the metatable of strings cannot be had. `error({})` gives an error; the real one crashes.
//! * There is one database. `CLIENT SETINFO` (7.2) is accepted, `CLIENT ID` is always 1, and
//!   client names are forgotten.
//! * A command that some real server knows, up to Redis 8.12 and Valkey 9.1, and this one does not, is never
//!   answered: it is [`NotSimulated`], and so is the script or transaction that called it. That holds for
//!   subcommands, for the newer options of `SET`, for `MULTI`, `EXEC` and `WATCH` as single commands, and for
//!   what scripts lack here: `cjson`, `cmsgpack`, `struct`, `bit`, `redis.setresp`, `redis.set_repl`,
//!   `redis.acl_check_cmd`, `redis.breakpoint`, `redis.debug`. A name of no server is answered as a real
//!   server does.
//! * Error texts are UTF-8: invalid bytes that a client sent are replaced in them.

mod client;
mod connection;
mod engine;
mod node;
mod resp;
mod server;
#[cfg(all(test, not(loom)))]
mod tests;
mod words;

pub use client::Connection;
pub use connection::{Direct, batches, collect, request, to_value};
pub use engine::command::execute;
pub use engine::error::NotSimulated;
pub use engine::keyspace::{Entry, Keyspace, Value};
pub use engine::reply::Reply;
pub use engine::transaction::{Batch, Request, execute_batch};
pub use node::Node;
pub use resp::packed::split_packed;
