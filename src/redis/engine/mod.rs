//! The engine of the simulated server: pure functions of a keyspace, an instant and a command.
//!
//! * `text`: byte strings as they are hashed.
//! * `keyspace`: the state: keys with deadlines, and the script cache. A plain value.
//! * `reply`, `error`: the answers; `error` has every error text, and [`NotSimulated`](error::NotSimulated).
//! * `number`: numbers as they are read and printed.
//! * `key_spec`: the arguments of a command that are keys.
//! * `call`: the input and the result of a command. `lua`: scripts by real Lua 5.1.
//! * `not_simulated`: the commands of real servers that are missing here.
//! * One file a family: `strings`, `set`, `keys`, `expiry`, `lists`, `blocking`, `server`, `scripts`.
//! * `command`: the table of commands: how to look one up, check it and execute it.
//! * `transaction`: the commands that a client sends as one step; `footprint`: the keys they touch.
//! * `waiters`: the clients whose command waits.
//!
//! Each uses only those above it.

pub(super) mod blocking;
pub(super) mod call;
pub(super) mod command;
pub(super) mod error;
mod expiry;
pub(super) mod footprint;
mod key_spec;
mod keys;
pub(super) mod keyspace;
mod lists;
mod lua;
mod not_simulated;
pub(super) mod number;
pub(super) mod reply;
mod scripts;
mod server;
mod set;
mod strings;
mod text;
pub(super) mod transaction;
pub(super) mod waiters;
