//! A workload of the plain lock: each client acquires it, renews it, and releases it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lockproof::lock::{AcquireError, Drift, Lease, RedisLock, Release, Renewal, Tokens};
use lockproof::redis::Connection;
use lockproof::scenario::{Actor, Budgets, Property, Scenario, World};
use lockproof::sync::{Runtime, Shared};
use lockproof::trace::{self, Kind};

use super::{Faults, NAMES, Patience};

#[derive(Clone, Debug, PartialEq)]
pub struct Locking {
    pub clients: Vec<Holder>,
    pub faults: Faults,
    pub patience: Patience,
    /// Whether nobody has sent the scripts to the server before they are needed.
    pub cold: bool,
    /// Whether a release looks at whose lock it deletes.
    pub compares: bool,
}

/// What one client asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    /// How often it takes the lock, one time after the other.
    pub rounds: u32,
    pub ttl_ms: u64,
    /// For how long it renews its lease, each time.
    pub renewals_ms: Vec<u64>,
    pub fenced: bool,
    /// Whether the client allows for clocks that drift, though there is one clock.
    pub drift: bool,
}

type Lock<R> = RedisLock<Connection<R>, R>;

impl Scenario for Locking {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let node = world.redis("redis");
        world.guard_lock(&node, "lock", self.longest_ttl());
        if !self.cold {
            RedisLock::new(node.connect()).load_scripts().expect("the server answers");
        }
        let work = Arc::new(Shared::<R, u64>::new("work", 0));
        // Not part of the model: looked at when all have ended.
        let lost = Arc::new(AtomicU64::new(0));
        for (client, name) in self.clients.iter().zip(NAMES) {
            let (client, patience, compares) = (client.clone(), self.patience, self.compares);
            let (connection, work, lost) = (node.connect(), Arc::clone(&work), Arc::clone(&lost));
            world.actor(name, move |me| {
                let mut lock = client.lock(me, connection, patience);
                for _ in 0..client.rounds {
                    let Some(mut lease) = client.acquire(&mut lock) else {
                        continue;
                    };
                    work.with("work", |done| *done += 1);
                    let renewed = client.renew(&mut lock, &mut lease);
                    let released = release(&mut lock, lease, compares);
                    if !(renewed && released) {
                        lost.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        let pauses = self.faults.ticks;
        world.finally(Property::HonestValidity, move || {
            lost_only_to_pauses(lost.load(Ordering::Relaxed), pauses)
        });
    }

    fn budgets(&self) -> Budgets {
        self.faults.budgets(self.clients.len())
    }
}

/// Where nobody can be paused, no lease ends before its client is done with it.
fn lost_only_to_pauses(lost: u64, pauses: u32) -> Result<(), String> {
    match (lost, pauses) {
        (1.., 0) => Err(format!("{lost} leases were lost with no pause")),
        _ => Ok(()),
    }
}

impl Locking {
    fn longest_ttl(&self) -> Duration {
        let mut longest = 0;
        for client in &self.clients {
            longest = client.renewals_ms.iter().copied().fold(longest.max(client.ttl_ms), u64::max);
        }
        Duration::from_millis(longest)
    }
}

impl Holder {
    fn lock<R: Runtime>(
        &self,
        me: &Actor<R>,
        connection: Connection<R>,
        patience: Patience,
    ) -> Lock<R> {
        RedisLock::new(connection)
            .with_clock(me.clock())
            .with_tokens(Tokens::numbered(me.name()))
            .with_drift(if self.drift { Drift::default() } else { Drift::NONE })
            .with_retry(patience.retry())
    }

    fn acquire<R: Runtime>(&self, lock: &mut Lock<R>) -> Option<Lease> {
        let ttl = Duration::from_millis(self.ttl_ms);
        let lease = match self.fenced {
            true => lock.acquire_fenced("lock", "fence", ttl),
            false => lock.acquire("lock", ttl),
        };
        match lease {
            Ok(lease) => Some(lease),
            Err(AcquireError::Taken { .. } | AcquireError::TooShort { .. }) => None,
            Err(other) => panic!("the server always answers: {other}"),
        }
    }

    /// Renews as often as it wants to; `false` if the lease was found lost. It goes on regardless.
    fn renew<R: Runtime>(&self, lock: &mut Lock<R>, lease: &mut Lease) -> bool {
        let mut kept = true;
        for ttl in &self.renewals_ms {
            match lock.renew(lease, Duration::from_millis(*ttl)) {
                Renewal::Renewed => {}
                Renewal::Lost => kept = false,
                Renewal::Unknown(error) => panic!("the server always answers: {error}"),
            }
        }
        kept
    }
}

/// `false` if it was not ours any more. What a release that does not compare knows is only that some
/// lock was there.
fn release<R: Runtime>(lock: &mut Lock<R>, lease: Lease, compares: bool) -> bool {
    if !compares {
        trace::record(R::me(), || Kind::Disbelieve {
            key: lease.key().to_owned(),
            token: lease.token().to_string(),
        });
        let deleted = redis::cmd("DEL").arg(lease.key()).query(lock.connection_mut());
        return deleted.expect("the server answers");
    }
    match lock.release(lease) {
        Release::Released => true,
        Release::NotHeld => false,
        Release::Unknown(error) => panic!("the server always answers: {error}"),
    }
}

#[test]
fn the_oracle_accepts_what_a_pause_excuses_and_rejects_what_it_does_not() {
    assert_eq!(lost_only_to_pauses(0, 0), Ok(()));
    assert_eq!(lost_only_to_pauses(2, 1), Ok(()));
    assert_eq!(lost_only_to_pauses(1, 0), Err("1 leases were lost with no pause".to_owned()));
}
