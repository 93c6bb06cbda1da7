//! Plain DEL: a late holder deletes the lock of the next one, and a third client gets in beside it.
//!
//! Source: laravel/framework issues 26213 and 20709; the Redis provider of ShedLock, issue 2583; the npm
//! package redis-lock 1.0.0, which looks at its own clock before it deletes.
//! Breaks: mutual-exclusion. Fix: a token under the key, and a script that compares it and deletes.

use std::time::Duration;

use redis::{Commands, ExistenceCheck, Script, SetExpiry, SetOptions};

use crate::explore::Engine;
use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::redis::{Connection, Node};
use crate::scenario::monitors::MutualExclusion;
use crate::scenario::{Actor, Budgets, Property, Scenario, World};
use crate::sync::Runtime;

const KEY: &str = "lock:11111";
const TTL: Duration = Duration::from_secs(30);

/// Whoever is done deletes the lock, whosever it is by then.
#[derive(Clone, Debug)]
pub struct Buggy {
    /// The number of clients that take the lock.
    pub clients: usize,
}

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        world.clients(self.clients, move |me| {
            let mut connection = server.connect();
            if acquire(me, &mut connection).is_some() {
                credit(me, &mut connection);
                let _: u64 = connection.del(KEY).expect("the server answers");
            }
        });
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// Whoever is done deletes the lock if its own token is still there.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// The number of clients that take the lock.
    pub clients: usize,
}

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        let compare_and_delete = load(&server);
        world.clients(self.clients, move |me| {
            let mut connection = server.connect();
            if acquire(me, &mut connection).is_some() {
                credit(me, &mut connection);
                let release = &mut compare_and_delete.key(KEY);
                let _: u64 =
                    (release.arg(me.name()).invoke(&mut connection)).expect("the server answers");
            }
        });
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

fn open<R: Runtime>(world: &World<R>) -> Node<R> {
    let server = world.redis("redis");
    server.watch(KEY);
    world.monitor(MutualExclusion::of(KEY));
    server
}

/// A script that the server knows, so that to run it is one step.
fn load<R: Runtime>(server: &Node<R>) -> Script {
    let script = Script::new(
        "-- release\n\
         if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0",
    );
    script.load(&mut server.connect()).expect("the server answers");
    script
}

/// `SET NX PX` with the client's own name as its token. A client believes in its lock for one time to live
/// from before it asked, so that no belief outlasts the key.
fn acquire<R: Runtime>(me: &Actor<R>, connection: &mut Connection<R>) -> Option<Duration> {
    let until = me.clock().now() + TTL;
    let ttl = u64::try_from(TTL.as_millis()).expect("some seconds");
    let options = SetOptions::default()
        .conditional_set(ExistenceCheck::NX)
        .with_expiration(SetExpiry::PX(ttl));
    let acquired: bool =
        connection.set_options(KEY, me.name(), options).expect("the server answers");
    if acquired {
        me.believe(KEY, me.name(), Some(until));
    }
    acquired.then_some(until)
}

/// The work for which the lock is taken. Then the client is done, and does not count as a holder any more.
fn credit<R: Runtime>(me: &Actor<R>, connection: &mut Connection<R>) {
    let _: i64 = connection.incr("balance:11111", 1).expect("the server answers");
    me.disbelieve(KEY, me.name());
}

/// On release, a client looks at its own clock, and deletes the lock if its time is not over.
#[derive(Clone, Debug)]
struct InTime;

impl Scenario for InTime {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        world.clients(3, move |me| {
            let mut connection = server.connect();
            let Some(until) = acquire(me, &mut connection) else { return };
            credit(me, &mut connection);
            if me.clock().now() < until {
                let _: u64 = connection.del(KEY).expect("the server answers");
            }
        });
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// On release, a client compares the token itself, and deletes with a command of its own.
#[derive(Clone, Debug)]
struct InTwoSteps;

impl Scenario for InTwoSteps {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        world.clients(3, move |me| {
            let mut connection = server.connect();
            if acquire(me, &mut connection).is_some() {
                credit(me, &mut connection);
                let holder: Option<String> = connection.get(KEY).expect("the server answers");
                if holder.as_deref() == Some(me.name()) {
                    let _: u64 = connection.del(KEY).expect("the server answers");
                }
            }
        });
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "plain-del",
    title: "a late holder deletes the lock of the next one, and a third client gets in beside it",
    group: Group::Distributed,
    mechanism: "A release is a `DEL` and asks nothing. A client acquires the lock for 30 seconds and is done \
        after 31. Its lock has expired meanwhile, and the next client has acquired it: the `DEL` removes \
        what is under the key, which is the second client's lock. A third finds the key free, and works \
        beside the second. When the second is done, its `DEL` does the same to the third.",
    provenance: &[
        Source::thread(
            "laravel/framework, \"Cache locks are unsafe\": the clients A, B and C of the schedule, with \
             Laravel 5.7.9, whose locks store the value 1",
            "https://github.com/laravel/framework/issues/26213",
        ),
        Source::thread(
            "laravel/framework, a year earlier: the release of a process that took too long removes \
             another's lock",
            "https://github.com/laravel/framework/issues/20709",
        ),
        Source::thread(
            "ShedLock, the Redis provider: a lock of 30 seconds and a task of 31",
            "https://github.com/lukas-krecan/ShedLock/issues/2583",
        ),
        Source::thread(
            "ShedLock, its fix of May 2025: the value under the key is unique, and compared in a script",
            "https://github.com/lukas-krecan/ShedLock/pull/2584",
        ),
        Source::reproduced(
            "The npm package redis-lock 1.0.0 looks at its own clock, and then deletes without a condition: \
             with the commands held up in front of redis-server 7.0.15, two clients hold the lock",
            "https://www.npmjs.com/package/redis-lock/v/1.0.0",
        ),
    ],
    cwe: Some(Cwe { number: 672, name: "Operation on a Resource after Expiration or Release" }),
    fix: "The value under the key is the token of one acquisition, and a script deletes the key only if that \
        token is there. A release that comes too late finds another's token, and does nothing.",
    lesson: "A holder that is late does not know that it is late, and its `DEL` is about whatever lock is \
        there by then. A release has to name the acquisition that it ends, and the server has to compare.",
    breaks: Property::MutualExclusion,
    clients: 3..=6,
    counterexample: Counterexample::Schedule("alice alice alice clock bob bob alice carol carol"),
    of_buggy: Expectations::FOUND
        .but(Engine::Loom, Expected::BoundHit(20_000))
        .but(Engine::Pct, Expected::Sampled),
    of_fixed: Expectations::holds(Expected::BoundHit(20_000), 169, 274),
    buggy: variant!(|clients| Buggy { clients }),
    fixed: variant!(|clients| Fixed { clients }),
    mutants: &[
        Mutant::new("the client looks at its own clock before a plain `DEL`", variant!(|_| InTime)),
        Mutant::new("the client compares, and deletes in a second step", variant!(|_| InTwoSteps)),
    ],
};
