//! The Lua code that has to be one step on the server.

use std::sync::LazyLock;

use ::redis::Script;

/// Sets every key to its argument, if none of them exists. Replies 0, or the position of the first
/// that does, from 1.
pub(super) static OPEN: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "for i = 1, #KEYS do\n  \
           if redis.call('EXISTS', KEYS[i]) == 1 then return i end\n\
         end\n\
         for i = 1, #KEYS do redis.call('SET', KEYS[i], ARGV[i]) end\n\
         return 0",
    )
});
