//! The reference protocol, and what becomes of it when a part is left out.
//!
//! Each client locks (at most two attempts, without waiting), reads a balance, writes it back plus one,
//! and releases. Written with raw commands of redis-rs and scripts that are loaded beforehand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use lockproof::lock::{RedisLock, Retry, Tokens, read_fenced, write_fenced};
use lockproof::redis::{Keyspace, Node, Value};
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::Runtime;
use redis::{Commands, RedisResult, Script, ScriptInvocation};

const TTL: Duration = Duration::from_millis(5_000);

/// What is left out of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twin {
    /// Release asks for the owner, and deletes in a second step.
    GetThenDel,
    /// Release does not ask for the owner.
    NoOwnerCheck,
    /// Nobody locks.
    NoLock,
    /// The store does not look at fencing tokens.
    NoFence,
}

/// Two clients with a part of the protocol left out.
#[derive(Clone, Debug)]
pub struct Without(pub Twin);

impl Scenario for Without {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        let [acquire, release] = lock_scripts(&server);
        let [read, write] = fenced_access(&server);
        if self.0 != Twin::NoLock {
            world.guard_lock(&server, "lock", TTL);
        }
        let written = Arc::new(AtomicI64::new(0));
        let (node, counted, twin) = (server.clone(), Arc::clone(&written), self.0);
        world.clients(2, move |me| {
            let connection = &mut node.connect();
            let token = me.name();
            let mut fence = None;
            if twin != Twin::NoLock {
                let take = &mut acquire.key("lock");
                fence = answered(take.key("fence").arg(token).arg(5_000).invoke(connection));
                if fence.is_none() {
                    return false;
                }
            }
            let balance: Option<i64> = match fence {
                None => answered(connection.get("balance")),
                Some(fence) => answered(with_fence(&read, fence).invoke(connection)),
            };
            let wrote = balance.is_some_and(|balance| match fence {
                Some(fence) if twin != Twin::NoFence => {
                    answered(with_fence(&write, fence).arg(balance + 1).invoke(connection))
                }
                _ => answered(connection.set("balance", balance + 1)),
            });
            written.fetch_add(wrote.into(), Ordering::Relaxed);
            match twin {
                Twin::NoLock => {}
                Twin::NoOwnerCheck => {
                    let () = answered(connection.del("lock"));
                }
                Twin::GetThenDel => {
                    let owner: Option<String> = answered(connection.get("lock"));
                    if owner.as_deref() == Some(token) {
                        let () = answered(connection.del("lock"));
                    }
                }
                Twin::NoFence => {
                    let () = answered(release.key("lock").arg(token).invoke(connection));
                }
            }
            wrote
        });
        world.finally(Property::ConservedBalance, move || conserved(&server, &counted));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// `SET NX PX` with a fencing token minted in the same step; compare and delete.
fn lock_scripts<R: Runtime>(server: &Node<R>) -> [Script; 2] {
    let acquire = "-- acquire\n\
        if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then\n\
          return redis.call('INCR', KEYS[2])\n\
        end\n\
        return false";
    let release = "-- release\n\
        if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end\n\
        return 0";
    [loaded(server, acquire), loaded(server, release)]
}

/// A read and a write of the balance that a stale token is refused.
fn fenced_access<R: Runtime>(server: &Node<R>) -> [Script; 2] {
    let refused = "if tonumber(redis.call('GET', KEYS[2]) or 0) > tonumber(ARGV[1])";
    let raise = "redis.call('SET', KEYS[2], ARGV[1])";
    let read = format!(
        "-- read\n{refused} then return false end {raise} return redis.call('GET', KEYS[1])"
    );
    let write = format!(
        "-- write\n{refused} then return 0 end {raise} redis.call('SET', KEYS[1], ARGV[2]) return 1"
    );
    [loaded(server, &read), loaded(server, &write)]
}

fn with_fence(script: &Script, fence: i64) -> ScriptInvocation<'_> {
    let mut call = script.key("balance");
    call.key("mark").arg(fence);
    call
}

/// The whole protocol, on [`RedisLock`].
#[derive(Clone, Debug)]
pub struct OnRedisLock {
    pub clients: usize,
}

impl Scenario for OnRedisLock {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        RedisLock::new(server.connect()).load_scripts().expect("the server answers");
        world.guard_lock(&server, "lock", TTL);
        world.guard_mark(&server, "mark");
        let written = Arc::new(AtomicI64::new(0));
        let (node, counted) = (server.clone(), Arc::clone(&written));
        world.clients(self.clients, move |me| {
            let mut lock = RedisLock::new(node.connect())
                .with_clock(me.clock())
                .with_tokens(Tokens::numbered(me.name()))
                .with_retry(Retry::every(Duration::ZERO, 2));
            let Ok(lease) = lock.acquire_fenced("lock", "fence", TTL) else { return false };
            let fence = lease.fence().expect("a fenced lease has a fence");
            let connection = lock.connection_mut();
            let read = read_fenced::<i64>(connection, "balance", "mark", fence);
            let wrote = read.ok().flatten().is_some_and(|balance| {
                write_fenced(connection, "balance", "mark", fence, balance + 1).is_ok()
            });
            let _ = lock.release(lease);
            written.fetch_add(wrote.into(), Ordering::Relaxed);
            wrote
        });
        world.finally(Property::ConservedBalance, move || conserved(&server, &counted));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

fn open<R: Runtime>(world: &World<R>) -> Node<R> {
    let server = world.redis("redis");
    let () = answered(server.connect().set("balance", 0));
    server
}

fn loaded<R: Runtime>(server: &Node<R>, code: &str) -> Script {
    let script = Script::new(code);
    answered(script.load(&mut server.connect()));
    script
}

fn answered<T>(reply: RedisResult<T>) -> T {
    reply.expect("the simulated server answers")
}

fn conserved<R: Runtime>(server: &Node<R>, written: &AtomicI64) -> Result<(), String> {
    let balance =
        |keyspace: &Keyspace, now_ms: u64| match &keyspace.entry(b"balance", now_ms)?.value {
            Value::String(bytes) => std::str::from_utf8(bytes).ok()?.parse::<i64>().ok(),
            Value::List(_) => None,
        };
    let written = written.load(Ordering::Relaxed);
    match server.peek(balance) {
        Some(balance) if balance == written => Ok(()),
        found => {
            Err(format!("{written} writes of 1 more were accepted, and the balance is {found:?}"))
        }
    }
}
