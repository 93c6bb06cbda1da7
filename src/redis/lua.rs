//! Scripts, run by real Lua 5.1.
//!
//! One Lua state a thread, kept for good: a new one costs far more than a call. It lends scripts
//! nothing that they could change for the next one (`prelude.lua`), so that a reply depends only on
//! the keyspace, the time and the arguments.
//!
//! The keyspace is moved into the thread while a script runs, and back when it ends: `redis.call`
//! finds it there. A script never meets a scheduler, so nobody else can look at that time.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use mlua::{ChunkMode, Function, HookTriggers, Lua, MultiValue, StdLib, Table, Value, VmState};

use super::command;
use super::keyspace::Keyspace;
use super::lua_values::{self, error_table};
use super::refusal::Refusal;
use super::reply::Reply;
use super::sha1;

/// How many Lua instructions a script may take, and how often they are counted. A real server
/// would let it run on and answer `BUSY` to others; a model has nobody to stop it with `SCRIPT KILL`.
const INSTRUCTIONS: u32 = 1_000_000;
const COUNTED_EVERY: u32 = 10_000;
const SPENT: &str = "ERR Script stopped after 1000000 instructions";
/// Bytes; a script that wants more gets `not enough memory`.
const MEMORY: usize = 64 << 20;
/// Compiled scripts kept by a thread. All are dropped when there are more: it is only a cache.
const COMPILED: usize = 1024;
/// The name of every script in error texts, as in Redis; `@` tells Lua that it is a file's name.
const CHUNK: &str = "@user_script";

struct World {
    keyspace: Keyspace,
    now: u64,
}

thread_local! {
    static INTERPRETER: RefCell<Option<Interpreter>> = const { RefCell::new(None) };
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
    static COUNTED: Cell<u32> = const { Cell::new(0) };
    static RANDOM: Cell<u64> = const { Cell::new(0) };
}

/// What a script is given.
pub(super) struct Script<'a> {
    pub sha: &'a str,
    pub body: &'a [u8],
    pub keys: &'a [Vec<u8>],
    pub argv: &'a [Vec<u8>],
}

/// Compiles a script, to say what is wrong with it.
pub(super) fn compile(sha: &str, body: &[u8]) -> Result<(), Refusal> {
    with_interpreter(|interpreter| interpreter.function(sha, body).map(drop))
}

/// Runs a script as one step at one instant.
pub(super) fn run(
    keyspace: &mut Keyspace,
    now: u64,
    script: &Script<'_>,
) -> Result<Reply, Refusal> {
    with_interpreter(|interpreter| {
        let function = interpreter.function(script.sha, script.body)?;
        let lent = Lent::new(keyspace, now);
        let reply = interpreter.run(&function, script);
        drop(lent);
        Ok(reply.unwrap_or_else(|error| {
            let (sha, text) = (script.sha, error.to_string());
            Reply::error(format!("ERR Error running script {sha}, {text:.100}"))
        }))
    })
}

fn with_interpreter<T>(body: impl FnOnce(&mut Interpreter) -> T) -> T {
    INTERPRETER.with_borrow_mut(|slot| {
        let interpreter = slot.get_or_insert_with(|| {
            Interpreter::new().expect("a Lua state with the standard sandbox can be built")
        });
        body(interpreter)
    })
}

/// Gives the keyspace back however the script ends.
struct Lent<'a>(&'a mut Keyspace);

impl<'a> Lent<'a> {
    fn new(keyspace: &'a mut Keyspace, now: u64) -> Self {
        let world = World {
            keyspace: std::mem::take(keyspace),
            now,
        };
        WORLD.set(Some(world));
        Lent(keyspace)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(world) = WORLD.take() {
            *self.0 = world.keyspace;
        }
    }
}

struct Interpreter {
    lua: Lua,
    /// Where `KEYS` and `ARGV` are put; scripts see it through a proxy.
    globals: Table,
    run: Function,
    compiled: HashMap<String, Function>,
}

impl Interpreter {
    fn new() -> mlua::Result<Self> {
        let libraries = StdLib::STRING | StdLib::TABLE | StdLib::MATH;
        let lua = Lua::new_with(libraries, mlua::LuaOptions::default())?;
        lua.set_memory_limit(MEMORY)?;
        let prelude = lua
            .load(include_str!("prelude.lua"))
            .set_name("@prelude")
            .into_function()?;
        let (sandbox, globals, run): (Table, Table, Function) =
            prelude.call((lua.globals(), host(&lua)?))?;
        lua.set_globals(sandbox)?;
        let every = HookTriggers::new().every_nth_instruction(COUNTED_EVERY);
        lua.set_global_hook(every, |_, _| {
            let counted = COUNTED.get() + COUNTED_EVERY;
            COUNTED.set(counted);
            match counted > INSTRUCTIONS {
                true => Err(mlua::Error::runtime(SPENT)),
                false => Ok(VmState::Continue),
            }
        })?;
        Ok(Interpreter {
            lua,
            globals,
            run,
            compiled: HashMap::new(),
        })
    }

    fn function(&mut self, sha: &str, body: &[u8]) -> Result<Function, Refusal> {
        if let Some(function) = self.compiled.get(sha) {
            return Ok(function.clone());
        }
        let chunk = self.lua.load(without_shebang(body)).set_name(CHUNK);
        let function = chunk
            .set_mode(ChunkMode::Text)
            .into_function()
            .map_err(|error| Refusal::DoesNotCompile(syntax_error(&error)))?;
        if self.compiled.len() >= COMPILED {
            self.compiled.clear();
        }
        self.compiled.insert(sha.to_owned(), function.clone());
        Ok(function)
    }

    fn run(&self, function: &Function, script: &Script<'_>) -> mlua::Result<Reply> {
        self.globals
            .raw_set("KEYS", lua_values::strings(&self.lua, script.keys)?)?;
        self.globals
            .raw_set("ARGV", lua_values::strings(&self.lua, script.argv)?)?;
        COUNTED.set(0);
        seed(0);
        let (done, value): (bool, Value) = self.run.call(function)?;
        match (done, value) {
            (true, value) => lua_values::reply(&value),
            (false, Value::Table(error)) => failure(&error, script.sha),
            // Lua is out of memory, or failed while it handled another error.
            (false, other) => Err(mlua::Error::runtime(other.to_string()?)),
        }
    }
}

/// `#!lua` may stand first; its flags forbid what this server allows anyway. The line stays, empty.
fn without_shebang(body: &[u8]) -> &[u8] {
    let end = body.iter().position(|byte| *byte == b'\n');
    match body.starts_with(b"#!lua") {
        true => &body[end.unwrap_or(body.len())..],
        false => body,
    }
}

fn syntax_error(error: &mlua::Error) -> String {
    match error {
        mlua::Error::SyntaxError { message, .. } => message.clone(),
        other => other.to_string(),
    }
}

/// The error table of `prelude.lua`, as Redis 7 words it.
fn failure(error: &Table, sha: &str) -> mlua::Result<Reply> {
    let text = match error.raw_get("err")? {
        Value::String(text) => text.to_string_lossy(),
        // A real server of version 7.0.15 crashes here.
        _ => "ERR unknown error".to_owned(),
    };
    Ok(match error.raw_get::<Option<i64>>("line")? {
        Some(line) => Reply::error(format!("{text} script: {sha}, on @user_script:{line}.")),
        None => Reply::error(text),
    })
}

/// What the prelude needs from outside Lua. None of these functions raises an error: a Rust error
/// would reach the script as an object, not as the text that Redis gives.
fn host(lua: &Lua) -> mlua::Result<Table> {
    let host = lua.create_table()?;
    host.raw_set("call", lua.create_function(call)?)?;
    host.raw_set("spent_text", SPENT)?;
    let spent = |_: &Lua, ()| Ok(COUNTED.get() > INSTRUCTIONS);
    host.raw_set("spent", lua.create_function(spent)?)?;
    let line = |lua: &Lua, ()| Ok(current_line(lua));
    host.raw_set("line", lua.create_function(line)?)?;
    let sha1hex =
        |_: &Lua, value: Value| Ok(sha1::hex(&lua_values::argument(&value).unwrap_or_default()));
    host.raw_set("sha1hex", lua.create_function(sha1hex)?)?;
    host.raw_set("random", lua.create_function(|_, ()| Ok(random()))?)?;
    let randomseed = |_: &Lua, value: Value| {
        seed(lua_values::truncated(value.as_number().unwrap_or(0.0)));
        Ok(())
    };
    host.raw_set("randomseed", lua.create_function(randomseed)?)?;
    Ok(host)
}

/// `redis.pcall`: a reply, or an error table.
fn call(lua: &Lua, words: MultiValue) -> mlua::Result<Value> {
    if words.is_empty() {
        return error_table(
            lua,
            "ERR Please specify at least one argument for this redis lib call",
        );
    }
    let args: Option<Vec<_>> = words.iter().map(lua_values::argument).collect();
    let Some(args) = args else {
        let text = "ERR Lua redis lib command arguments must be strings or integers";
        return error_table(lua, text);
    };
    let reply = WORLD.with_borrow_mut(|world| {
        let world = world.as_mut().expect("a script runs in a world");
        command::execute_in_script(&mut world.keyspace, world.now, &args)
    });
    lua_values::value(lua, reply)
}

/// The line the script itself had reached, however deep it was in the prelude or in C.
fn current_line(lua: &Lua) -> Option<usize> {
    let line = |level| {
        lua.inspect_stack(level, |frame| match frame.source().source.as_deref() {
            Some(CHUNK) => frame.current_line(),
            _ => None,
        })
    };
    (1..).map_while(line).flatten().next()
}

/// The generator of Redis (`rand.c`, after `drand48`), seeded anew for every script.
fn random() -> f64 {
    let next = RANDOM.get().wrapping_mul(0x5_deec_e66d).wrapping_add(0xb) & 0xffff_ffff_ffff;
    RANDOM.set(next);
    const MAX: u64 = 0x7fff_ffff;
    ((next >> 17) % MAX) as f64 / MAX as f64
}

fn seed(value: i64) {
    RANDOM.set(((value as u64 & 0xffff_ffff) << 16) | 0x330e);
}
