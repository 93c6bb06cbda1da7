//! Clients of one lock whose answers get lost.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use lockproof::lock::{AcquireError, Drift, RedisLock, Retry, Tokens};
use lockproof::redis::{Connection, Node};
use lockproof::scenario::{Actor, Budgets, Property, Scenario, World};
use lockproof::sync::Runtime;
use redis::{RedisResult, cmd};

const KEY: &str = "lock";
const TTL: Duration = Duration::from_secs(1);

/// A lock client that asks at most twice, without waiting, and measures exactly.
fn client<R: Runtime>(node: &Node<R>, me: &Actor<R>) -> RedisLock<Connection<R>, R> {
    RedisLock::new(node.connect())
        .with_clock(me.clock())
        .with_tokens(Tokens::numbered(me.name()))
        .with_retry(Retry::every(Duration::ZERO, 2))
        .with_drift(Drift::NONE)
}

fn open<R: Runtime>(world: &World<R>) -> Node<R> {
    let server = world.redis("redis");
    world.guard_lock(&server, KEY, TTL);
    RedisLock::new(server.connect()).load_scripts().expect("the server answers");
    server
}

/// Alice wants the lock, and nobody else does. Unless time has run out, she has to obtain it.
#[derive(Clone, Debug)]
pub struct Alone {
    pub budgets: Budgets,
}

impl Scenario for Alone {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        let complaint = Arc::new(Mutex::new(None));
        let said = Arc::clone(&complaint);
        let may_run_out = self.budgets.max_ticks() > 0;
        world.actor("alice", move |me| {
            let mut lock = client(&server, me);
            let complaint = match lock.acquire(KEY, TTL) {
                Ok(lease) => {
                    let _ = lock.release(lease);
                    None
                }
                Err(AcquireError::TooShort { .. }) if may_run_out => None,
                Err(error) => Some(error.to_string()),
            };
            said.lock().expect("nobody panics").clone_from(&complaint);
            complaint
        });
        world.finally(Property::Linearizable, move || {
            complaint.lock().expect("nobody panics").take().map_or(Ok(()), Err)
        });
    }

    fn budgets(&self) -> Budgets {
        self.budgets.clone()
    }
}

/// Alice alone, with what many clients do: no answer means ask again, nil means taken. The clients of
/// go-redis and redis-py do so by themselves (redis/go-redis issue 2985).
#[derive(Clone, Debug)]
pub struct Naive;

impl Scenario for Naive {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        let blocked = Arc::new(Mutex::new(false));
        let said = Arc::clone(&blocked);
        world.actor("alice", move |_| {
            let mut connection = server.connect();
            let mut set = || -> RedisResult<bool> {
                let set = &mut cmd("SET");
                set.arg(KEY).arg("alice:1").arg("NX").arg("PX").arg(1_000).query(&mut connection)
            };
            let obtained = set().or_else(|_| set());
            let blocked = matches!(obtained, Ok(false));
            *said.lock().expect("nobody panics") = blocked;
            blocked
        });
        world.finally(Property::Linearizable, move || {
            if *blocked.lock().expect("nobody panics") {
                return Err("alice takes her own lock for somebody else's".to_owned());
            }
            Ok(())
        });
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().lose_reply("alice", 1)
    }
}

/// Alice and bob want the lock, and release it.
#[derive(Clone, Debug)]
pub struct Contended {
    pub budgets: Budgets,
    /// Whether a lock may be left on the server, until its TTL is over, when both have ended.
    pub orphans_allowed: bool,
}

impl Contended {
    pub fn new(budgets: Budgets) -> Self {
        Self { budgets, orphans_allowed: true }
    }
}

impl Scenario for Contended {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        for name in ["alice", "bob"] {
            let node = server.clone();
            world.actor(name, move |me| {
                let mut lock = client(&node, me);
                if let Ok(lease) = lock.acquire(KEY, TTL) {
                    let _ = lock.release(lease);
                }
            });
        }
        let orphans_allowed = self.orphans_allowed;
        world.finally(Property::NoOrphanBeyondTtl, move || {
            let held = server.peek(|keyspace, now| keyspace.entry(KEY.as_bytes(), now).is_some());
            if held && !orphans_allowed {
                return Err("nobody is left, and the lock is not free".to_owned());
            }
            Ok(())
        });
    }

    fn budgets(&self) -> Budgets {
        self.budgets.clone()
    }
}
