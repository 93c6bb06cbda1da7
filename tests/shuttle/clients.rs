//! Clients of one lock: each acquires it, works for a while, and releases it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lockproof::lock::{RedisLock, Release, Retry, Tokens};
use lockproof::scenario::monitors::MutualExclusion;
use lockproof::scenario::{Budgets, Scenario, World};
use lockproof::sync::Runtime;

pub const KEY: &str = "lock";
pub const TTL: Duration = Duration::from_millis(1000);

/// What became of the clients, counted over all executions: a search that never saw a lock expire in
/// the middle of somebody's work has shown nothing about it.
#[derive(Debug, Default)]
pub struct Seen {
    pub released: AtomicU64,
    pub not_held: AtomicU64,
    pub taken: AtomicU64,
}

/// The scenario. Its clients are alice, bob, carol, …
#[derive(Clone, Debug)]
pub struct Clients {
    pub clients: usize,
    pub budgets: Budgets,
    pub seen: Arc<Seen>,
}

impl Clients {
    pub fn new(clients: usize, budgets: Budgets) -> Self {
        Self {
            clients,
            budgets,
            seen: Arc::default(),
        }
    }
}

pub const NAMES: [&str; 4] = ["alice", "bob", "carol", "dave"];

impl Scenario for Clients {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let node = world.redis("redis");
        world.monitor(MutualExclusion::default());
        for name in &NAMES[..self.clients] {
            let (connection, seen) = (node.connect(), Arc::clone(&self.seen));
            world.actor(name, move |me| {
                let mut lock = RedisLock::new(connection)
                    .with_clock(me.clock())
                    .with_tokens(Tokens::numbered(me.name()))
                    .with_retry(Retry::once());
                let Ok(lease) = lock.acquire(KEY, TTL) else {
                    seen.taken.fetch_add(1, Ordering::Relaxed);
                    return;
                };
                let counter = match lock.release(lease) {
                    Release::Released => &seen.released,
                    Release::NotHeld => &seen.not_held,
                    Release::Unknown(error) => panic!("the server always answers: {error}"),
                };
                counter.fetch_add(1, Ordering::Relaxed);
            });
        }
    }

    fn budgets(&self) -> Budgets {
        self.budgets.clone()
    }
}
