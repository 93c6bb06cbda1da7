//! Fence only on writes: a stale holder's write is let in, because the newer one has only read so far.
//!
//! Source: the order in which tokens are handed out need not be the order in which their holders get to
//! work: Sanfilippo, "Is Redlock safe?" (2016), in reply to Kleppmann, "How to do distributed locking"
//! (2016), whose storage checks the token of each write. For a read-modify-write that is not enough.
//! Breaks: conserved-balance. Fix: present the token with the first read too, so that the mark rises.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use redis::{Commands, RedisResult, Script};

use crate::explore::Engine;
use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::redis::{Connection, Keyspace, Node, Value};
use crate::scenario::{Actor, Budgets, Property, Scenario, World};
use crate::sync::Runtime;

/// Reads the balance with a plain `GET`, and presents the fencing token only with the write.
#[derive(Clone, Debug)]
pub struct Buggy {
    /// The number of clients that add 1 to the balance.
    pub clients: usize,
}

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        let written = Arc::new(AtomicI64::new(0));
        let counted = Arc::clone(&written);
        let scripts = Scripts::load(&mut server.connect());
        let node = server.clone();
        world.clients(self.clients, move |me| {
            let mut connection = node.connect();
            add_one(&scripts, &mut connection, me, &written, |connection, _| {
                connection.get("balance").map(Some)
            })
        });
        world.finally(Property::ConservedBalance, move || conserved(&server, &counted));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// Presents the fencing token with the read, too.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// The number of clients that add 1 to the balance.
    pub clients: usize,
}

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        let written = Arc::new(AtomicI64::new(0));
        let counted = Arc::clone(&written);
        let scripts = Scripts::load(&mut server.connect());
        let node = server.clone();
        world.clients(self.clients, move |me| {
            let mut connection = node.connect();
            add_one(&scripts, &mut connection, me, &written, |connection, fence| {
                scripts.read.key("balance").key("mark").arg(fence).invoke(connection)
            })
        });
        world.finally(Property::ConservedBalance, move || conserved(&server, &counted));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// A client: at most two attempts to lock without waiting, then read, write and release. Returns
/// whether the store let its write in.
fn add_one<R: Runtime>(
    scripts: &Scripts,
    connection: &mut Connection<R>,
    me: &Actor<R>,
    written: &AtomicI64,
    read: impl Fn(&mut Connection<R>, i64) -> RedisResult<Option<i64>>,
) -> bool {
    for attempt in 1..=2 {
        let token = format!("{}:{attempt}", me.name());
        let acquire = &mut scripts.acquire.key("lock");
        let fence: Option<i64> =
            answered(acquire.key("fence").arg(&token).arg(5_000).invoke(connection));
        let Some(fence) = fence else { continue };
        me.believe("lock", &token, None);
        let accepted = answered(read(connection, fence)).is_some_and(|balance| {
            let write = &mut scripts.write.key("balance");
            answered(write.key("mark").arg(fence).arg(balance + 1).invoke(connection))
        });
        let _: bool = answered(scripts.release.key("lock").arg(&token).invoke(connection));
        me.disbelieve("lock", &token);
        written.fetch_add(accepted.into(), Ordering::Relaxed);
        return accepted;
    }
    false
}

fn answered<T>(reply: RedisResult<T>) -> T {
    reply.expect("the simulated server answers")
}

/// The operations that have to be one step on the server.
#[derive(Clone)]
struct Scripts {
    /// `SET NX PX`, and the fencing token minted with it.
    acquire: Script,
    /// Refused if a greater token was presented before.
    read: Script,
    /// Refused if a greater token was presented before.
    write: Script,
    /// Compare and delete.
    release: Script,
}

impl Scripts {
    fn load<R: Runtime>(connection: &mut Connection<R>) -> Self {
        Self::with(connection, READ, WRITE)
    }

    fn with<R: Runtime>(connection: &mut Connection<R>, read: &str, write: &str) -> Self {
        let mut load = |code: &str| {
            let script = Script::new(code);
            answered(script.load(connection));
            script
        };
        Self {
            acquire: load(ACQUIRE),
            read: load(read),
            write: load(write),
            release: load(RELEASE),
        }
    }
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

fn open<R: Runtime>(world: &World<R>) -> Node<R> {
    let server = world.redis("redis");
    server.watch("lock");
    server.watch("balance");
    let _: () = answered(server.connect().set("balance", 0));
    server
}

/// The balance is the number of writes that the store let in.
fn conserved<R: Runtime>(server: &Node<R>, written: &AtomicI64) -> Result<(), String> {
    let balance =
        |keyspace: &Keyspace, now_ms: u64| match &keyspace.entry(b"balance", now_ms)?.value {
            Value::String(bytes) => std::str::from_utf8(bytes).ok()?.parse::<i64>().ok(),
            Value::List(_) => None,
        };
    let written = written.load(Ordering::Relaxed);
    match server.peek(balance) {
        Some(balance) if balance == written => Ok(()),
        Some(balance) => {
            Err(format!("{written} writes of 1 more were accepted, and the balance is {balance}"))
        }
        None => Err("there is no balance".to_owned()),
    }
}

/// The fix, with other scripts.
#[derive(Clone, Debug)]
struct Scripted {
    read: &'static str,
    write: &'static str,
}

impl Scenario for Scripted {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        let written = Arc::new(AtomicI64::new(0));
        let counted = Arc::clone(&written);
        let scripts = Scripts::with(&mut server.connect(), self.read, self.write);
        let node = server.clone();
        world.clients(2, move |me| {
            let mut connection = node.connect();
            add_one(&scripts, &mut connection, me, &written, |connection, fence| {
                scripts.read.key("balance").key("mark").arg(fence).invoke(connection)
            })
        });
        world.finally(Property::ConservedBalance, move || conserved(&server, &counted));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

const READ_FORGETS: &str = "-- read\n\
    if tonumber(redis.call('GET', KEYS[2]) or 0) > tonumber(ARGV[1]) then return false end\n\
    return redis.call('GET', KEYS[1])";
const WRITE_TRUSTS: &str = "-- write\n\
    redis.call('SET', KEYS[1], ARGV[2])\n\
    return 1";

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "fence-only-on-writes",
    title: "a stale holder's write is let in, because the newer one has only read so far",
    group: Group::Distributed,
    mechanism: "The store refuses a write whose fencing token is older than one that it has seen, and sees \
        tokens with writes only. A holder reads the balance and pauses; its lock expires; the next holder \
        reads the same balance. The first wakes and writes: its token is the newest that the store knows. \
        Then the second writes what it computed from its old read, with a newer token, and the first \
        holder's money is gone.",
    provenance: &[
        Source::article(
            "Kleppmann, \"How to do distributed locking\", 2016: the storage checks the token of each write",
            "https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html",
        ),
        Source::article(
            "Sanfilippo, \"Is Redlock safe?\", 2016: the order of tokens need not be the order in which \
             their holders get to work. That this breaks a read-modify-write is our conclusion from it, and \
             the schedule below is the proof",
            "http://antirez.com/news/101",
        ),
    ],
    cwe: Some(Cwe::RACE_CONDITION),
    fix: "The token is presented with the first read, too: from then on the store refuses whatever the \
        older holder does.",
    lesson: "A fence around writes protects what is written, not what it was computed from. For a \
        read-modify-write the read has to raise the mark, or the write has to be conditional on a version.",
    breaks: Property::ConservedBalance,
    clients: 2..=32,
    counterexample: Counterexample::Schedule("alice alice clock bob bob alice alice bob bob"),
    of_buggy: Expectations::FOUND.but(Engine::Loom, Expected::BoundHit(20_000)),
    of_fixed: Expectations::holds(Expected::BoundHit(20_000), 81, 108),
    buggy: variant!(|clients| Buggy { clients }),
    fixed: variant!(|clients| Fixed { clients }),
    mutants: &[
        Mutant::new(
            "the read compares and does not raise the mark",
            variant!(|_| Scripted { read: READ_FORGETS, write: WRITE }),
        ),
        Mutant::new(
            "the write does not compare",
            variant!(|_| Scripted { read: READ, write: WRITE_TRUSTS }),
        ),
    ],
};
