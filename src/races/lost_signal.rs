//! Lost signal: a release deletes its own signal before the waiter has begun to wait for it.
//!
//! Source: python-redis-lock 3.2.0 to 3.3.1, issue 71 (2019). In the versions just before and ever since, the
//! signal expires instead, which is one of the mutants. Redisson lost wake-ups by pub/sub (3829, 5761).
//! Breaks: no-deadlock. Fix: the signal stays until a waiter takes it, or the next release replaces it.

use redis::{Commands, ExistenceCheck, Script, SetOptions};

use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::redis::{Connection, Node};
use crate::scenario::monitors::MutualExclusion;
use crate::scenario::{Actor, Budgets, Property, Scenario, World};
use crate::sync::Runtime;

const KEY: &str = "lock:11111";
const SIGNAL: &str = "signal:11111";

/// A release deletes its signal in a step of its own, so that none is left behind.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, release) = open(world, RELEASE);
        for name in ["alice", "bob"] {
            let (mut connection, release) = (server.connect(), release.clone());
            world.actor(name, move |me| {
                while !acquire(me, &mut connection) {
                    wait_for_signal(&mut connection);
                }
                give_back(me, &mut connection, &release);
                let _: u64 = connection.del(SIGNAL).expect("the server answers");
            });
        }
    }
}

/// A release leaves its signal for whoever waits, or comes to wait.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, release) = open(world, RELEASE);
        for name in ["alice", "bob"] {
            let (mut connection, release) = (server.connect(), release.clone());
            world.actor(name, move |me| {
                while !acquire(me, &mut connection) {
                    wait_for_signal(&mut connection);
                }
                give_back(me, &mut connection, &release);
            });
        }
    }
}

/// The signal is a list that never has more than one element.
const RELEASE: &str = "-- release\n\
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end\n\
    redis.call('DEL', KEYS[1], KEYS[2])\n\
    return redis.call('LPUSH', KEYS[2], 'free')";

/// A server, and a script that it knows, so that to run it is one step.
fn open<R: Runtime>(world: &World<R>, release: &str) -> (Node<R>, Script) {
    let server = world.redis("redis");
    server.watch(KEY);
    server.watch(SIGNAL);
    let release = Script::new(release);
    release.load(&mut server.connect()).expect("the server answers");
    (server, release)
}

/// `SET NX` with the client's own name as its token. As by default in that library, the lock has no TTL.
fn acquire<R: Runtime>(me: &Actor<R>, connection: &mut Connection<R>) -> bool {
    let options = SetOptions::default().conditional_set(ExistenceCheck::NX);
    let acquired = connection.set_options(KEY, me.name(), options).expect("the server answers");
    if acquired {
        me.believe(KEY, me.name(), None);
    }
    acquired
}

/// Takes a signal, and waits for one if there is none.
fn wait_for_signal<R: Runtime>(connection: &mut Connection<R>) {
    let _: (String, String) = connection.blpop(SIGNAL, 0.0).expect("the server answers");
}

/// Compares, deletes the lock, and signals, in one step.
fn give_back<R: Runtime>(me: &Actor<R>, connection: &mut Connection<R>, release: &Script) {
    let release = &mut release.key(KEY);
    let _: u64 =
        (release.key(SIGNAL).arg(me.name()).invoke(connection)).expect("the server answers");
    me.disbelieve(KEY, me.name());
}

/// The signal stays for a second. So it is in python-redis-lock 3.1.0, and again in 4.0.1.
#[derive(Clone, Debug)]
struct Expiring;

impl Scenario for Expiring {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, release) = open(world, RELEASE_FOR_A_SECOND);
        for name in ["alice", "bob"] {
            let (mut connection, release) = (server.connect(), release.clone());
            world.actor(name, move |me| {
                while !acquire(me, &mut connection) {
                    wait_for_signal(&mut connection);
                }
                give_back(me, &mut connection, &release);
            });
        }
    }

    /// A waiter may need more than that second. In the fix nothing expires.
    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

const RELEASE_FOR_A_SECOND: &str = "-- release\n\
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end\n\
    redis.call('DEL', KEYS[1], KEYS[2])\n\
    redis.call('LPUSH', KEYS[2], 'free')\n\
    return redis.call('PEXPIRE', KEYS[2], 1000)";

/// A waiter deletes what an earlier release may have left, and then waits for the next.
#[derive(Clone, Debug)]
struct Clearing;

impl Scenario for Clearing {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, release) = open(world, RELEASE);
        for name in ["alice", "bob"] {
            let (mut connection, release) = (server.connect(), release.clone());
            world.actor(name, move |me| {
                while !acquire(me, &mut connection) {
                    let _: u64 = connection.del(SIGNAL).expect("the server answers");
                    wait_for_signal(&mut connection);
                }
                give_back(me, &mut connection, &release);
            });
        }
    }
}

/// A waiter takes the signal for the lock; but an earlier release may have left it.
#[derive(Clone, Debug)]
struct Trusting;

impl Scenario for Trusting {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, release) = open(world, RELEASE);
        world.monitor(MutualExclusion::of(KEY));
        for (name, times) in [("alice", 2), ("bob", 1)] {
            let (mut connection, release) = (server.connect(), release.clone());
            world.actor(name, move |me| {
                for _ in 0..times {
                    if !acquire(me, &mut connection) {
                        wait_for_signal(&mut connection);
                        me.believe(KEY, me.name(), None);
                    }
                    give_back(me, &mut connection, &release);
                }
            });
        }
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "lost-signal",
    title: "a release deletes its own signal before the waiter has begun to wait for it",
    group: Group::Distributed,
    mechanism: "A client that does not get the lock waits with `BLPOP` on a list, and a release pushes an \
        element there. To try and to wait are two steps. Between them the holder releases the lock, pushes \
        its signal, and deletes it so that none is left behind. Now the client begins to wait: for a signal \
        that came and went, while the lock is free. It waits for its whole time-out, and for ever if it has \
        none.",
    provenance: &[
        Source::thread(
            "Issue 71 of python-redis-lock, 2019: the unlock script of the holder and its `_delete_signal`, \
             which came with 3.2.0, both fall between the `SETNX` and the `BLPOP` of a waiter",
            "https://github.com/ionelmc/python-redis-lock/issues/71",
        ),
        Source::reproduced(
            "python-redis-lock 3.3.1 with its defaults: a `BLPOP` that reaches redis-server 7.0.15 after \
             such a release blocks for ever, while there is no lock",
            "https://pypi.org/project/python-redis-lock/3.3.1/",
        ),
        Source::reproduced(
            "python-redis-lock 4.0.1, where the signal expires after one second, as it has since 3.4.0, \
             whose changelog has the issue fixed: the same, if the `BLPOP` comes later than that",
            "https://pypi.org/project/python-redis-lock/4.0.1/",
        ),
        Source::thread(
            "Issue 5761 of Redisson, fixed in 2024: locks miss the messages of releases, and wait for a \
             time-out or hang",
            "https://github.com/redisson/redisson/issues/5761",
        ),
        Source::thread(
            "Issue 3829 of Redisson: a release that finds its lock gone publishes nothing, and its waiters \
             sleep for up to five minutes",
            "https://github.com/redisson/redisson/issues/3829",
        ),
    ],
    cwe: Some(Cwe::RACE_CONDITION),
    fix: "The signal stays until a waiter takes it, or until the next release, whose script replaces it: \
        there is never more than one, and that is how python-redis-lock 2.3.0 did it. One that is left \
        over ([issue 14](https://github.com/ionelmc/python-redis-lock/issues/14)) costs its taker a vain \
        try and no more, because a waiter tries again and does not take the signal for the lock.",
    lesson: "Whoever tries and then waits misses a signal that comes in between, unless it is kept; with \
        pub/sub, which keeps nothing, subscribe before the last try. And wait at most for what is left of \
        the lock's TTL, because a holder that crashes sends no signal.",
    breaks: Property::NoDeadlock,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("alice bob alice alice bob"),
    of_buggy: Expectations::FOUND,
    of_fixed: Expectations::holds(Expected::Exhausted(90), 24, 25),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new("the signal expires after a second", variant!(|_| Expiring)),
        Mutant::new("a waiter deletes old signals before it waits", variant!(|_| Clearing)),
        Mutant::new("a waiter takes the signal for the lock", variant!(|_| Trusting)),
    ],
};
