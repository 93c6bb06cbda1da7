//! Pause beyond the TTL: a holder sleeps until its lock is another's, wakes, and writes what it read before.
//!
//! Source: the first diagram of Kleppmann, "How to do distributed locking" (2016); spring-integration#2661,
//! whose `unlock` says afterwards that the data may be damaged; appstrate#1366.
//! Breaks: conserved-balance. Fix: a fencing token, minted with the lock and presented with each access.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use redis::{Commands, ExistenceCheck, RedisResult, Script, SetExpiry, SetOptions};

use crate::explore::Engine;
use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::redis::{Connection, Keyspace, Node, Value};
use crate::scenario::{Actor, Budgets, Property, Scenario, World};
use crate::sync::Runtime;

/// In milliseconds.
const TTL: u64 = 5_000;

/// The deposits, each with its client and amount.
const DEPOSITS: [(&str, i64); 2] = [("alice", 10), ("bob", 20)];

/// The lock is all that keeps the deposits apart.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let bank = Bank::open(world);
        for (name, amount) in DEPOSITS {
            let mut teller = bank.teller();
            world.actor(name, move |me| {
                if !teller.acquire(me) {
                    return 0;
                }
                let balance = teller.read();
                let written = teller.write(balance + amount);
                teller.release(me);
                teller.count(written, amount)
            });
        }
        world.finally(Property::ConservedBalance, move || bank.conserved());
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// The lock comes with a number, and the store refuses numbers lower than one that it has seen.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let bank = Bank::open(world);
        for (name, amount) in DEPOSITS {
            let mut teller = bank.teller();
            world.actor(name, move |me| {
                let Some(fence) = teller.acquire_fenced(me) else {
                    return 0;
                };
                let balance = teller.read_fenced(fence);
                let written = balance.is_some_and(|read| teller.write_fenced(fence, read + amount));
                teller.release(me);
                teller.count(written, amount)
            });
        }
        world.finally(Property::ConservedBalance, move || bank.conserved());
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// An account with 100, and the deposits that were accepted.
struct Bank<R: Runtime> {
    server: Node<R>,
    deposited: Arc<AtomicI64>,
}

impl<R: Runtime> Bank<R> {
    fn open(world: &World<R>) -> Self {
        let server = world.redis("redis");
        server.watch("lock");
        server.watch("balance");
        let _: () = answered(server.connect().set("balance", 100));
        Self { server, deposited: Arc::default() }
    }

    fn teller(&self) -> Teller<R> {
        let mut connection = self.server.connect();
        let [acquire, read, write, release] = [ACQUIRE, READ, WRITE, RELEASE].map(Script::new);
        for script in [&acquire, &read, &write, &release] {
            answered(script.load(&mut connection));
        }
        let deposited = Arc::clone(&self.deposited);
        Teller { connection, deposited, acquire, read, write, release }
    }

    fn conserved(&self) -> Result<(), String> {
        let deposited = self.deposited.load(Ordering::Relaxed);
        match self.server.peek(balance) {
            Some(balance) if balance == 100 + deposited => Ok(()),
            Some(balance) => Err(format!("100 and deposits of {deposited} made {balance}")),
            None => Err("there is no balance".to_owned()),
        }
    }
}

fn balance(keyspace: &Keyspace, now_ms: u64) -> Option<i64> {
    let Value::String(bytes) = &keyspace.entry(b"balance", now_ms)?.value else { return None };
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// A client of the bank. Its token is its name: each acquires once.
struct Teller<R: Runtime> {
    connection: Connection<R>,
    deposited: Arc<AtomicI64>,
    acquire: Script,
    read: Script,
    write: Script,
    release: Script,
}

impl<R: Runtime> Teller<R> {
    fn acquire(&mut self, me: &Actor<R>) -> bool {
        let options = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(TTL));
        let acquired = answered(self.connection.set_options("lock", me.name(), options));
        if acquired {
            me.believe("lock", me.name(), None);
        }
        acquired
    }

    fn acquire_fenced(&mut self, me: &Actor<R>) -> Option<i64> {
        let acquire = &mut self.acquire.key("lock");
        let acquire = acquire.key("fence").arg(me.name()).arg(TTL);
        let fence = answered(acquire.invoke::<Option<i64>>(&mut self.connection))?;
        me.believe("lock", me.name(), None);
        Some(fence)
    }

    fn holder(&mut self) -> Option<String> {
        answered(self.connection.get("lock"))
    }

    fn read(&mut self) -> i64 {
        answered(self.connection.get("balance"))
    }

    fn read_fenced(&mut self, fence: i64) -> Option<i64> {
        let read = &mut self.read.key("balance");
        answered(read.key("mark").arg(fence).invoke(&mut self.connection))
    }

    fn write(&mut self, balance: i64) -> bool {
        answered(self.connection.set("balance", balance))
    }

    fn write_fenced(&mut self, fence: i64, balance: i64) -> bool {
        let write = &mut self.write.key("balance");
        answered(write.key("mark").arg(fence).arg(balance).invoke(&mut self.connection))
    }

    fn release(&mut self, me: &Actor<R>) {
        let release = &mut self.release.key("lock");
        let _: bool = answered(release.arg(me.name()).invoke(&mut self.connection));
        me.disbelieve("lock", me.name());
    }

    /// Counts a deposit if it was written, and returns what was counted.
    fn count(&self, written: bool, amount: i64) -> i64 {
        let counted = if written { amount } else { 0 };
        self.deposited.fetch_add(counted, Ordering::Relaxed);
        counted
    }
}

fn answered<T>(reply: RedisResult<T>) -> T {
    reply.expect("the simulated server answers")
}

const ACQUIRE: &str = "-- acquire\n\
    if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then\n\
      return redis.call('INCR', KEYS[2])\n\
    end\n\
    return false";
const READ: &str = "-- read\n\
    if tonumber(redis.call('GET', KEYS[2]) or 0) > tonumber(ARGV[1]) then return false end\n\
    redis.call('SET', KEYS[2], ARGV[1])\n\
    return redis.call('GET', KEYS[1])";
const WRITE: &str = "-- write\n\
    if tonumber(redis.call('GET', KEYS[2]) or 0) > tonumber(ARGV[1]) then return 0 end\n\
    redis.call('SET', KEYS[2], ARGV[1])\n\
    redis.call('SET', KEYS[1], ARGV[2])\n\
    return 1";
const RELEASE: &str = "-- release\n\
    if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end\n\
    return 0";

/// Where a client looks right before its write, to make sure that it still has the lock.
#[derive(Clone, Copy, Debug)]
enum Look {
    AtLock,
    AtClock,
}

/// No fence, but a look right before the write.
#[derive(Clone, Debug)]
struct Looks(Look);

impl Scenario for Looks {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let bank = Bank::open(world);
        for (name, amount) in DEPOSITS {
            let (mut teller, look) = (bank.teller(), self.0);
            world.actor(name, move |me| {
                let deadline = me.clock().now() + Duration::from_millis(TTL);
                if !teller.acquire(me) {
                    return 0;
                }
                let balance = teller.read();
                let held = match look {
                    Look::AtLock => teller.holder().as_deref() == Some(name),
                    Look::AtClock => me.clock().now() < deadline,
                };
                let written = held && teller.write(balance + amount);
                teller.release(me);
                teller.count(written, amount)
            });
        }
        world.finally(Property::ConservedBalance, move || bank.conserved());
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "pause-beyond-ttl",
    title: "a holder sleeps until its lock is another's, wakes, and writes what it read before",
    group: Group::Distributed,
    mechanism: "A client acquires the lock, reads the balance and stops: a garbage collection, a virtual \
        machine that is moved, a write that is slow in the network. What would renew its lock stops with \
        it. The lock expires; another client acquires it, reads, writes and releases. The first goes on \
        where it was and writes the sum that it computed from its old read. Both have kept to the protocol, \
        and the owner check of the release comes too late: it saves the other's lock, not its money. A \
        longer TTL makes it rarer. Where the store checks a fencing token, but with writes only, it takes \
        another order to lose money: `fence-only-on-writes`.",
    provenance: &[
        Source::article(
            "Kleppmann, \"How to do distributed locking\", 2016: its first diagram shows this pause",
            "https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html",
        ),
        Source::thread(
            "spring-integration#2661 (2018): `unlock` of the Redis lock throws if the lock has expired, and \
             its message warns that the protected data may be damaged",
            "https://github.com/spring-projects/spring-integration/pull/2661",
        ),
        Source::thread(
            "appstrate#1366 (2026): a critical section that outlasts the 45 s of its lock spends a one-time \
             refresh token twice, although the release compares and deletes",
            "https://github.com/appstrate/appstrate/issues/1366",
        ),
    ],
    cwe: Some(Cwe::RACE_CONDITION),
    fix: "The lock and a rising number are handed out in one step, and each access to the store presents the \
        number: the store refuses what is lower than the highest that it has seen. The late client is \
        stopped by the store, because it cannot stop itself.",
    lesson: "A lock with a TTL tells its holder that it held the lock when the answer was sent, and nothing \
        about now. No check before the write helps, because the pause can come after the check: what is \
        written to has to refuse it.",
    breaks: Property::ConservedBalance,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("alice alice clock bob bob bob bob alice alice"),
    of_buggy: Expectations::FOUND.but(Engine::Loom, Expected::BoundHit(20_000)),
    of_fixed: Expectations::holds(Expected::BoundHit(20_000), 95, 127),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new(
            "no fence: the client asks the server whose lock it is, right before the write",
            variant!(|_| Looks(Look::AtLock)),
        ),
        Mutant::new(
            "no fence: the client asks its clock whether the TTL is over, right before the write",
            variant!(|_| Looks(Look::AtClock)),
        ),
    ],
};
