//! Validity wraps: the time that a lock has left is computed without a sign, and never runs out.
//!
//! Source: the crate redlock 2.0.0, `lock`; redlock-rs 0.2.1 casts a negative difference to the same effect.
//! It is the check that Sanfilippo answers Kleppmann with ("Is Redlock safe?", 2016).
//! Breaks: honest-validity. Fix: a subtraction that stops at zero.

use std::time::Duration;

use redis::{Commands, ExistenceCheck, RedisResult, Script, SetExpiry, SetOptions};

use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::redis::{Connection, Node};
use crate::scenario::monitors::HonestValidity;
use crate::scenario::{Actor, Budgets, Property, Scenario, World};
use crate::sync::Runtime;

const KEY: &str = "lock:11111";

/// In milliseconds, as is all that follows.
const TTL: u64 = 300;

/// The drift that the algorithm assumes between the client's clock and the server's in that time.
const DRIFT: u64 = TTL / 100 + 2;

/// The difference is unsigned, and wraps around as it does in a release build.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, release) = open(world);
        for name in ["alice", "bob"] {
            let mut client = Client::new(&server, &release);
            world.actor(name, move |me| {
                let asked = now(me);
                if client.acquire(me.name()) {
                    let told = now(me);
                    let validity = TTL.wrapping_sub(DRIFT).wrapping_sub(told - asked);
                    client.hold_and_release(me, told, validity);
                }
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// Less than nothing is nothing.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, release) = open(world);
        for name in ["alice", "bob"] {
            let mut client = Client::new(&server, &release);
            world.actor(name, move |me| {
                let asked = now(me);
                if client.acquire(me.name()) {
                    let told = now(me);
                    let validity = TTL.saturating_sub(DRIFT).saturating_sub(told - asked);
                    client.hold_and_release(me, told, validity);
                }
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

fn open<R: Runtime>(world: &World<R>) -> (Node<R>, Script) {
    let server = world.redis("redis");
    server.watch(KEY);
    world.monitor(HonestValidity::of(KEY));
    let release = Script::new(
        "-- release\n\
         if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0",
    );
    answered(release.load(&mut server.connect()));
    (server, release)
}

fn now<R: Runtime>(me: &Actor<R>) -> u64 {
    u64::try_from(me.clock().now().as_millis()).expect("virtual time is short")
}

fn answered<T>(reply: RedisResult<T>) -> T {
    reply.expect("the simulated server answers")
}

/// A client of the lock. Its token is its name: each acquires once.
struct Client<R: Runtime> {
    connection: Connection<R>,
    release: Script,
}

impl<R: Runtime> Client<R> {
    fn new(server: &Node<R>, release: &Script) -> Self {
        Self { connection: server.connect(), release: release.clone() }
    }

    fn acquire(&mut self, token: &str) -> bool {
        let options = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(TTL));
        answered(self.connection.set_options(KEY, token, options))
    }

    /// The lock is held if it is valid for some time from `told` on, and given back in any case.
    fn hold_and_release(&mut self, me: &Actor<R>, told: u64, validity: u64) {
        if validity > 0 {
            let until = Duration::from_millis(told).saturating_add(Duration::from_millis(validity));
            me.believe(KEY, me.name(), Some(until));
        }
        let release = &mut self.release.key(KEY);
        let _: bool = answered(release.arg(me.name()).invoke(&mut self.connection));
        if validity > 0 {
            me.disbelieve(KEY, me.name());
        }
    }
}

/// The fix, with another way to compute the validity from the time between request and reply.
#[derive(Clone, Debug)]
struct Computes(fn(u64) -> u64);

impl Scenario for Computes {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, release) = open(world);
        for name in ["alice", "bob"] {
            let (mut client, validity) = (Client::new(&server, &release), self.0);
            world.actor(name, move |me| {
                let asked = now(me);
                if client.acquire(me.name()) {
                    let told = now(me);
                    client.hold_and_release(me, told, validity(told - asked));
                }
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// The clock is first looked at when the reply is there.
#[derive(Clone, Debug)]
struct LateStart;

impl Scenario for LateStart {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, release) = open(world);
        for name in ["alice", "bob"] {
            let mut client = Client::new(&server, &release);
            world.actor(name, move |me| {
                if client.acquire(me.name()) {
                    let asked = now(me);
                    let told = now(me);
                    let validity = TTL.saturating_sub(DRIFT).saturating_sub(told - asked);
                    client.hold_and_release(me, told, validity);
                }
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

const fn signed_and_cast(elapsed: u64) -> u64 {
    (TTL.cast_signed() - DRIFT.cast_signed() - elapsed.cast_signed()).cast_unsigned()
}

const fn drift_added(elapsed: u64) -> u64 {
    (TTL + DRIFT).saturating_sub(elapsed)
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "validity-wraps",
    title: "the time that a lock has left is computed without a sign, and never runs out",
    group: Group::Distributed,
    mechanism: "A client notes the time, asks for the lock, and notes the time again when the reply is \
        there: what is left of the TTL, less an allowance for drift, is how long it may trust the lock. The \
        reply takes longer than the TTL, or the client pauses before it reads it. What is left is less than \
        nothing; but the difference is unsigned, wraps around to nearly 2^64 ms, and passes the test \
        `validity > 0`, which was there to notice a late reply. The client works on a lock that is over, and \
        may be another's by then: replay `alice alice clock bob bob bob alice` to see both believe.",
    provenance: &[
        Source::reproduced(
            "`lock` of the crate redlock 2.0.0 subtracts in `usize` and compares with 0. In a release build, \
             with a TTL of 300 ms and a reply after 500 ms, it says \"locked\" with a validity of \
             18446744073709551400 ms, while another client holds the lock (a debug build panics)",
            "https://crates.io/crates/redlock/2.0.0",
        ),
        Source::code(
            "The crate redlock-rs 0.2.1 subtracts with a sign, and casts the result to `usize` before it \
             compares",
            "https://crates.io/crates/redlock-rs/0.2.1",
        ),
        Source::thread(
            "redlock-py#3 (2015), of the same line: the drift was added to the validity, not subtracted",
            "https://github.com/SPSCommerce/redlock-py/pull/3",
        ),
        Source::article(
            "Sanfilippo, \"Is Redlock safe?\", 2016: a pause while replies are on their way does no harm, \
             because the client compares the time after them with the time before",
            "http://antirez.com/news/101",
        ),
    ],
    cwe: Some(Cwe { number: 191, name: "Integer Underflow (Wrap or Wraparound)" }),
    fix: "`saturating_sub` (or `checked_sub`): what is over has 0 ms left, and the comparison that was there \
        all along refuses it.",
    lesson: "A safety argument that rests on a subtraction rests on what the subtraction does below zero. \
        Test the late reply too: with replies that come at once, this code is right.",
    breaks: Property::HonestValidity,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("alice alice clock alice"),
    of_buggy: Expectations::FOUND,
    of_fixed: Expectations::holds(Expected::BoundHit(20_000), 84, 127),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new(
            "the difference has a sign, and loses it before it is compared",
            variant!(|_| Computes(signed_and_cast)),
        ),
        Mutant::new("the drift is added", variant!(|_| Computes(drift_added))),
        Mutant::new(
            "the clock is first looked at when the reply is there",
            variant!(|_| LateStart),
        ),
    ],
};
