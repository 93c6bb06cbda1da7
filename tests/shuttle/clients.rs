//! Clients of one lock: each acquires it, works, perhaps renews it, and releases it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lockproof::lock::{RedisLock, Release, Renewal, Retry, Tokens};
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Runtime, Shared};

const KEY: &str = "lock";
const TTL: Duration = Duration::from_millis(1000);
/// Asks until well after a TTL has passed.
const PATIENCE: Retry = Retry::every(Duration::from_millis(300), 6);
pub const NAMES: [&str; 4] = ["alice", "bob", "carol", "dave"];

/// What became of the clients, counted over all executions: a search that never saw a lock expire in
/// the middle of somebody's work has shown nothing about it.
#[derive(Debug, Default)]
pub struct Seen {
    pub released: AtomicU64,
    /// Released after it had expired.
    pub not_held: AtomicU64,
    /// Not acquired.
    pub taken: AtomicU64,
    pub renewed: AtomicU64,
    /// Renewed after it had expired.
    pub lost: AtomicU64,
}

impl Seen {
    /// Counts, and starts again from zero.
    pub fn take(counter: &AtomicU64) -> u64 {
        counter.swap(0, Ordering::Relaxed)
    }
}

/// The scenario. Its clients are alice, bob, carol and dave, as many as there are.
#[derive(Clone, Debug)]
pub struct Clients {
    pub clients: usize,
    pub budgets: Budgets,
    /// How often each renews its lease.
    pub renewals: usize,
    /// Whether a client that finds the lock taken waits until it is not.
    pub patient: bool,
    pub seen: Arc<Seen>,
}

impl Clients {
    pub fn new(clients: usize, budgets: Budgets) -> Self {
        Self { clients, budgets, renewals: 0, patient: false, seen: Arc::default() }
    }
}

impl Scenario for Clients {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        world.guard_lock(&server, KEY, TTL);
        RedisLock::new(server.connect()).load_scripts().expect("the server answers");
        let work = Arc::new(Shared::<R, u64>::new("work", 0));
        let served = Arc::new(Shared::<R, u64>::new("served", 0));
        for name in &NAMES[..self.clients] {
            let (connection, work, served) = (server.connect(), work.clone(), served.clone());
            let Self { renewals, patient, seen, .. } = self.clone();
            world.actor(name, move |me| {
                let mut lock = RedisLock::new(connection)
                    .with_clock(me.clock())
                    .with_tokens(Tokens::numbered(me.name()))
                    .with_retry(if patient { PATIENCE } else { Retry::once() });
                let Ok(mut lease) = lock.acquire(KEY, TTL) else {
                    count(&seen.taken);
                    return;
                };
                work.with("work", |done| *done += 1);
                for _ in 0..renewals {
                    match lock.renew(&mut lease, TTL) {
                        Renewal::Renewed => count(&seen.renewed),
                        Renewal::Lost => count(&seen.lost),
                        Renewal::Unknown(error) => panic!("the server always answers: {error}"),
                    }
                }
                match lock.release(lease) {
                    Release::Released => count(&seen.released),
                    Release::NotHeld => count(&seen.not_held),
                    Release::Unknown(error) => panic!("the server always answers: {error}"),
                }
                served.with("served", |served| *served += 1);
            });
        }
        if self.patient {
            let expected = (self.clients - self.budgets.may_crash().len()) as u64;
            world.finally(Property::NoOrphanBeyondTtl, move || {
                match served.peek(|served| *served) {
                    served if served >= expected => Ok(()),
                    served => Err(format!(
                        "{served} of at least {expected} clients had the lock in the end"
                    )),
                }
            });
        }
    }

    fn budgets(&self) -> Budgets {
        self.budgets.clone()
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
