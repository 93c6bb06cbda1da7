//! What is sent to both servers: templates of commands, and scripts.

use std::sync::LazyLock;

/// Placeholders, each a word of its own: `K` key, `V` value, `N` number, `M` lifetime that is
/// none or too long, `W` time to wait, `I` index, `O` option of
/// SET, `C` condition of EXPIRE, `S` script, `H` its SHA-1; lifetimes from now on in `T` seconds and
/// `P` milliseconds, absolute ones in `A` seconds and `B` milliseconds.
pub const TEMPLATES: &[&str] = &[
    "PING",
    "PING V",
    "PING V V",
    "ECHO V",
    "ECHO",
    "GET K",
    "GET",
    "GET K K",
    "get K",
    "SET K V",
    "SET K V O",
    "SET K V O O",
    "SET K V O O O",
    "Set K N O",
    "SET K",
    "SET K V V",
    "DEL K",
    "DEL K K",
    "DEL",
    "EXISTS K",
    "EXISTS K K K",
    "EXISTS",
    "PTTL K",
    "TTL K",
    "PTTL",
    "TTL K K",
    "PEXPIRE K P",
    "PEXPIRE K P C",
    "PEXPIRE K P C C",
    "PEXPIRE K M",
    "PEXPIRE K M C",
    "PEXPIRE K",
    "EXPIRE K T",
    "EXPIRE K T C",
    "EXPIRE K T C C",
    "EXPIRE K M",
    "EXPIRE K M C",
    "EXPIRE",
    "PERSIST K",
    "PERSIST",
    "INCR K",
    "INCR",
    "INCRBY K N",
    "INCRBY K",
    "DECR K",
    "DECR K K",
    "DECRBY K N",
    "DECRBY",
    "SET K N",
    "SET K N",
    "MGET K K",
    "MGET",
    "GETDEL K",
    "GETDEL",
    "GETSET K V",
    "GETSET K",
    "SETNX K V",
    "SETNX K",
    "SETEX K T V",
    "SETEX K M V",
    "PSETEX K P V",
    "PSETEX K M V",
    "PSETEX K",
    "TYPE K",
    "TYPE",
    "LPUSH K V",
    "LPUSH K V V",
    "RPUSH K V V V",
    "RPUSH K V",
    "LPUSH K",
    "LPOP K",
    "LPOP K N",
    "LPOP K I",
    "LPOP K I I",
    "RPOP K",
    "RPOP K I",
    "LPOP",
    "BLPOP K K W",
    "BRPOP K W",
    "BLPOP K",
    "LLEN K",
    "LLEN",
    "LRANGE K I I",
    "LRANGE K I I",
    "LRANGE K N N",
    "LRANGE K I",
    "FLUSHALL",
    "FLUSHALL SYNC",
    "FLUSHALL ASYNC",
    "FLUSHALL V",
    "FLUSHDB",
    "FLUSHDB sync sync",
    "DBSIZE",
    "DBSIZE K",
    "SELECT 0",
    "SELECT 99",
    "SELECT x",
    "SELECT 99999999999",
    "SELECT",
    "EVAL S 0",
    "EVAL S 1 K",
    "EVAL S 1 K V",
    "EVAL S 2 K K V V",
    "EVAL S N K V",
    "EVAL S",
    "EVAL S 1 K V",
    "EVAL S 3 K K K N N",
    "EVALSHA H 0",
    "EVALSHA H 1 K V",
    "EVALSHA H 2 K K N N",
    "EVALSHA H N K",
    "EVALSHA V 0",
    "EVALSHA H",
    "SCRIPT LOAD S",
    "SCRIPT EXISTS H H",
    "SCRIPT",
    "SCRIPT EXISTS",
    "SCRIPT LOAD",
    "SCRIPT LOAD S S",
    "SCRIPT FLUSH",
    "SCRIPT FLUSH ASYNC",
    "SCRIPT FLUSH V",
    "SCRIPT NOSUCH",
    "SCRIPT NOSUCH V",
    "CLIENT SETNAME name",
    "CLIENT NOSUCH",
    "CLIENT",
    "CLIENT ID V",
    "NOSUCH",
    "NOSUCH K V",
    "nosuch V V V V V V",
    "TIME K",
];

const KEYS: &[&str] = &["a", "b", "c", "l", "n"];
const VALUES: &[&[u8]] = &[
    b"v",
    b"w",
    b"",
    b"10",
    b"-3",
    b" 1",
    b"01",
    b"9223372036854775807",
    b"two words",
    b"\0\r\n'\"",
    b"a longer value that makes the list of arguments in an error text reach its limit of bytes",
];
const NUMBERS: &[&str] = &[
    "1",
    "0",
    "-1",
    "5",
    "-7",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775",
    "9223372036854776",
    "9223372036854775808",
    "4611686018427387904",
    "x",
    "",
    "1.5",
    "+1",
    "01",
    "-0",
    " 1",
    "1 ",
];
const NO_LIFETIMES: &[&str] = &[
    "0",
    "-1",
    "-7",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854776",
    "-9223372036854776",
    "9223372036854775808",
    "x",
    "",
    "1.5",
    "+1",
    "01",
    "1 ",
];
/// Most are refused: a real server takes about a tenth of a second to see that a short time is over.
const WAITS: &[&str] = &["0.001", "1e-4", "-1", "-0.5", "x", "", " 1", "nan", "inf", "1e30"];
const INDICES: &[&str] = &["0", "1", "2", "-1", "-2", "-100", "100", "3"];
const OPTIONS: &[&str] = &[
    "NX",
    "XX",
    "GET",
    "KEEPTTL",
    "EX T",
    "PX P",
    "EXAT A",
    "PXAT B",
    "nx",
    "xx",
    "get",
    "px P",
    "EX",
    "EX 0",
    "PX -1",
    "PX x",
    "EX 9223372036854775",
    "EX 9223372036854776",
    "NOSUCH",
    "PX 9223372036854775807",
    "PXAT 0",
    "EXAT 9223372036854776",
];
const CONDITIONS: &[&str] = &["NX", "XX", "GT", "LT", "nx", "gt", "NOSUCH"];

/// Fills in a template. `choices` decides each placeholder; `number` makes its lifetimes unlike
/// those of other commands, because which of two equal ones is later depends on when they were set.
pub fn words(template: &str, choices: &[u16], number: u64, now_ms: u64) -> Vec<Vec<u8>> {
    let mut choices = choices.iter().copied().cycle().map(usize::from);
    let mut filled = Vec::new();
    let mut rest: Vec<&str> = template.rsplit(' ').collect();
    while let Some(word) = rest.pop() {
        let mut choice = 0;
        if word.len() == 1 && word.as_bytes()[0].is_ascii_uppercase() {
            choice = choices.next().unwrap_or(0);
        }
        let pick = |texts: &[&'static str]| Vec::from(texts[choice % texts.len()]);
        let seconds = [2_000, 400_000, 1_000_000][choice % 3] + number * 100;
        filled.push(match word {
            "K" => pick(KEYS),
            "V" => VALUES[choice % VALUES.len()].to_vec(),
            "N" => pick(NUMBERS),
            "M" => pick(NO_LIFETIMES),
            "W" => pick(WAITS),
            "I" => pick(INDICES),
            "C" => pick(CONDITIONS),
            "S" => pick(&SCRIPTS),
            "H" => sha(choice).into_bytes(),
            "T" => seconds.to_string().into_bytes(),
            "P" => (seconds * 1000).to_string().into_bytes(),
            "A" => (now_ms / 1000 + seconds).to_string().into_bytes(),
            "B" => (now_ms + seconds * 1000).to_string().into_bytes(),
            "O" => {
                rest.extend(OPTIONS[choice % OPTIONS.len()].rsplit(' '));
                continue;
            }
            plain => Vec::from(plain),
        });
    }
    filled
}

fn sha(choice: usize) -> String {
    let script = redis::Script::new(SCRIPTS[choice % SCRIPTS.len()]);
    match choice % 7 {
        0 => script.get_hash().to_ascii_uppercase(),
        1 => "0123456789012345678901234567890123456789".to_owned(),
        _ => script.get_hash().to_owned(),
    }
}

/// Scripts that answer the same whenever they run.
pub static SCRIPTS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let one_line = include_str!("scripts.lua").lines();
    one_line.chain(OF_SEVERAL_LINES.iter().copied()).collect()
});

const OF_SEVERAL_LINES: &[&str] = &[
    "\n\nlocal function deep()\n  return redis.call('INCR', KEYS[2])\nend\nreturn deep()",
    "\n local a = nil\n\n return a.b",
    "",
    "#!lua\nreturn 1",
    "#!lua\nerror('x')",
];
