//! Errors on their way through Lua, until the prelude takes them apart.

use mlua::Lua;
use thiserror::Error;

/// An error on its way through Lua; a script meets it as a table or as a text.
#[derive(Debug, Error)]
pub(super) enum Raised {
    /// An error reply: a table with the field `err`.
    #[error("{0}")]
    Reply(String),
    /// An error of a library function: a text, with its place in front.
    #[error("{0}")]
    Text(String),
}

impl From<Raised> for mlua::Error {
    fn from(raised: Raised) -> Self {
        mlua::Error::external(raised)
    }
}

/// An error about the arguments of a library function, as `luaL_error` words it.
pub(super) fn text(lua: &Lua, text: &str) -> mlua::Error {
    let place = lua.inspect_stack(1, |caller| {
        let name = caller.source().short_src?.into_owned();
        Some(format!("{name}:{}: ", caller.current_line()?))
    });
    let place = place.flatten().unwrap_or_default();
    Raised::Text(format!("{place}{text}")).into()
}
