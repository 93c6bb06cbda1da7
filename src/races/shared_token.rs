//! Shared token: every holder stores the same value, so the owner check passes for all of them.
//!
//! Source: pauluswi/horten at 263b65e, `distributed/redis/main.go` (the constant `"unique-identifier"`);
//! the mutex of the crate distributed-lock-redis 0.2.0, which has one token a lock object.
//! Breaks: owner-only-release. Fix: a token that no other acquisition has.

use std::time::Duration;

use redis::{Commands, ExistenceCheck, Script, SetExpiry, SetOptions};

use crate::races::{Race, variant};
use crate::redis::{Connection, Node};
use crate::scenario::{Budgets, Property, Scenario, World};
use crate::sync::Runtime;

const KEY: &str = "lock";
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
            world.actor(name, move |_| hold(connection, &release, &token));
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
            world.actor(name, move |_| hold(connection, &release, &token));
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

fn open<R: Runtime>(world: &World<R>) -> (Node<R>, Script) {
    let server = world.redis("redis");
    world.guard_lock(&server, KEY, TTL);
    let release = Script::new(
        "-- release\n\
             if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0",
    );
    release.load(&mut server.connect()).expect("the server answers");
    (server, release)
}

/// Acquires the lock, and releases it by comparing and deleting in one step.
fn hold<R: Runtime>(mut connection: Connection<R>, release: &Script, token: &str) {
    let ttl = u64::try_from(TTL.as_millis()).expect("a few seconds");
    let options = SetOptions::default()
        .conditional_set(ExistenceCheck::NX)
        .with_expiration(SetExpiry::PX(ttl));
    if connection.set_options(KEY, token, options).expect("the server answers") {
        let _: u64 =
            (release.key(KEY).arg(token).invoke(&mut connection)).expect("the server answers");
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "shared-token",
    title: "every holder stores the same value, so the owner check passes for all of them",
    breaks: Property::OwnerOnlyRelease,
    clients: 2..=2,
    schedule: "alice clock bob alice",
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
};
