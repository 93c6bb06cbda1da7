//! Commands that are not simulated, and keys that are watched too late: no engine counts such a run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use lockproof::explore::{Exploration, Verdict, stress};
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::{Condvar, Mutex, Runtime};
use redis::{Cmd, RedisResult, Value, cmd, pipe};

use crate::checkers;

/// How a command gets to the server.
#[derive(Clone, Copy, Debug)]
enum Way {
    Plain,
    Script,
    Pipeline,
    Transaction,
}

const WAYS: [Way; 4] = [Way::Plain, Way::Script, Way::Pipeline, Way::Transaction];

/// What the client makes of what comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copes {
    Unwraps,
    IgnoresErrors,
    CatchesPanics,
}

/// Two clients, one of whom sends a command that the simulation has never heard of.
#[derive(Clone)]
struct Unheard {
    way: Way,
    copes: Copes,
}

fn hsetnx() -> Cmd {
    let mut command = cmd("HSETNX");
    command.arg("h").arg("f").arg(1);
    command
}

fn send(way: Way, connection: &mut impl redis::ConnectionLike) -> RedisResult<Value> {
    match way {
        Way::Plain => hsetnx().query(connection),
        Way::Script => {
            let script = "return redis.pcall('HSETNX', KEYS[1], 'f', 1)";
            cmd("EVAL").arg(script).arg(1).arg("h").query(connection)
        }
        Way::Pipeline => pipe().cmd("SET").arg("k").arg(1).add_command(hsetnx()).query(connection),
        Way::Transaction => {
            pipe().atomic().cmd("SET").arg("k").arg(1).add_command(hsetnx()).query(connection)
        }
    }
}

impl Scenario for Unheard {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        let (alices, Self { way, copes }) = (server.clone(), self.clone());
        world.actor("alice", move |_| {
            let mut connection = alices.connect();
            match copes {
                Copes::Unwraps => drop(send(way, &mut connection).expect("an answer")),
                Copes::IgnoresErrors => drop(send(way, &mut connection)),
                Copes::CatchesPanics => {
                    let sent = || send(way, &mut connection).expect("an answer");
                    let _ = catch_unwind(AssertUnwindSafe(sent));
                }
            }
        });
        world.actor("bob", move |_| {
            let _: RedisResult<Value> = cmd("SET").arg("k").arg(2).query(&mut server.connect());
        });
        world.finally(Property::ConservedBalance, || Ok(()));
    }
}

fn all<S: Scenario>(scenario: &S) -> impl Iterator<Item = (&'static str, Exploration)> {
    checkers(scenario).chain(std::iter::once_with(|| ("stress", stress(scenario, 3))))
}

fn assert_not_run(said: &str, of: &str, found: &Exploration) {
    assert_eq!(found.verdict, Verdict::NotRun(said.to_owned()), "{of}: {found}");
}

#[test]
fn a_command_that_is_not_simulated_is_not_run_however_it_is_sent() {
    for way in WAYS {
        for (engine, found) in all(&Unheard { way, copes: Copes::Unwraps }) {
            assert_not_run("HSETNX is not simulated", &format!("{engine}, {way:?}"), &found);
        }
    }
}

#[test]
fn a_command_that_is_not_simulated_is_not_run_even_if_the_client_copes() {
    for copes in [Copes::IgnoresErrors, Copes::CatchesPanics] {
        for way in WAYS {
            for (engine, found) in all(&Unheard { way, copes }) {
                let of = format!("{engine}, {way:?}, {copes:?}");
                assert_not_run("HSETNX is not simulated", &of, &found);
            }
        }
    }
}

/// Bob waits for a word that alice would have given after her command.
#[derive(Clone)]
struct Awaited;

impl Scenario for Awaited {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        let done = Arc::new((Mutex::<R, bool>::new("flag", false), Condvar::<R>::new("done")));
        let alices = Arc::clone(&done);
        world.actor("alice", move |_| {
            let _: Value = hsetnx().query(&mut server.connect()).expect("an answer");
            *alices.0.lock() = true;
            alices.1.notify_all();
        });
        world.actor("bob", move |_| {
            let mut flag = done.0.lock();
            while !*flag {
                flag = done.1.wait(flag);
            }
        });
    }
}

#[test]
fn a_command_that_is_not_simulated_is_not_run_even_if_others_wait_for_its_client() {
    for (engine, found) in all(&Awaited) {
        assert_not_run("HSETNX is not simulated", engine, &found);
    }
}

/// A key that is watched once it holds something.
#[derive(Clone)]
struct WatchedLate {
    again: bool,
}

impl Scenario for WatchedLate {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        if self.again {
            server.watch("k");
        }
        let mut connection = server.connect();
        let _: Value = cmd("SET").arg("k").arg(1).query(&mut connection).expect("an answer");
        server.watch("k");
        for name in ["alice", "bob"] {
            let server = server.clone();
            world.actor(name, move |_| {
                let _: RedisResult<Value> = cmd("INCR").arg("k").query(&mut server.connect());
            });
        }
        world.finally(Property::ConservedBalance, || Ok(()));
    }
}

#[test]
fn a_key_that_is_watched_too_late_is_not_run() {
    let said = "redis holds k already, and monitors do not know what a key held before it is watched: \
                watch k before it is written";
    for (engine, found) in all(&WatchedLate { again: false }) {
        assert_not_run(said, engine, &found);
    }
}

#[test]
fn a_key_that_was_watched_in_time_may_be_watched_again() {
    for (engine, found) in all(&WatchedLate { again: true }) {
        assert!(found.held(), "{engine}: {found}");
    }
}
