//! The Lua scripts: the operations that have to be one atomic step on the server. Time stands still while a
//! script runs, so no key expires between two of its lines.

use std::sync::LazyLock;

use ::redis::{ConnectionLike, RedisResult, Script};

// Each is a constant; it is lazy only because its hash is not computed by the compiler. Nothing in it
// depends on who comes first, so a model may use it.

/// Deletes the lock if it is ours. `KEYS`: the lock. `ARGV`: the token. Replies the number of keys deleted.
///
/// With GET and DEL apart, the key could expire between them, and the DEL would delete the lock of the next
/// client.
pub(super) static RELEASE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "-- release\n\
         if redis.call('GET', KEYS[1]) == ARGV[1] then\n  \
           return redis.call('DEL', KEYS[1])\n\
         end\n\
         return 0",
    )
});

/// Extends the lock if it is ours. `KEYS`: the lock. `ARGV`: the token, milliseconds. Replies 1 if it
/// is ours.
///
/// An absent key is a lost lock: another client may have come and gone meanwhile. The time to live is never
/// made shorter, so that a renewal whose reply was lost, and which arrives after a longer one, cannot end the
/// longer one early.
pub(super) static RENEW: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "-- renew\n\
         if redis.call('GET', KEYS[1]) ~= ARGV[1] then\n  \
           return 0\n\
         end\n\
         if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then\n  \
           redis.call('PEXPIRE', KEYS[1], ARGV[2])\n\
         end\n\
         return 1",
    )
});

/// Takes the lock and mints a fencing token, in one step. `KEYS`: the lock, the counter. `ARGV`: the token,
/// milliseconds. Replies the fencing token, or nil if another client holds the lock.
///
/// It may be sent twice: if the lock holds our token already, the reply to the first was lost, and the
/// fencing token is the value of the counter. The counter can have no other value: it grows only in the step
/// that sets an absent lock, and since the last such step the lock has not been absent, or it would not hold
/// our token. That step was ours, even if our first one expired, others held the lock since, and it was a
/// late second one that set it again. (This needs a counter that no other lock shares and no other client
/// touches.)
///
/// The counter comes first: if it cannot be increased the script ends there, with nothing set.
pub(super) static ACQUIRE_FENCED: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "-- acquire\n\
         local holder = redis.call('GET', KEYS[1])\n\
         if holder == ARGV[1] then\n  \
           return redis.call('GET', KEYS[2])\n    \
             or redis.error_reply('ERR the fence counter is gone while its lock is held')\n\
         end\n\
         if holder then\n  \
           return false\n\
         end\n\
         local fence = redis.call('INCR', KEYS[2])\n\
         redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])\n\
         return fence",
    )
});

/// Reads a value if no greater fencing token was presented before, and remembers this one. `KEYS`: the
/// value, the mark. `ARGV`: the fencing token. Replies `{1, value}`, or `{0, mark}` if it is stale.
pub(super) static READ_FENCED: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "-- read\n\
         local mark = redis.call('GET', KEYS[2])\n\
         if mark and tonumber(mark) > tonumber(ARGV[1]) then\n  \
           return {0, mark}\n\
         end\n\
         redis.call('SET', KEYS[2], ARGV[1])\n\
         return {1, redis.call('GET', KEYS[1])}",
    )
});

/// Writes a value if no greater fencing token was presented before, and remembers this one. `KEYS`:
/// the value, the mark. `ARGV`: the fencing token, the new value. Replies as [`READ_FENCED`], with no
/// value.
pub(super) static WRITE_FENCED: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "-- write\n\
         local mark = redis.call('GET', KEYS[2])\n\
         if mark and tonumber(mark) > tonumber(ARGV[1]) then\n  \
           return {0, mark}\n\
         end\n\
         redis.call('SET', KEYS[2], ARGV[1])\n\
         redis.call('SET', KEYS[1], ARGV[2])\n\
         return {1, false}",
    )
});

/// All of them, with the name each has in tests.
pub(super) static ALL: [(&str, &LazyLock<Script>); 5] = [
    ("release", &RELEASE),
    ("renew", &RENEW),
    ("acquire_fenced", &ACQUIRE_FENCED),
    ("read_fenced", &READ_FENCED),
    ("write_fenced", &WRITE_FENCED),
];

/// Puts every script into the server's cache.
pub(super) fn load(connection: &mut dyn ConnectionLike) -> RedisResult<()> {
    ALL.iter().try_for_each(|(_, script)| script.load(connection).map(drop))
}
