//! Silent re-acquisition: a refresh finds the lock gone, takes it again, and says that all is well.
//!
//! Source: swarthy/redis-semaphore#175; redlock-rb#36; `WithSetNXOnExtend` of redsync; aioredlock 0.7.3.
//! Breaks: conserved-balance, though the lock is held in every write.
//! Fix: a refresh extends the client's own lock; that there is none means that it is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

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

/// The refresh extends the lock, or takes it if it is free.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let refresh = "-- refresh\n\
            if redis.call('GET', KEYS[1]) == ARGV[1] then\n\
              return redis.call('PEXPIRE', KEYS[1], ARGV[2])\n\
            end\n\
            if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end\n\
            return 0";
        deposits(world, refresh, WRITE_IF_HELD);
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// The refresh extends the lock if it still is the client's.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let refresh = "-- refresh\n\
            if redis.call('GET', KEYS[1]) == ARGV[1] then\n\
              return redis.call('PEXPIRE', KEYS[1], ARGV[2])\n\
            end\n\
            return 0";
        deposits(world, refresh, WRITE_IF_HELD);
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// The store accepts a write only from the holder of the lock, and checks that in one step with the write. It
/// cannot see whether the lock was held all the time.
const WRITE_IF_HELD: &str = "-- write\n\
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end\n\
    redis.call('SET', KEYS[2], ARGV[2])\n\
    return 1";
const RELEASE: &str = "-- release\n\
    if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end\n\
    return 0";

/// An account with 100, to which each client adds its deposit, and refreshes its lock before it writes.
fn deposits<R: Runtime>(world: &World<R>, refresh: &str, write: &str) {
    let server = world.redis("redis");
    server.watch("lock");
    server.watch("balance");
    let _: () = answered(server.connect().set("balance", 100));
    let load = |code: &str| {
        let script = Script::new(code);
        answered(script.load(&mut server.connect()));
        script
    };
    let scripts = Scripts { refresh: load(refresh), write: load(write), release: load(RELEASE) };
    let deposited = Arc::new(AtomicI64::new(0));
    for (name, amount) in DEPOSITS {
        let (scripts, deposited) = (scripts.clone(), Arc::clone(&deposited));
        let mut connection = server.connect();
        world.actor(name, move |me| {
            let accepted = deposit(&scripts, &mut connection, me, amount);
            deposited.fetch_add(accepted, Ordering::Relaxed);
            accepted
        });
    }
    world.finally(Property::ConservedBalance, move || {
        conserved(&server, deposited.load(Ordering::Relaxed))
    });
}

/// The operations that have to be one step on the server.
#[derive(Clone)]
struct Scripts {
    refresh: Script,
    write: Script,
    release: Script,
}

/// A client: returns the amount whose deposit was confirmed to it. Its token is its name: it acquires once.
fn deposit<R: Runtime>(
    scripts: &Scripts,
    connection: &mut Connection<R>,
    me: &Actor<R>,
    amount: i64,
) -> i64 {
    let options = SetOptions::default()
        .conditional_set(ExistenceCheck::NX)
        .with_expiration(SetExpiry::PX(TTL));
    if !answered(connection.set_options("lock", me.name(), options)) {
        return 0;
    }
    me.believe("lock", me.name(), None);
    let balance: i64 = answered(connection.get("balance"));
    let refresh = &mut scripts.refresh.key("lock");
    let mut accepted = false;
    if answered(refresh.arg(me.name()).arg(TTL).invoke(connection)) {
        let write = &mut scripts.write.key("lock");
        let write = write.key("balance").arg(me.name()).arg(balance + amount);
        accepted = answered(write.invoke(connection));
        let _: bool = answered(scripts.release.key("lock").arg(me.name()).invoke(connection));
    }
    me.disbelieve("lock", me.name());
    if accepted { amount } else { 0 }
}

fn answered<T>(reply: RedisResult<T>) -> T {
    reply.expect("the simulated server answers")
}

fn conserved<R: Runtime>(server: &Node<R>, deposited: i64) -> Result<(), String> {
    let balance =
        |keyspace: &Keyspace, now_ms: u64| match &keyspace.entry(b"balance", now_ms)?.value {
            Value::String(bytes) => std::str::from_utf8(bytes).ok()?.parse::<i64>().ok(),
            Value::List(_) => None,
        };
    match server.peek(balance) {
        Some(balance) if balance == 100 + deposited => Ok(()),
        Some(balance) => Err(format!("100 and deposits of {deposited} made {balance}")),
        None => Err("there is no balance".to_owned()),
    }
}

/// The fix, with other scripts.
#[derive(Clone, Debug)]
struct Scripted {
    refresh: &'static str,
    write: &'static str,
}

impl Scenario for Scripted {
    fn run<R: Runtime>(&self, world: &World<R>) {
        deposits(world, self.refresh, self.write);
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

const REFRESH: &str = "-- refresh\n\
    if redis.call('GET', KEYS[1]) == ARGV[1] then\n\
      return redis.call('PEXPIRE', KEYS[1], ARGV[2])\n\
    end\n\
    return 0";
const REFRESH_OVERWRITES: &str = "-- refresh\n\
    if redis.call('SET', KEYS[1], ARGV[1], 'XX', 'PX', ARGV[2]) then return 1 end\n\
    return 0";
const REFRESH_SHRUGS: &str = "-- refresh\n\
    if redis.call('GET', KEYS[1]) == ARGV[1] then\n\
      return redis.call('PEXPIRE', KEYS[1], ARGV[2])\n\
    end\n\
    return 1 - redis.call('EXISTS', KEYS[1])";
const WRITE_TRUSTS: &str = "-- write\n\
    redis.call('SET', KEYS[2], ARGV[2])\n\
    return 1";

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "silent-reacquire",
    title: "a refresh finds the lock gone, takes it again, and says that all is well",
    group: Group::Distributed,
    mechanism: "A client acquires the lock, reads the balance, and is late with its refresh. The lock \
        expires; another client acquires it, reads, writes and releases. The refresh finds no lock, sets it \
        anew and reports success, and the client writes what it computed before the other came. Nobody can \
        tell: the lock is in its writer's name in every single write (the store checks that here), the \
        release finds its own token, and still a deposit is gone, because the lock was held at the read and \
        at the write, and not from the one to the other.",
    provenance: &[
        Source::thread(
            "swarthy/redis-semaphore#175 (2023): between two refreshes the lock may expire and be held by \
             another, and the first mutex takes it back without a word; mended by #177",
            "https://github.com/swarthy/redis-semaphore/issues/175",
        ),
        Source::thread(
            "redlock-rb#36 (2016): to extend a lock that has expired succeeds as if it had been held all \
             the time",
            "https://github.com/leandromoreira/redlock-rb/issues/36",
        ),
        Source::code(
            "redsync's `WithSetNXOnExtend` (2024, #149) has the script of the buggy variant, for nodes that \
             came back empty; it is an option, and off by default",
            "https://github.com/go-redsync/redsync/pull/149",
        ),
        Source::reproduced(
            "aioredlock 0.7.3: after the lock has expired, and another client has had its turn, `extend` \
             succeeds and the lock counts as valid",
            "https://pypi.org/project/aioredlock/0.7.3/",
        ),
    ],
    cwe: Some(Cwe::RACE_CONDITION),
    fix: "The refresh extends the lock if it holds the client's token, and does nothing else. That there is \
        no lock is no error to be repaired but the news that it was lost, and the client gives up what it \
        was doing.",
    lesson: "A lock protects what happened since it was acquired, so a lock that is acquired anew protects \
        nothing that was read before. Whoever offers to repair a lost lock has to tell its holder, who has \
        to begin again.",
    breaks: Property::ConservedBalance,
    clients: 2..=2,
    counterexample: Counterexample::Schedule(
        "alice alice clock bob bob bob bob bob alice alice alice",
    ),
    of_buggy: Expectations::FOUND.but(Engine::Loom, Expected::BoundHit(20_000)),
    of_fixed: Expectations::holds(Expected::BoundHit(20_000), 134, 187),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new(
            "the refresh takes whatever lock is there (`SET XX`)",
            variant!(|_| Scripted { refresh: REFRESH_OVERWRITES, write: WRITE_IF_HELD }),
        ),
        Mutant::new(
            "the write does not ask whose lock it is, and the client can pause after its refresh",
            variant!(|_| Scripted { refresh: REFRESH, write: WRITE_TRUSTS }),
        ),
        Mutant {
            survives: Some(
                "the write refuses a client that holds no lock: to be let in with an old read, it has to \
                 set the lock again",
            ),
            ..Mutant::new(
                "that there is no lock counts as success, and it is not set again",
                variant!(|_| Scripted { refresh: REFRESH_SHRUGS, write: WRITE_IF_HELD }),
            )
        },
    ],
};
