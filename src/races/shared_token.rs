//! Shared token: every holder stores the same value, so the owner check passes for all of them.
//!
//! Source: pauluswi/horten at 263b65e, `distributed/redis/main.go` (the constant `"unique-identifier"`);
//! the mutex of the crate distributed-lock-redis 0.2.0, which has one token a lock object.
//! Breaks: owner-only-release. Fix: a token that no other acquisition has.

use std::time::Duration;

use redis::{Commands, ExistenceCheck, Script, SetExpiry, SetOptions};

use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::redis::{Connection, Node};
use crate::scenario::monitors::OwnerOnlyRelease;
use crate::scenario::{Actor, Budgets, Property, Scenario, World};
use crate::sync::Runtime;

const KEY: &str = "lock:11111";
const TTL: Duration = Duration::from_secs(5);

/// The token is a constant.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, release) = open(world);
        for name in ["alice", "bob"] {
            let (connection, release) = (server.connect(), release.clone());
            let token = "unique-identifier".to_owned();
            world.actor(name, move |me| hold(me, connection, &release, &token));
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// The token is the client's own.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, release) = open(world);
        for name in ["alice", "bob"] {
            let (connection, release) = (server.connect(), release.clone());
            let token = format!("{name}:1");
            world.actor(name, move |me| hold(me, connection, &release, &token));
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

fn open<R: Runtime>(world: &World<R>) -> (Node<R>, Script) {
    let server = world.redis("redis");
    server.watch(KEY);
    world.monitor(OwnerOnlyRelease::of(KEY));
    let release = Script::new(
        "-- release\n\
             if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0",
    );
    release.load(&mut server.connect()).expect("the server answers");
    (server, release)
}

/// Acquires the lock, and releases it by comparing and deleting in one step.
fn hold<R: Runtime>(me: &Actor<R>, mut connection: Connection<R>, release: &Script, token: &str) {
    let ttl = u64::try_from(TTL.as_millis()).expect("a few seconds");
    let options = SetOptions::default()
        .conditional_set(ExistenceCheck::NX)
        .with_expiration(SetExpiry::PX(ttl));
    if connection.set_options(KEY, token, options).expect("the server answers") {
        me.believe(KEY, token, None);
        let _: u64 =
            (release.key(KEY).arg(token).invoke(&mut connection)).expect("the server answers");
        me.disbelieve(KEY, token);
    }
}

/// The token is drawn from a clock, which may not have moved since another client asked it.
#[derive(Clone, Debug)]
struct Timed;

impl Scenario for Timed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, release) = open(world);
        for name in ["alice", "bob"] {
            let (connection, release) = (server.connect(), release.clone());
            world.actor(name, move |me| {
                let token = me.clock().now().as_nanos().to_string();
                hold(me, connection, &release, &token);
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "shared-token",
    title: "every holder stores the same value, so the owner check passes for all of them",
    group: Group::Distributed,
    mechanism: "A release compares and deletes in one step, as it should, but what it compares is the same \
        for everybody. When the lock has expired and another client has acquired it, the late release of \
        the first finds its own token there, and deletes the lock of the second.",
    provenance: &[
        Source::code(
            "`distributed/redis/main.go` of pauluswi/horten at 263b65e: the token is the constant \
             `unique-identifier`",
            "https://github.com/pauluswi/horten",
        ),
        Source::reproduced(
            "The mutex of the crate distributed-lock-redis 0.2.0 has one token for each lock object, and \
             every acquisition clones it (`lock.rs`, `RedisLockState::new`)",
            "https://crates.io/crates/distributed-lock-redis/0.2.0",
        ),
        Source::article(
            "The Redis page on distributed locks asks for a value that is unique across all clients and all \
             requests",
            "https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/",
        ),
    ],
    cwe: Some(Cwe { number: 330, name: "Use of Insufficiently Random Values" }),
    fix: "Each acquisition has a token that no other has: in production 128 random bits, in a model the \
        name of the client and a number.",
    lesson: "An owner check is as good as the name that the owner goes by. A token belongs to one \
        acquisition, not to a program, a host or a lock object.",
    breaks: Property::OwnerOnlyRelease,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("alice clock bob alice"),
    of_buggy: Expectations::FOUND,
    of_fixed: Expectations::holds(Expected::BoundHit(20_000), 19, 27),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[Mutant::new("the token is the time of day", variant!(|_| Timed))],
};
