//! `math.random` as Redis has it: the same numbers for every script.
//!
//! Source: `rand.c` and `script_lua.c` of Redis 7.0; the generator is that of `drand48`.

use std::cell::Cell;

use mlua::{Lua, MultiValue, Value};

use super::raised::text;
use super::values;

/// Where a fresh server starts, and here every script: a real server goes on from script to script,
/// which would make its random numbers part of the state of a model.
const START: u64 = 0x1234_abcd_330e;
const MASK: u64 = 0xffff_ffff_ffff;
const MAX: u64 = 0x7fff_ffff;

thread_local! {
    static STATE: Cell<u64> = const { Cell::new(START) };
}

pub(super) fn restart() {
    STATE.set(START);
}

fn draw() -> f64 {
    let next = STATE.get().wrapping_mul(0x5_deec_e66d).wrapping_add(0xb) & MASK;
    STATE.set(next);
    ((next >> 17) % MAX) as f64 / MAX as f64
}

/// `math.random([low,] high)`: a number below 1, or an integer in the range.
pub(super) fn random(lua: &Lua, args: MultiValue) -> mlua::Result<f64> {
    let draw = draw();
    let (low, high) = match args.len() {
        0 => return Ok(draw),
        1 => (1.0, integer(lua, &args, 0, "random")?),
        2 => (integer(lua, &args, 0, "random")?, integer(lua, &args, 1, "random")?),
        _ => return Err(text(lua, "wrong number of arguments")),
    };
    match low <= high {
        true => Ok((draw * (high - low + 1.0)).floor() + low),
        false => {
            let wrong = "(interval is empty)";
            let position = args.len();
            let message = format!("bad argument #{position} to 'random' {wrong}");
            Err(text(lua, &message))
        }
    }
}

/// `math.randomseed(seed)`: 32 bits of it count.
pub(super) fn randomseed(lua: &Lua, args: MultiValue) -> mlua::Result<()> {
    let seed = values::truncated(integer(lua, &args, 0, "randomseed")?);
    STATE.set((u64::from(seed as u32) << 16) | 0x330e);
    Ok(())
}

/// An argument as `luaL_checkint` takes it.
fn integer(lua: &Lua, args: &MultiValue, index: usize, function: &str) -> mlua::Result<f64> {
    let arg = args.get(index);
    let number = match arg {
        Some(arg) => lua.coerce_number(arg.clone())?,
        None => None,
    };
    number.map(f64::trunc).ok_or_else(|| {
        let position = index + 1;
        let found = arg.map_or("no value", Value::type_name);
        let wrong = format!("(number expected, got {found})");
        let message = format!("bad argument #{position} to '{function}' {wrong}");
        text(lua, &message)
    })
}
