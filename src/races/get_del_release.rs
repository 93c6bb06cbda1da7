//! GET then DEL: a release compares and deletes in two steps, and deletes the next holder's lock.
//!
//! Source: pauluswi/horten at 263b65e, `ReleaseLock` of both of its Redis programs; the write release of
//! the crate distributed-lock-redis 0.2.0. The Redis page on distributed locks releases by one script.
//! Breaks: owner-only-release. Fix: compare and delete in one step on the server.

use std::time::Duration;

use redis::{Commands, ExistenceCheck, Script, SetExpiry, SetOptions};

use crate::explore::Engine;
use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::redis::{Connection, Node};
use crate::scenario::monitors::OwnerOnlyRelease;
use crate::scenario::{Actor, Budgets, Property, Scenario, World};
use crate::sync::Runtime;

const KEY: &str = "lock:11111";
const TTL: Duration = Duration::from_secs(5);

/// A client asks who holds the lock, and deletes it if the answer was "you".
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        for name in ["alice", "bob"] {
            let mut connection = server.connect();
            world.actor(name, move |me| {
                if acquire(me, &mut connection) {
                    let holder: Option<String> = connection.get(KEY).expect("the server answers");
                    if holder.as_deref() == Some(me.name()) {
                        let _: u64 = connection.del(KEY).expect("the server answers");
                    }
                    me.disbelieve(KEY, me.name());
                }
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// A script deletes the lock if it still is the client's.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        let compare_and_delete = load(&server, COMPARE_AND_DELETE);
        for name in ["alice", "bob"] {
            let mut connection = server.connect();
            let compare_and_delete = compare_and_delete.clone();
            world.actor(name, move |me| {
                if acquire(me, &mut connection) {
                    let release = &mut compare_and_delete.key(KEY);
                    let _: u64 = (release.arg(me.name()).invoke(&mut connection))
                        .expect("the server answers");
                    me.disbelieve(KEY, me.name());
                }
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

const COMPARE_AND_DELETE: &str = "-- release\n\
    if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

fn open<R: Runtime>(world: &World<R>) -> Node<R> {
    let server = world.redis("redis");
    server.watch(KEY);
    world.monitor(OwnerOnlyRelease::of(KEY));
    server
}

/// A script that the server knows, so that to run it is one step.
fn load<R: Runtime>(server: &Node<R>, code: &str) -> Script {
    let script = Script::new(code);
    script.load(&mut server.connect()).expect("the server answers");
    script
}

/// `SET NX PX` with the client's own name as its token: each acquires once.
fn acquire<R: Runtime>(me: &Actor<R>, connection: &mut Connection<R>) -> bool {
    let ttl = u64::try_from(TTL.as_millis()).expect("a few seconds");
    let options = SetOptions::default()
        .conditional_set(ExistenceCheck::NX)
        .with_expiration(SetExpiry::PX(ttl));
    let acquired = connection.set_options(KEY, me.name(), options).expect("the server answers");
    if acquired {
        me.believe(KEY, me.name(), None);
    }
    acquired
}

/// The fix, with another script.
#[derive(Clone, Debug)]
struct Releases(&'static str);

impl Scenario for Releases {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        let script = load(&server, self.0);
        for name in ["alice", "bob"] {
            let (mut connection, script) = (server.connect(), script.clone());
            world.actor(name, move |me| {
                if acquire(me, &mut connection) {
                    let release = &mut script.key(KEY);
                    let _: u64 = (release.arg(me.name()).invoke(&mut connection))
                        .expect("the server answers");
                }
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

const FLIPPED: &str = "-- release\n\
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";
const NOT_COMPARED: &str = "-- release\n\
    if redis.call('GET', KEYS[1]) then return redis.call('DEL', KEYS[1]) end return 0";

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "get-del-release",
    title: "a release compares and deletes in two steps, and deletes the next holder's lock",
    group: Group::Distributed,
    mechanism: "A client that is done asks Redis whose lock it is, and deletes it if the answer is its own \
        token. Between the answer and the deletion the lock can expire, and another client can acquire it. \
        `DEL` does not ask again: it deletes the other's lock, and a third client can walk in beside it.",
    provenance: &[
        Source::code(
            "`ReleaseLock` in `distributed/mock_redis` and `distributed/redis` of pauluswi/horten at \
             263b65e: `GET`, a comparison, `DEL`",
            "https://github.com/pauluswi/horten",
        ),
        Source::reproduced(
            "The write release of the read-write lock in the crate distributed-lock-redis 0.2.0 \
             (`rw_lock.rs`, `try_release`): with the commands held up in front of redis-server 7.0.15, two \
             writers hold the lock",
            "https://crates.io/crates/distributed-lock-redis/0.2.0",
        ),
        Source::article(
            "The Redis page on distributed locks releases with one script, and says why",
            "https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/",
        ),
    ],
    cwe: Some(Cwe::TOCTOU),
    fix: "A script compares and deletes. Redis runs a script as one step, and no key expires while it runs \
        (since 8.4 `DELEX key IFEQ token` does the same without a script).",
    lesson: "An answer of a server is about the moment in which it was given. Whatever has to be true when \
        a command takes effect has to be part of that command.",
    breaks: Property::OwnerOnlyRelease,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("alice alice clock bob alice"),
    of_buggy: Expectations::FOUND.but(Engine::Loom, Expected::BoundHit(20_000)),
    of_fixed: Expectations::holds(Expected::BoundHit(20_000), 19, 27),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new("the comparison is flipped", variant!(|_| Releases(FLIPPED))),
        Mutant::new(
            "the script asks whether there is a lock, not whose",
            variant!(|_| Releases(NOT_COMPARED)),
        ),
    ],
};
