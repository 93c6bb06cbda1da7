//! SETNX, then crash: a client dies before it gives its lock a deadline, and the lock stays for ever.
//!
//! Source: laravel/horizon issue 1738, laravel/framework 31166, redis-py 554 and 818, ShedLock 65, sentry
//! 1509, beaker 164; in Rust, reinhardt-web 736 and 2713.
//! Breaks: no-orphan-beyond-ttl. Fix: one command that takes the lock and sets its deadline.

use std::time::Duration;

use redis::{Commands, ExistenceCheck, SetExpiry, SetOptions};

use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::redis::{Connection, Node};
use crate::scenario::monitors::NoOrphanBeyondTtl;
use crate::scenario::{Budgets, Property, Scenario, World};
use crate::sync::Runtime;

/// The holder credits the interest, and leaves the lock to expire: until then no other client credits it.
const KEY: &str = "interest:11111";
const TTL_MS: u32 = 5_000;

/// The lock is taken by one command, and gets its deadline by another.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        for name in ["alice", "bob"] {
            let mut connection = server.connect();
            world.actor(name, move |me| {
                if connection.set_nx(KEY, me.name()).expect("the server answers") {
                    me.believe(KEY, me.name(), None);
                    let _: bool =
                        connection.pexpire(KEY, TTL_MS.into()).expect("the server answers");
                }
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().crash("alice")
    }
}

/// The lock is taken together with its deadline.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        for name in ["alice", "bob"] {
            let mut connection = server.connect();
            world.actor(name, move |me| {
                if set_nx(&mut connection, me.name(), SetExpiry::PX(TTL_MS.into())) {
                    me.believe(KEY, me.name(), None);
                }
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().crash("alice")
    }
}

fn open<R: Runtime>(world: &World<R>) -> Node<R> {
    let server = world.redis("redis");
    server.watch(KEY);
    world.monitor(NoOrphanBeyondTtl::of(KEY, Duration::from_millis(TTL_MS.into())));
    server
}

/// `SET` with `NX` and an expiry.
fn set_nx<R: Runtime>(connection: &mut Connection<R>, token: &str, expiry: SetExpiry) -> bool {
    let options = SetOptions::default().conditional_set(ExistenceCheck::NX).with_expiration(expiry);
    connection.set_options(KEY, token, options).expect("the server answers")
}

/// The number is one of milliseconds, and the option wants seconds.
#[derive(Clone, Debug)]
struct InSeconds;

impl Scenario for InSeconds {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        for name in ["alice", "bob"] {
            let mut connection = server.connect();
            world.actor(name, move |me| {
                if set_nx(&mut connection, me.name(), SetExpiry::EX(TTL_MS.into())) {
                    me.believe(KEY, me.name(), None);
                }
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().crash("alice")
    }
}

/// The holder notes under the key that it is done: a plain `SET` takes the deadline away.
#[derive(Clone, Debug)]
struct Noted;

impl Scenario for Noted {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        for name in ["alice", "bob"] {
            let mut connection = server.connect();
            world.actor(name, move |me| {
                if set_nx(&mut connection, me.name(), SetExpiry::PX(TTL_MS.into())) {
                    me.believe(KEY, me.name(), None);
                    let done = format!("{}, done", me.name());
                    let () = connection.set(KEY, done).expect("the server answers");
                }
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().crash("alice")
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "setnx-then-crash",
    title: "a client dies before it gives its lock a deadline, and the lock stays for ever",
    group: Group::Distributed,
    mechanism: "A client takes the lock with `SETNX`, and gives it a deadline with `PEXPIRE` (or `EXPIRE`). \
        Between the two it is killed: by a deploy, for lack of memory, in a power failure. The key is there \
        and never expires, and who would have deleted it is gone. Every later `SETNX` answers 0: what the \
        lock is for does not happen again until somebody deletes the key by hand.",
    provenance: &[
        Source::thread(
            "laravel/horizon, `Lock::get`: `SETNX`, then `EXPIRE`; \"all future `Lock::get()` calls for that \
             key fail permanently\"",
            "https://github.com/laravel/horizon/issues/1738",
        ),
        Source::thread(
            "laravel/framework 6.0.0: met in production, where the `EXPIRE` did not arrive",
            "https://github.com/laravel/framework/issues/31166",
        ),
        Source::thread(
            "redis-py, `Lock.do_acquire` before 3.0: the process may die before `pexpire`; again in #818 \
             and #902",
            "https://github.com/redis/redis-py/issues/554",
        ),
        Source::thread(
            "ShedLock: a scheduled task that never ran again",
            "https://github.com/lukas-krecan/ShedLock/issues/65",
        ),
        Source::thread(
            "Sentry, the Redis buffer: a stale lock where `expire` fails, mended by one `SET`",
            "https://github.com/getsentry/sentry/pull/1509",
        ),
        Source::thread(
            "Beaker: a restart between the two commands left a deadlock",
            "https://github.com/bbangert/beaker/pull/164",
        ),
        Source::thread(
            "reinhardt-web, in Rust: `RedisTaskLock::acquire` calls `set_nx` and then `expire`; first \
             reported in #736",
            "https://github.com/kent8192/reinhardt-web/issues/2713",
        ),
    ],
    cwe: Some(Cwe { number: 459, name: "Incomplete Cleanup" }),
    fix: "`SET key token NX PX ttl` takes the lock and sets its deadline in one step (since Redis 2.6.12): \
        there is no moment at which the lock is there and its deadline is not.",
    lesson: "A process may end between any two commands, and what was to undo the first ends with it. \
        Whatever has to clean up after a client has to be on the server before the client can die.",
    breaks: Property::NoOrphanBeyondTtl,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("alice crash:alice bob"),
    of_buggy: Expectations::FOUND.but_unsteered(Expected::NotRun),
    of_fixed: Expectations::holds(Expected::NotRun, 7, 7).but_unsteered(Expected::NotRun),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new(
            "`EX` in place of `PX`: the lock lives a thousand times as long",
            variant!(|_| InSeconds),
        ),
        Mutant::new("the holder writes the key again, without a deadline", variant!(|_| Noted)),
    ],
};
