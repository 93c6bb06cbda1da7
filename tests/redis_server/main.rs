//! The simulated Redis against a real one: the same commands, and every reply compared.
//!
//! Properties:
//!
//! * any sequence of commands, pipelines and transactions gets the same replies and error texts;
//! * so does every script of a list that covers the conversions and errors of the Lua API;
//! * what redis-rs makes of a reply does not depend on which of the two it talked to.
//!
//! The server is the one at `LOCKPROOF_REDIS_URL` (it must be empty: it is flushed), or else a
//! `redis-server` from the path, started on a free loopback port. Without either, the tests say so
//! and pass; with the variable and no server there they fail (`reached`). The texts are those of
//! 7.0.15. Time passes differently on the two sides, so lifetimes are far away and distinct, and what
//! is left of one is compared with a tolerance.
#![cfg(not(loom))]

use std::time::{SystemTime, UNIX_EPOCH};

use lockproof::redis::Direct;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use redis::Connection;

mod empty;
mod reached;
#[path = "../support/server.rs"]
mod server;
mod step;
mod words;

use empty::Empty;
use step::{Step, command, shown};
use words::{SCRIPTS, TEMPLATES, words};

/// The two sides of the comparison.
struct Pair {
    real: Connection,
    simulated: Direct,
    version: String,
    /// How many replies were compared.
    compared: u64,
}

fn milliseconds() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(now.as_millis()).unwrap()
}

impl Pair {
    fn start() -> Option<(Empty, Pair)> {
        let (server, real) = Empty::start()?;
        let version = server.version.clone();
        let simulated = Direct::default();
        Some((server, Pair { real, simulated, version, compared: 0 }))
    }

    fn reset(&mut self) {
        for words in [["FLUSHALL", "SYNC"], ["SCRIPT", "FLUSH"]] {
            let cmd = command(&words.map(|word| word.as_bytes().to_vec()));
            cmd.query::<()>(&mut self.real).unwrap();
        }
        self.simulated = Direct::default();
    }

    fn check(&mut self, step: &Step) -> Result<(), TestCaseError> {
        self.simulated.now_ms = milliseconds();
        let real = step.send(&mut self.real);
        let simulated = step.send(&mut self.simulated);
        self.compared += 1;
        prop_assert!(
            step.agree(&real, &simulated),
            "{:?}\n real ({}): {}\n simulated: {}",
            step,
            self.version,
            shown(&real),
            shown(&simulated),
        );
        Ok(())
    }
}

fn any_command() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let choices = prop::collection::vec(any::<u16>(), 8);
    let number = 0..1_000_u64;
    (select(TEMPLATES), choices, number)
        .prop_map(|(template, choices, number)| words(template, &choices, number, milliseconds()))
}

fn any_step() -> impl Strategy<Value = Step> {
    let several = || prop::collection::vec(any_command(), 1..5);
    prop_oneof![
        10 => any_command().prop_map(Step::Command),
        1 => several().prop_map(Step::Pipeline),
        1 => several().prop_map(Step::Transaction),
    ]
}

/// The same sequences in every run, unless `PROPTEST_RNG_SEED` or `PROPTEST_CASES` say otherwise.
fn config() -> Config {
    let default = Config::default();
    Config {
        cases: default.cases.max(400),
        failure_persistence: None,
        rng_seed: match default.rng_seed {
            RngSeed::Random => RngSeed::Fixed(1),
            fixed => fixed,
        },
        ..default
    }
}

#[test]
fn every_reply_is_the_one_a_real_server_gives() {
    let Some((_server, pair)) = Pair::start() else {
        return;
    };
    let pair = std::cell::RefCell::new(pair);
    let sequences = prop::collection::vec(any_step(), 1..40);
    let config = config();
    let outcome = TestRunner::new(config.clone()).run(&sequences, |steps| {
        let mut pair = pair.borrow_mut();
        pair.reset();
        steps.iter().try_for_each(|step| pair.check(step))
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    let compared = pair.borrow().compared;
    assert!(compared >= config.cases.into(), "only {compared} replies were compared");
}

#[test]
fn every_script_does_what_it_does_on_a_real_server() {
    let Some((_server, mut pair)) = Pair::start() else {
        return;
    };
    let mut differences = Vec::new();
    for script in SCRIPTS.iter() {
        pair.reset();
        // It runs twice, because it may leave something behind.
        let eval = ["EVAL", script, "3", "a", "l", "n", "v", "7"];
        let eval = eval.map(Vec::from).to_vec();
        let steps = [
            line("SET a v"),
            line("RPUSH l x y z"),
            line("SET n 41 EX 1000"),
            Step::Command(eval.clone()),
            Step::Command(eval),
            line("MGET a n q fence"),
        ];
        let outcomes = steps.iter().map(|step| pair.check(step));
        differences.extend(outcomes.filter_map(Result::err).map(|error| error.to_string()));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(pair.compared, 6 * SCRIPTS.len() as u64);
}

fn line(words: &str) -> Step {
    Step::Command(words.split(' ').map(Vec::from).collect())
}

#[test]
fn a_lifetime_in_the_past_leaves_no_key() {
    let Some((_server, mut pair)) = Pair::start() else {
        return;
    };
    pair.reset();
    for words in [
        "SET a v PXAT 1",
        "GET a",
        "SET a v",
        "EXPIRE a 0",
        "EXISTS a",
        "SET a v",
        "PEXPIRE a -9223372036854775808",
        "EXISTS a",
        "SET a v EXAT 1",
        "SET a w NX",
        "PTTL a",
        "PTTL nothing",
        "TTL nothing",
        "TTL a",
    ] {
        pair.check(&line(words)).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// What would block a connection is asked only where an answer comes at once, or soon.
#[test]
fn a_blocking_pop_takes_what_is_there_or_is_refused_as_by_a_real_server() {
    let Some((_server, mut pair)) = Pair::start() else {
        return;
    };
    pair.reset();
    let words = |line: &str| line.split(' ').map(Vec::from).collect::<Vec<_>>();
    for line_of_words in [
        "SET text v",
        "RPUSH l a b c d",
        "BLPOP nothing l text 0",
        "BRPOP nothing l 0",
        "BLPOP nothing text l 0",
        "BLPOP text x",
        "BLPOP l -1",
        "BLPOP l 9223372036854776",
        "BRPOP l +.5",
        "BLPOP l 0",
        "EXISTS l",
        "BLPOP l nothing 0.001",
        "BRPOP 0",
        "BLPOP",
    ] {
        pair.check(&line(line_of_words)).unwrap_or_else(|error| panic!("{error}"));
    }
    let several = ["BLPOP l 0", "RPUSH l x y", "BRPOP nothing l 0"].map(words);
    let in_transaction = Step::Transaction(several.to_vec());
    pair.check(&in_transaction).unwrap_or_else(|error| panic!("{error}"));
    for call in ["redis.call", "redis.pcall"] {
        let script = format!("return {call}('BLPOP', KEYS[1], '0')");
        let eval = ["EVAL", &script, "1", "l"].map(Vec::from).to_vec();
        pair.check(&Step::Command(eval)).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// What the queue of the simulated server is a model of; its own order is tested where clients are scheduled.
#[test]
fn whoever_waits_is_served_in_the_order_of_a_real_server() {
    let Some((server, pair)) = Pair::start() else {
        return;
    };
    let mut real = pair.real;
    redis::cmd("FLUSHALL").query::<()>(&mut real).unwrap();
    let blocked = || -> i64 {
        let info: String = redis::cmd("INFO").arg("clients").query(&mut server.connect()).unwrap();
        let count = info.lines().find_map(|line| line.strip_prefix("blocked_clients:"));
        count.and_then(|count| count.trim().parse().ok()).unwrap()
    };
    let mut waiters = Vec::new();
    for number in 1..=2 {
        let mut con = server.connect();
        waiters.push(std::thread::spawn(move || {
            redis::cmd("BLPOP").arg("l").arg(10).query::<Vec<String>>(&mut con).unwrap()
        }));
        while blocked() < number {
            std::thread::yield_now();
        }
    }
    let mut ask = |words: &[&str]| {
        let words: Vec<_> = words.iter().map(|word| Vec::from(*word)).collect();
        command(&words).query::<i64>(&mut real).unwrap()
    };
    // Handed over before the pusher's next command, the first to the longest waiting.
    assert_eq!(ask(&["RPUSH", "l", "x"]), 1);
    assert_eq!(ask(&["LLEN", "l"]), 0);
    assert_eq!(ask(&["RPUSH", "l", "y", "z"]), 2);
    assert_eq!(ask(&["LLEN", "l"]), 1);
    let got: Vec<_> = waiters.into_iter().map(|waiter| waiter.join().unwrap()[1].clone()).collect();
    assert_eq!(got, ["x", "y"]);
}

/// Otherwise code that copes with errors would be said to work with a command that was never carried out.
#[test]
fn no_command_of_a_real_server_is_answered_as_unknown() {
    let Some((_server, mut pair)) = Pair::start() else {
        return;
    };
    let list = redis::cmd("COMMAND").arg("LIST").query::<Vec<String>>(&mut pair.real).unwrap();
    assert!(list.len() > 300, "{list:?}");
    for name in list.iter().filter(|name| !name.contains('.')) {
        let words: Vec<_> = name.split('|').map(Vec::from).collect();
        let reply = command(&words).exec(&mut pair.simulated);
        let said = reply.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(!said.contains("unknown"), "{name}: {said}");
    }
}

#[test]
fn a_server_that_answers_otherwise_is_noticed() {
    let Some((_server, mut pair)) = Pair::start() else {
        return;
    };
    pair.reset();
    let entry = lockproof::redis::Entry {
        value: lockproof::redis::Value::String(b"only here".to_vec()),
        deadline: None,
    };
    pair.simulated.keyspace.insert(b"a", entry);
    for words in ["GET a", "PTTL a", "TYPE a", "INCR a"] {
        assert!(pair.check(&line(words)).is_err(), "{words}");
    }
}
