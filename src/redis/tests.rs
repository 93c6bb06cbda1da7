//! The behaviour of commands over time, and the powers and limits of scripts.
//!
//! `tests/redis_server/main.rs` compares replies with a real server's; the tests here show what that cannot:
//! instants, atomicity, determinism and limits.

use super::{Direct, Entry, Keyspace, Reply, Value, execute};

fn run(keyspace: &mut Keyspace, now: u64, line: &str) -> Reply {
    let args: Vec<Vec<u8>> = line.split(' ').map(Vec::from).collect();
    execute(keyspace, now, &args).expect("it is simulated")
}

fn eval(keyspace: &mut Keyspace, now: u64, script: &str) -> Reply {
    let args = ["EVAL", script, "1", "k", "v"].map(Vec::from);
    execute(keyspace, now, &args).expect("it is simulated")
}

fn bulk(text: &str) -> Reply {
    Reply::Bulk(text.into())
}

#[test]
fn a_lock_is_free_again_at_its_deadline_to_the_millisecond() {
    let mut keyspace = Keyspace::default();
    assert_eq!(run(&mut keyspace, 5, "SET lock alice NX PX 30"), Reply::ok());
    assert_eq!(run(&mut keyspace, 34, "SET lock bob NX PX 30"), Reply::Nil);
    assert_eq!(run(&mut keyspace, 34, "PTTL lock"), Reply::Int(1));
    assert_eq!(run(&mut keyspace, 35, "GET lock"), Reply::Nil);
    assert_eq!(run(&mut keyspace, 35, "SET lock bob NX PX 30"), Reply::ok());
}

/// The seed's mock deletes a key when the timer of an *earlier* acquisition with the same value fires.
#[test]
fn an_acquisition_is_not_cut_short_by_the_deadline_of_an_earlier_one() {
    let mut keyspace = Keyspace::default();
    run(&mut keyspace, 0, "SET lock same NX PX 1000");
    run(&mut keyspace, 100, "DEL lock");
    assert_eq!(run(&mut keyspace, 200, "SET lock same NX PX 1000"), Reply::ok());
    assert_eq!(run(&mut keyspace, 1000, "GET lock"), bulk("same"));
    assert_eq!(run(&mut keyspace, 1199, "GET lock"), bulk("same"));
    assert_eq!(run(&mut keyspace, 1200, "GET lock"), Reply::Nil);
}

#[test]
fn ttl_rounds_half_a_second_up() {
    let mut keyspace = Keyspace::default();
    for (left, seconds) in [(1499, 1), (1500, 2), (499, 0), (500, 1), (1, 0)] {
        run(&mut keyspace, 0, &format!("SET k v PX {left}"));
        assert_eq!(run(&mut keyspace, 0, "TTL k"), Reply::Int(seconds));
    }
    assert_eq!(run(&mut keyspace, 1, "TTL k"), Reply::Int(-2));
    run(&mut keyspace, 1, "SET k v");
    assert_eq!(run(&mut keyspace, 1, "TTL k"), Reply::Int(-1));
}

#[test]
fn greater_and_less_compare_deadlines_strictly() {
    let mut keyspace = Keyspace::default();
    run(&mut keyspace, 0, "SET k v PX 100");
    for (line, done) in [
        ("PEXPIRE k 100 GT", 0),
        ("PEXPIRE k 100 LT", 0),
        ("PEXPIRE k 101 GT", 1),
        ("PEXPIRE k 100 LT", 1),
        ("PEXPIRE k 100 NX", 0),
        ("PEXPIRE k 100 XX", 1),
    ] {
        assert_eq!(run(&mut keyspace, 0, line), Reply::Int(done), "{line}");
    }
    run(&mut keyspace, 0, "PERSIST k");
    assert_eq!(run(&mut keyspace, 0, "PEXPIRE k 1 GT"), Reply::Int(0));
    assert_eq!(run(&mut keyspace, 0, "PEXPIRE k 1 LT"), Reply::Int(1));
}

#[test]
fn a_counter_keeps_its_deadline_and_a_set_drops_it() {
    let mut keyspace = Keyspace::default();
    run(&mut keyspace, 0, "SET n 1 PX 30");
    run(&mut keyspace, 0, "INCRBY n 5");
    assert_eq!(keyspace.next_deadline(0), Some(30));
    run(&mut keyspace, 0, "SET n 1 KEEPTTL");
    assert_eq!(keyspace.next_deadline(0), Some(30));
    run(&mut keyspace, 0, "SET n 1");
    assert_eq!(keyspace.next_deadline(0), None);
}

#[test]
fn a_list_that_becomes_empty_is_gone() {
    let mut keyspace = Keyspace::default();
    run(&mut keyspace, 0, "RPUSH l a b");
    run(&mut keyspace, 0, "LPOP l 5");
    assert_eq!(keyspace, Keyspace::default());
}

#[test]
fn a_command_forgets_the_keys_that_expired() {
    let mut keyspace = Keyspace::default();
    run(&mut keyspace, 0, "SET k v PX 30");
    run(&mut keyspace, 30, "PING");
    assert_eq!(keyspace, Keyspace::default());
}

#[test]
fn time_is_the_virtual_clock_and_stands_still_in_a_script() {
    let mut keyspace = Keyspace::default();
    let time = Reply::Array(vec![bulk("12"), bulk("345000")]);
    assert_eq!(run(&mut keyspace, 12_345, "TIME"), time);
    let script = "local t = redis.call('TIME') for i = 1, 1000 do redis.call('GET', 'k') end
                  local u = redis.call('TIME') return t[1] == u[1] and t[2] == u[2]";
    assert_eq!(eval(&mut keyspace, 12_345, script), Reply::Int(1));
}

#[test]
fn the_script_cache_is_state() {
    let mut keyspace = Keyspace::default();
    assert_eq!(eval(&mut keyspace, 0, "return 1"), Reply::Int(1));
    let evalsha = "EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0";
    assert_eq!(run(&mut keyspace, 0, evalsha), Reply::Int(1));
    run(&mut keyspace, 0, "FLUSHALL");
    assert_eq!(run(&mut keyspace, 0, evalsha), Reply::Int(1));
    keyspace.forget_scripts();
    let error = "NOSCRIPT No matching script. Please use EVAL.";
    assert_eq!(run(&mut keyspace, 0, evalsha), Reply::Error(error.into()));
}

#[test]
fn a_failing_script_keeps_what_it_did_and_gives_the_keyspace_back() {
    let mut keyspace = Keyspace::default();
    run(&mut keyspace, 0, "SET other v");
    let reply = eval(&mut keyspace, 0, "redis.call('SET', KEYS[1], ARGV[1]) error('stop')");
    assert!(matches!(reply, Reply::Error(_)));
    assert_eq!(run(&mut keyspace, 0, "MGET k other"), Reply::Array(vec![bulk("v"), bulk("v")]));
}

#[test]
fn an_endless_script_is_stopped_even_if_it_catches_errors() {
    for script in [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "local function f() return pcall(f) end while true do f() end",
        "while true do xpcall(function() while true do end end, function() while true do end end) end",
        "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
        "coroutine.wrap(function() while true do end end)()",
    ] {
        let reply = eval(&mut Keyspace::default(), 0, script).to_string();
        let stopped = "(error) ERR Script stopped after 1000000 instructions script: ";
        assert!(reply.starts_with(stopped), "{script}: {reply}");
    }
    assert_eq!(eval(&mut Keyspace::default(), 0, "return 1"), Reply::Int(1));
}

#[test]
fn a_script_that_wants_all_memory_is_refused_and_the_next_one_runs() {
    let greedy = "local s = 'x' while true do s = s .. s end";
    let reply = eval(&mut Keyspace::default(), 0, greedy).to_string();
    assert!(reply.contains("not enough memory"), "{reply}");
    assert_eq!(eval(&mut Keyspace::default(), 0, "return 1"), Reply::Int(1));
}

#[test]
fn nothing_that_a_script_does_reaches_the_next_one() {
    let probe = "local n = 0 for _ in pairs(_G) do n = n + 1 end
                 for _, t in ipairs {redis, string, table, math, coroutine} do
                   for _ in pairs(t) do n = n + 1 end
                 end
                 return {n, #KEYS, tostring({}), math.random(1000000), ('x'):rep(2)}";
    let before = eval(&mut Keyspace::default(), 0, probe);
    for script in [
        "KEYS[5] = 1 table.insert(_G, 1) table.insert(redis, 1)",
        "rawset(string, 'x', 1)",
        "math.random() math.randomseed(9)",
        "getmetatable('').__index = nil",
        "setmetatable(string, {})",
        "redis.call = nil",
        "rawset(rawget(_G, 'redis'), 'call', nil)",
        "local f, t = pairs(_G) t.x = 1",
        "for _, name in pairs {'math', 'table'} do local g, t = pairs(_G[name]) t.x = 1 end",
        "getmetatable(_G).__index = nil",
        "loadstring('z = 1')()",
    ] {
        eval(&mut Keyspace::default(), 0, script);
        assert_eq!(eval(&mut Keyspace::default(), 0, probe), before, "{script}");
    }
}

#[test]
fn a_script_cannot_run_bytecode_or_reach_the_machine() {
    for script in [
        "return loadstring(string.dump(function() return 1 end)) == nil",
        "return rawget(_G, 'io') == nil and rawget(_G, 'os') == nil",
        "return rawget(_G, 'require') == nil and rawget(_G, 'dofile') == nil",
        "return rawget(_G, 'debug') == nil and rawget(_G, 'getfenv') == nil",
        "return rawget(_G, 'package') == nil and rawget(_G, 'loadfile') == nil",
    ] {
        assert_eq!(eval(&mut Keyspace::default(), 0, script), Reply::Int(1), "{script}");
    }
}

#[test]
fn values_nested_too_deeply_end_in_an_error_and_not_in_a_crash() {
    let cycle = "local t = {} t[1] = t return t";
    let mut reply = &eval(&mut Keyspace::default(), 0, cycle);
    let mut depth = 0;
    while let Reply::Array(items) = reply {
        (reply, depth) = (&items[0], depth + 1);
    }
    assert_eq!(*reply, Reply::Error("ERR reached lua stack limit".into()));
    assert_eq!(depth, 16);
}

/// Shuttle's coroutines have this much here; Lua's own limits must stop a script before the stack
/// ends.
#[test]
fn scripts_that_nest_as_deeply_as_lua_allows_fit_a_small_stack() {
    const STACK: usize = 256 << 10;
    let nested =
        |open: &str, close: &str| format!("return {}1{}", open.repeat(250), close.repeat(250));
    let scripts = [
        nested("(", ")"),
        nested("{", "}"),
        nested("(function() return ", " end)()"),
        "local function f(n) local ok, e = pcall(f, n + 1) return e end return f(0)".to_owned(),
        "local function f() return 1 + f() end return f()".to_owned(),
        "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) return t[1]"
            .to_owned(),
        "local function f(n) return xpcall(function() return f(n + 1) end, tostring) end return f(0)"
            .to_owned(),
        "local function f(n) return coroutine.wrap(function() return f(n + 1) end)() end
         return f(0)"
            .to_owned(),
        "local t = {} for i = 1, 300 do t = {t} end return t".to_owned(),
    ];
    let body = move || {
        for script in &scripts {
            eval(&mut Keyspace::default(), 0, script);
        }
        eval(&mut Keyspace::default(), 0, "return 7")
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(body);
    assert_eq!(thread.unwrap().join().unwrap(), Reply::Int(7));
}

#[test]
fn every_thread_has_an_engine_of_its_own() {
    let count = || {
        let mut keyspace = Keyspace::default();
        for _ in 0..200 {
            eval(&mut keyspace, 0, "return redis.call('INCR', KEYS[1])");
        }
        run(&mut keyspace, 0, "GET k")
    };
    let threads = [(); 4].map(|()| std::thread::spawn(count));
    for thread in threads {
        assert_eq!(thread.join().unwrap(), bulk("200"));
    }
}

#[test]
fn nothing_that_a_script_does_reaches_the_next_thread() {
    let probe = "return {#KEYS, #ARGV, math.random(1000000), rawget(_G, 'x') == nil}";
    let leave = "loadstring('x = 1')() rawset(_G, 'x', 1)";
    let in_a_thread = |script: &'static str| {
        let body = move || eval(&mut Keyspace::default(), 0, script);
        std::thread::spawn(body).join().unwrap()
    };
    let before = in_a_thread(probe);
    for script in [leave, "math.random() KEYS[9] = 1", "while true do end", "return {} .. 1"] {
        in_a_thread(script);
        assert_eq!(in_a_thread(probe), before, "{script}");
    }
}

#[test]
fn an_unknown_command_is_quoted_as_far_as_redis_quotes_it() {
    let long = "y".repeat(200);
    let reply = run(&mut Keyspace::default(), 0, &format!("FOO a {long} z"));
    let shown = "y".repeat(124);
    let error = format!("ERR unknown command 'FOO', with args beginning with: 'a' '{shown}' ");
    assert_eq!(reply, Reply::Error(error));
    assert!(matches!(execute(&mut Keyspace::default(), 0, &[]), Ok(Reply::Error(_))));
}

#[test]
fn a_monitor_reads_the_keyspace_without_changing_it() {
    let mut con = Direct::default();
    run(&mut con.keyspace, 0, "SET lock alice PX 30");
    let before = con.keyspace.clone();
    let value = Value::String(b"alice".to_vec());
    let entry = Entry { value, deadline: Some(30) };
    assert_eq!(con.keyspace.entry(b"lock", 29), Some(&entry));
    assert_eq!(con.keyspace.entry(b"lock", 30), None);
    assert_eq!(con.keyspace, before);
}
