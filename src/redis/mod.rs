//! The simulated Redis: a pure engine, and the ways in.
//!
//! # Layout
//!
//! * `keyspace`: the state of a server: keys with deadlines, and the script cache. A plain value.
//! * `command`: the table of commands, and [`execute`]: one command, at one instant, atomically.
//!   One file a family: `set`, `strings`, `keys`, `expiry`, `lists`, `blocking`, `server`, `scripts`.
//! * `lua`, `prelude.lua`, `lua_host`, `lua_values`, `lua_random`: scripts by real Lua 5.1, the
//!   sandbox they run in, and what they reach outside it.
//! * `footprint`: which keys a command touches, and whether it may change them.
//! * `reply`, `refusal`: what is answered; every error text is in `refusal`.
//! * `connection`, `packed`: the front door for redis-rs, and its conversions. The engine behind it
//!   knows nothing of how commands arrive.
//!
//! * `node`: a server that actors share, a command a step; `client`: their connections to it; `words`: how
//!   timelines show what was said. `network`: replies that get lost, commands that are held back.
//!   `waiting`: clients whose reply has to wait.
//!
//! The engine has no clock, no threads and no locks: whoever calls it says what time it is.
//!
//! # Where it is not like a real server
//!
//! Replies and error texts are those of Redis 7.0.15, compared one by one with a real server by
//! `tests/redis_server.rs`. What is different is so on purpose:
//!
//! * A key is absent from its deadline on; a real server keeps it for the rest of that millisecond
//!   (`now > deadline`), so a real `PTTL` can be 0. Virtual time is exact, so a lifetime is too.
//! * `DBSIZE` counts the living; a real server may count keys that expired but were not collected.
//! * A client that waits for one of several keys, of which one transaction or script fills more than one,
//!   gets an element of the one that it named first; a real server takes the one that was filled first.
//!   Timeouts are decimal. A [`Direct`] connection has nobody to wait for, and answers nil at once.
//! * Every script draws the same random numbers, those of a fresh server.
//! * Time stands still in a script, for `TIME` also; a script is stopped after a million
//!   instructions, where a real server answers `BUSY` to others and lets it run.
//! * The reply of a script nests at most 16 levels deep. C code that Lua does not count is not limited:
//!   a pattern that backtracks for ever, or a recursion through the function given to `gsub` (8 KiB of
//!   stack a level). Debug builds of Lua abort when `coroutine.resume` returns about twenty values.
//! * Scripts have no `cjson`, `cmsgpack`, `struct`, `bit`; no `redis.setresp`, `redis.set_repl`,
//!   `redis.acl_check_cmd`; the flags of `#!lua` are ignored; a table with `map`, `set`,
//!   `big_number` or `verbatim_string` is an array; addresses print as `0x0`, the heap's size as 0;
//!   the metatable of strings cannot be had. `error({})` gives an error; the real one crashes.
//! * There is one database. `CLIENT SETINFO` (7.2) is accepted, `CLIENT ID` is always 1, and
//!   client names are forgotten. A transaction is known only as a whole: `MULTI`, `EXEC` and
//!   `WATCH` as single commands are unknown here.
//! * Error texts are UTF-8: what a client sent that is not is replaced in them.

mod blocking;
mod client;
mod command;
mod connection;
mod expiry;
mod footprint;
mod keys;
mod keyspace;
mod lists;
mod lua;
mod lua_host;
mod lua_random;
mod lua_values;
pub(crate) mod network;
mod node;
mod number;
mod packed;
mod refusal;
mod reply;
mod scripts;
mod server;
mod set;
mod strings;
#[cfg(all(test, not(loom)))]
mod tests;
mod waiting;
mod words;

pub use client::Connection;
pub use command::execute;
pub use connection::{Batch, Direct, batches, collect, execute_batch, request, to_value};
pub use keyspace::{Entry, Keyspace, Value};
pub use node::Node;
pub use packed::{Request, split_packed};
pub use reply::Reply;
