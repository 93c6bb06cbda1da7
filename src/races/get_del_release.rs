//! GET then DEL: a release compares and deletes in two steps, and deletes the next holder's lock.
//!
//! Source: pauluswi/horten at 263b65e, `ReleaseLock` of both of its Redis programs; the write release of
//! the crate distributed-lock-redis 0.2.0. The Redis page on distributed locks releases by one script.
//! Breaks: owner-only-release. Fix: compare and delete in one step on the server.

use std::time::Duration;

use redis::{Commands, ExistenceCheck, Script, SetExpiry, SetOptions};

use crate::races::{Race, variant};
use crate::redis::Connection;
use crate::scenario::{Budgets, Property, Scenario, World};
use crate::sync::Runtime;

const KEY: &str = "lock";
const TTL: Duration = Duration::from_secs(5);

/// A client asks who holds the lock, and deletes it if the answer was "you".
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        world.guard_lock(&server, KEY, TTL);
        for name in ["alice", "bob"] {
            let mut connection = server.connect();
            world.actor(name, move |me| {
                if acquire(&mut connection, me.name()) {
                    let holder: Option<String> = connection.get(KEY).expect("the server answers");
                    if holder.as_deref() == Some(me.name()) {
                        let _: u64 = connection.del(KEY).expect("the server answers");
                    }
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
        let server = world.redis("redis");
        world.guard_lock(&server, KEY, TTL);
        let compare_and_delete = Script::new(
            "-- release\n\
             if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0",
        );
        compare_and_delete.load(&mut server.connect()).expect("the server answers");
        for name in ["alice", "bob"] {
            let mut connection = server.connect();
            let compare_and_delete = compare_and_delete.clone();
            world.actor(name, move |me| {
                if acquire(&mut connection, me.name()) {
                    let release = &mut compare_and_delete.key(KEY);
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

/// `SET NX PX` with the client's own name as its token: each acquires once.
fn acquire<R: Runtime>(connection: &mut Connection<R>, token: &str) -> bool {
    let ttl = u64::try_from(TTL.as_millis()).expect("a few seconds");
    let options = SetOptions::default()
        .conditional_set(ExistenceCheck::NX)
        .with_expiration(SetExpiry::PX(ttl));
    connection.set_options(KEY, token, options).expect("the server answers")
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "get-del-release",
    title: "a release compares and deletes in two steps, and deletes the next holder's lock",
    breaks: Property::OwnerOnlyRelease,
    clients: 2..=2,
    schedule: "alice alice clock bob bob alice",
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
};
