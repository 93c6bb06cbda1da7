//! Scripts, run by real Lua 5.1.
//!
//! One Lua state a thread, kept while the thread lives and then handed on to another: a new one costs
//! far more than a call, and engines that run real threads start new ones in every execution. It lends
//! scripts nothing that they could change for the next one (`prelude.lua`), so that a reply depends only
//! on the keyspace, the time and the arguments.
//!
//! A script never meets a scheduler: it is one step, and no other client can look while it runs.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use mlua::{ChunkMode, Function, Lua, StdLib, Table, Value};

use super::super::call::Executor;
use super::super::error::CommandError;
use super::super::keyspace::Keyspace;
use super::super::reply::Reply;
use super::host::{self, CHUNK, Lent};
use super::values;

/// Compiled scripts kept by a thread. All are dropped when there are more: it is only a cache.
const COMPILED: usize = 1024;

/// The interpreters of threads that have ended. They are interchangeable.
struct Pool(Mutex<Vec<Interpreter>>);

static POOL: Pool = Pool::new();

/// The largest number of interpreters kept for other threads; more than that are dropped.
const SPARE: usize = 16;

thread_local! {
    static INTERPRETER: RefCell<OnLoan> = const { RefCell::new(OnLoan(None)) };
}

impl Pool {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn take(&self) -> Option<Interpreter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn give_back(&self, interpreter: Interpreter) {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < SPARE {
            spare.push(interpreter);
            return;
        }
        // Closing a Lua state takes a while, and no thread should wait for it.
        drop(spare);
        drop(interpreter);
    }
}

/// The interpreter of a thread, given back when the thread ends.
struct OnLoan(Option<Interpreter>);

impl OnLoan {
    fn get(&mut self) -> &mut Interpreter {
        self.0.get_or_insert_with(|| {
            POOL.take().unwrap_or_else(|| {
                Interpreter::new().expect("a Lua state with the standard sandbox can be built")
            })
        })
    }
}

impl Drop for OnLoan {
    /// Runs while the thread's other locals may be gone already: it needs none, and cannot panic.
    fn drop(&mut self) {
        if let Some(interpreter) = self.0.take() {
            POOL.give_back(interpreter);
        }
    }
}

/// The input of a script.
pub(in crate::redis::engine) struct Script<'a> {
    pub sha: &'a str,
    pub body: &'a [u8],
    pub keys: &'a [Vec<u8>],
    pub argv: &'a [Vec<u8>],
}

/// Compiles a script, to say what is wrong with it.
pub(in crate::redis::engine) fn compile(sha: &str, body: &[u8]) -> Result<(), CommandError> {
    with_interpreter(|interpreter| interpreter.function(sha, body).map(drop))
}

/// Runs a script as one step at one instant; `executor` executes the commands that it calls.
pub(in crate::redis::engine) fn run(
    keyspace: &mut Keyspace,
    now: u64,
    executor: Executor,
    script: &Script<'_>,
) -> Result<Reply, CommandError> {
    with_interpreter(|interpreter| {
        let function = interpreter.function(script.sha, script.body)?;
        let lent = Lent::new(keyspace, now, executor);
        let reply = interpreter.run(&function, script);
        let missing = lent.missing();
        drop(lent);
        if let Some(missing) = missing {
            return Err(missing.into());
        }
        Ok(reply.unwrap_or_else(|error| {
            let (sha, text) = (script.sha, error.to_string());
            Reply::error(format!("ERR Error running script {sha}, {text:.100}"))
        }))
    })
}

fn with_interpreter<T>(body: impl FnOnce(&mut Interpreter) -> T) -> T {
    INTERPRETER.with_borrow_mut(|on_loan| body(on_loan.get()))
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
        let prelude =
            lua.load(include_str!("prelude.lua")).set_name(host::PRELUDE).into_function()?;
        let (sandbox, globals, run): (Table, Table, Function) =
            prelude.call((lua.globals(), host::table(&lua)?))?;
        lua.set_globals(sandbox)?;
        host::limit_instructions(&lua)?;
        Ok(Interpreter { lua, globals, run, compiled: HashMap::new() })
    }

    fn function(&mut self, sha: &str, body: &[u8]) -> Result<Function, CommandError> {
        if let Some(function) = self.compiled.get(sha) {
            return Ok(function.clone());
        }
        let chunk = self.lua.load(without_shebang(body)).set_name(CHUNK);
        let function = chunk
            .set_mode(ChunkMode::Text)
            .into_function()
            .map_err(|error| CommandError::DoesNotCompile(syntax_error(&error)))?;
        if self.compiled.len() >= COMPILED {
            self.compiled.clear();
        }
        self.compiled.insert(sha.to_owned(), function.clone());
        Ok(function)
    }

    fn run(&self, function: &Function, script: &Script<'_>) -> mlua::Result<Reply> {
        self.globals.raw_set("KEYS", values::strings(&self.lua, script.keys)?)?;
        self.globals.raw_set("ARGV", values::strings(&self.lua, script.argv)?)?;
        host::begin();
        host::limit_memory(&self.lua, true);
        let outcome = self.run.call(function);
        host::limit_memory(&self.lua, false);
        let (done, value): (bool, Value) = outcome?;
        match (done, value) {
            (true, value) => values::reply(&value),
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
    Ok(match error.raw_get::<Option<String>>("place")? {
        Some(place) => Reply::error(format!("{text} script: {sha}, on {place}.")),
        None => Reply::error(text),
    })
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{Interpreter, POOL, Pool, SPARE, compile};

    #[test]
    fn what_a_thread_gave_back_is_taken_again_and_there_is_a_limit() {
        let pool = Pool::new();
        assert!(pool.take().is_none());
        let mut interpreter = Interpreter::new().unwrap();
        interpreter.function("of the first thread", b"return 1").unwrap();
        std::thread::scope(|scope| scope.spawn(|| pool.give_back(interpreter)).join().unwrap());
        let again = pool.take().unwrap();
        assert!(again.compiled.contains_key("of the first thread"));
        for _ in 0..=SPARE {
            pool.give_back(Interpreter::new().unwrap());
        }
        assert_eq!(pool.0.lock().unwrap().len(), SPARE);
    }

    #[test]
    fn a_thread_gives_its_interpreter_back_when_it_ends() {
        // Other tests take what is there, but only this one compiles this.
        let mine = "given back by a thread that ended";
        let given_back = (0..100).any(|_| {
            std::thread::spawn(move || compile(mine, b"return 1").unwrap()).join().unwrap();
            let spare = POOL.0.lock().unwrap();
            spare.iter().any(|interpreter| interpreter.compiled.contains_key(mine))
        });
        assert!(given_back);
    }
}
