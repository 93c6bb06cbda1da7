//! Scripts: real Lua 5.1, the sandbox they run in (`prelude.lua`), and their access to the world outside.
//!
//! * `raised`: errors on their way through Lua; `values`: replies as Lua values, and back.
//! * `random`: random numbers; `host`: the keyspace, and the limits.
//! * `interpreter`: compiles and runs. Each uses only those above it.

mod host;
pub(super) mod interpreter;
mod raised;
mod random;
mod values;
