//! The world of scripts outside Lua: the keyspace, and the limits.
//!
//! The keyspace is moved into the thread while a script runs, and back when it ends: `redis.call`
//! finds it there.
//!
//! Every function that can fail is a Rust function and not a Lua one, because a script's
//! `return redis.call(…)` is a tail call: a Lua function would take the place of the very line that the error
//! must name.

use std::cell::{Cell, RefCell};

use mlua::{HookTriggers, Lua, MultiValue, Table, Value, VmState};
use sha1_smol::Sha1;

use super::super::call::Executor;
use super::super::error::NotSimulated;
use super::super::keyspace::Keyspace;
use super::super::reply::Reply;
use super::raised::Raised;
use super::random;
use super::values::{self, error_table};

/// The number of Lua instructions that a script may take, and the interval at which they are counted. A real
/// server would let it run on and answer `BUSY` to others; a model has no client that could send
/// `SCRIPT KILL`.
const INSTRUCTIONS: u32 = 1_000_000;
const COUNTED_EVERY: u32 = 10_000;
const SPENT: &str = "ERR Script stopped after 1000000 instructions";
/// Bytes; a script that wants more gets `not enough memory`.
const MEMORY: usize = 64 << 20;
/// The name of every script in error texts, as in Redis; `@` tells Lua that it is a file's name.
pub(super) const CHUNK: &str = "@user_script";
/// The name of `prelude.lua`, which error texts must not show.
pub(super) const PRELUDE: &str = "@prelude";

struct World {
    keyspace: Keyspace,
    now: u64,
    executor: Executor,
    /// The first thing that the script asked for and that is missing here.
    missing: Option<NotSimulated>,
}

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
    static COUNTED: Cell<u32> = const { Cell::new(0) };
}

/// Lends the keyspace to the scripts of this thread, and gives it back however they end.
pub(super) struct Lent<'a>(&'a mut Keyspace);

impl<'a> Lent<'a> {
    pub(super) fn new(keyspace: &'a mut Keyspace, now: u64, executor: Executor) -> Self {
        let world = World { keyspace: std::mem::take(keyspace), now, executor, missing: None };
        WORLD.set(Some(world));
        Lent(keyspace)
    }

    /// The first thing that the script called and that is not simulated, even if the script caught the error.
    pub(super) fn missing(&self) -> Option<NotSimulated> {
        WORLD.with_borrow(|world| world.as_ref().and_then(|world| world.missing.clone()))
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(world) = WORLD.take() {
            *self.0 = world.keyspace;
        }
    }
}

/// An error reply about the arguments of a function that Redis brought into Lua.
fn error(text: &str) -> mlua::Error {
    Raised::Reply(format!("ERR {text}")).into()
}

/// Makes a script start with its full budget and the same random numbers.
pub(super) fn begin() {
    COUNTED.set(0);
    random::restart();
}

pub(super) fn limit_instructions(lua: &Lua) -> mlua::Result<()> {
    let every = HookTriggers::new().every_nth_instruction(COUNTED_EVERY);
    lua.set_global_hook(every, |_, _| {
        COUNTED.set(COUNTED.get().saturating_add(COUNTED_EVERY));
        match spent() {
            true => Err(Raised::Reply(SPENT.to_owned()).into()),
            false => Ok(VmState::Continue),
        }
    })
}

/// Limits what Lua may take, but only while a script itself runs: with a limit, mlua guards each of
/// its own steps, and a call costs three times as much.
pub(super) fn limit_memory(lua: &Lua, limited: bool) {
    let limit = if limited { MEMORY } else { 0 };
    lua.set_memory_limit(limit).expect("this state has the allocator of mlua");
}

fn spent() -> bool {
    COUNTED.get() > INSTRUCTIONS
}

/// The functions that `prelude.lua` is built on.
pub(super) fn table(lua: &Lua) -> mlua::Result<Table> {
    let host = lua.create_table()?;
    host.raw_set("call", lua.create_function(call)?)?;
    host.raw_set("pcall", lua.create_function(pcall)?)?;
    host.raw_set("log", lua.create_function(log)?)?;
    host.raw_set("sha1hex", lua.create_function(sha1hex)?)?;
    host.raw_set("random", lua.create_function(random::random)?)?;
    host.raw_set("randomseed", lua.create_function(random::randomseed)?)?;
    host.raw_set("plain", lua.create_function(plain)?)?;
    host.raw_set("place", lua.create_function(|lua, ()| Ok(place(lua)))?)?;
    let is_lua = |_: &Lua, function: mlua::Function| Ok(function.info().what == "Lua");
    host.raw_set("is_lua", lua.create_function(is_lua)?)?;
    host.raw_set("not_simulated", lua.create_function(|_, name| missing::<()>(name))?)?;
    host.raw_set("spent", lua.create_function(|_, ()| Ok(spent()))?)?;
    host.raw_set("spent_text", SPENT)?;
    Ok(host)
}

fn call(lua: &Lua, words: MultiValue) -> mlua::Result<Value> {
    match execute(&words)? {
        Reply::Error(line) => Err(Raised::Reply(line).into()),
        reply => value(lua, reply),
    }
}

fn pcall(lua: &Lua, words: MultiValue) -> mlua::Result<Value> {
    value(lua, execute(&words)?)
}

fn value(lua: &Lua, reply: Reply) -> mlua::Result<Value> {
    limit_memory(lua, false);
    let value = values::value(lua, reply);
    limit_memory(lua, true);
    value
}

fn execute(words: &MultiValue) -> mlua::Result<Reply> {
    if words.is_empty() {
        let line = "ERR Please specify at least one argument for this redis lib call";
        return Ok(Reply::error(line));
    }
    let args: Option<Vec<_>> = words.iter().map(values::argument).collect();
    let Some(args) = args else {
        let line = "ERR Lua redis lib command arguments must be strings or integers";
        return Ok(Reply::error(line));
    };
    let executed = WORLD.with_borrow_mut(|world| {
        let world = world.as_mut().expect("a script runs in a world");
        (world.executor)(&mut world.keyspace, world.now, &args)
    });
    executed.or_else(|NotSimulated { command }| missing(command))
}

/// Ends the script for something that is not simulated, in a way that it cannot catch: from here on its
/// budget of instructions is spent.
fn missing<T>(command: String) -> mlua::Result<T> {
    let missing = NotSimulated { command };
    let raised = Raised::Reply(format!("ERR {missing}"));
    WORLD.with_borrow_mut(|world| {
        let world = world.as_mut().expect("a script runs in a world");
        world.missing.get_or_insert(missing);
    });
    COUNTED.set(u32::MAX);
    Err(raised.into())
}

/// A model has no reader for its log, but the arguments are checked.
fn log(lua: &Lua, words: MultiValue) -> mlua::Result<()> {
    let level = match words.front() {
        Some(level) if words.len() > 1 => lua.coerce_number(level.clone())?,
        _ => return Err(error("redis.log() requires two arguments or more.")),
    };
    match level {
        None => Err(error("First argument must be a number (log level).")),
        Some(level) if !(0.0..4.0).contains(&level) => Err(error("Invalid debug level.")),
        Some(_) => Ok(()),
    }
}

fn sha1hex(_: &Lua, words: MultiValue) -> mlua::Result<String> {
    match words.front() {
        Some(word) if words.len() == 1 => {
            Ok(Sha1::from(values::argument(word).unwrap_or_default()).hexdigest())
        }
        _ => Err(error("wrong number of arguments")),
    }
}

/// Returns the part of an error that a script may see: never the object that Rust's errors are inside Lua.
fn plain(lua: &Lua, error: Value) -> mlua::Result<Value> {
    let Value::Error(error) = error else {
        return Ok(error);
    };
    match error.chain().find_map(|cause| cause.downcast_ref::<Raised>()) {
        Some(Raised::Reply(line)) => error_table(lua, line),
        Some(Raised::Text(text)) => Ok(Value::String(lua.create_string(text)?)),
        None => Ok(Value::String(lua.create_string(error.to_string())?)),
    }
}

/// The line that the script had reached, however deep it was in the prelude or in C.
fn place(lua: &Lua) -> Option<String> {
    let place = |level| {
        lua.inspect_stack(level, |frame| {
            let source = frame.source();
            let source = source.source.as_deref().filter(|name| *name != PRELUDE);
            Some(format!("{}:{}", source?, frame.current_line()?))
        })
    };
    (1..).map_while(place).flatten().next()
}
