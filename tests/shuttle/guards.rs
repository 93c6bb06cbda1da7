//! What the guards of a lock, a mark and a balance make of clients that run against the simulated
//! Redis: a right one is never accused, and each wrong one is, of what it does.

use std::time::Duration;

use ::redis::{ConnectionLike, Value, cmd};
use lockproof::explore::{Exploration, Sampling, Verdict, pct, random};
use lockproof::lock::{Drift, RedisLock, Renewal, Tokens, read_fenced, write_fenced};
use lockproof::redis::Connection;
use lockproof::scenario::{Actor, Budgets, Property, Scenario, World};
use lockproof::sync::Runtime;
use lockproof::trace::{self, Kind};

const TTL: Duration = Duration::from_millis(100);

/// Two clients of a lock, one of which may die, while time passes at bad moments.
#[derive(Clone, Copy)]
struct Clients(Client);

/// What a client does with its lock.
#[derive(Clone, Copy)]
enum Client {
    /// Acquires, renews, and releases, as it should.
    Careful,
    /// Deletes the key, whoever's it is by then.
    DeletesBlindly,
    /// Sets the key, and its deadline in a second step.
    ExpiresLater,
    /// Believes for twice as long as the server was told.
    Optimist,
}

impl Scenario for Clients {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let redis = world.redis("redis");
        world.guard_lock(&redis, "lock", TTL);
        world.guard_mark(&redis, "mark");
        world.guard_balance(&redis, "balance");
        for name in ["alice", "bob"] {
            let (client, connection) = (self.0, redis.connect());
            world.actor(name, move |actor| client.work(actor, connection));
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(3).crash("alice")
    }
}

impl Client {
    fn work<R: Runtime>(self, actor: &Actor<R>, mut connection: Connection<R>) {
        match self {
            Self::Careful => careful(actor, connection),
            Self::DeletesBlindly => {
                let set = ["SET", "lock", actor.name(), "NX", "PX", "100"];
                if send(&mut connection, &set) == Some(Value::Okay) {
                    send(&mut connection, &["DEL", "lock"]);
                }
            }
            Self::ExpiresLater => {
                if send(&mut connection, &["SETNX", "lock", actor.name()]) == Some(Value::Int(1)) {
                    send(&mut connection, &["PEXPIRE", "lock", "100"]);
                    send(&mut connection, &["DEL", "lock"]);
                }
            }
            Self::Optimist => {
                let set = ["SET", "lock", actor.name(), "NX", "PX", "50"];
                if send(&mut connection, &set) == Some(Value::Okay) {
                    trace::record(R::me(), || Kind::Believe {
                        key: "lock".to_owned(),
                        token: actor.name().to_owned(),
                        until: Some(actor.clock().peek_ms() + 100),
                    });
                }
            }
        }
    }
}

fn careful<R: Runtime>(actor: &Actor<R>, connection: Connection<R>) {
    let mut lock = lock(actor, connection);
    let Ok(Some(mut lease)) = lock.try_acquire_fenced("lock", "fence", TTL) else {
        return;
    };
    let fence = lease.fence().expect("it was asked for");
    let read = read_fenced(lock.connection_mut(), "balance", "mark", fence);
    let balance: i64 = read.ok().flatten().unwrap_or_default();
    if matches!(lock.renew(&mut lease, TTL), Renewal::Renewed) {
        let _ = write_fenced(lock.connection_mut(), "balance", "mark", fence, balance + 1);
    }
    let _ = lock.release(lease);
}

fn lock<R: Runtime>(actor: &Actor<R>, connection: Connection<R>) -> RedisLock<Connection<R>, R> {
    RedisLock::new(connection)
        .with_clock(actor.clock())
        .with_tokens(Tokens::numbered(actor.name()))
        .with_drift(Drift::NONE)
}

fn send(connection: &mut impl ConnectionLike, words: &[&str]) -> Option<Value> {
    let mut command = cmd(words[0]);
    connection.req_command(command.arg(&words[1..])).ok()
}

/// Two ways to look for it, so that neither's bias hides anything.
fn sampled(client: Client, executions: u64) -> [Exploration; 2] {
    let sampling = Sampling { executions, ..Sampling::default() };
    [random(&Clients(client), sampling), pct(&Clients(client), 3, sampling)]
}

fn broken(client: Client) -> Option<Property> {
    let [first, _] = sampled(client, 1000);
    first.violation().map(|violation| violation.property)
}

#[test]
fn a_careful_client_is_never_accused() {
    for exploration in sampled(Client::Careful, 2000) {
        assert_eq!(exploration.verdict, Verdict::Sampled, "{exploration}");
        assert!(exploration.longest > 12, "somebody got to work: {exploration}");
    }
}

#[test]
fn a_blind_delete_is_seen_as_anothers_release() {
    assert_eq!(broken(Client::DeletesBlindly), Some(Property::OwnerOnlyRelease));
}

#[test]
fn a_crash_between_set_and_expire_leaves_an_orphan() {
    assert_eq!(broken(Client::ExpiresLater), Some(Property::NoOrphanBeyondTtl));
}

#[test]
fn a_belief_beyond_the_deadline_is_not_honest() {
    assert_eq!(broken(Client::Optimist), Some(Property::HonestValidity));
}
