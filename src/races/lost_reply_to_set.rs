//! Lost reply to SET: a client sends its SET again, and takes its own lock for somebody else's.
//!
//! Source: redis/go-redis issue 2985; redisson issues 5987 and 4109; redis-py 8.1.0 and redis-semaphore
//! 5.8.0 on ioredis 6, with their default retries.
//! Breaks: linearizable. Fix: where SET says nil, look whether the token there is one's own.

use std::time::Duration;

use redis::{Commands, ExistenceCheck, RedisError, RedisResult, SetExpiry, SetOptions};

use crate::races::{Counterexample, Expectations, Expected, Group, Mutant, Race, Source, variant};
use crate::redis::{Connection, Node};
use crate::scenario::{Actor, Budgets, Property, Scenario, SequentialSpec, World};
use crate::sync::Runtime;

/// The holder credits the interest, and leaves the lock to expire: until then no other client credits it.
const KEY: &str = "interest:11111";
const TTL: Duration = Duration::from_secs(5);

/// Nil is taken to mean that somebody else has the lock.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        let lock = world.history("lock", Lock::default());
        for name in ["alice", "bob"] {
            let (mut connection, lock) = (server.connect(), lock.clone());
            world.actor(name, move |me| {
                let token = me.name();
                let acquired = lock.call(TryLock, || insist(|| set_nx(&mut connection, token)));
                told(me, token, acquired);
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().lose_reply("alice", 1)
    }
}

/// Nil is taken to mean that the lock is there, and the token says whose it is.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        let lock = world.history("lock", Lock::default());
        for name in ["alice", "bob"] {
            let (mut connection, lock) = (server.connect(), lock.clone());
            world.actor(name, move |me| {
                let token = me.name();
                let acquired = lock.call(TryLock, || {
                    insist(|| set_nx(&mut connection, token))
                        || insist(|| is_under_key(&mut connection, token))
                });
                told(me, token, acquired);
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().lose_reply("alice", 1)
    }
}

/// The lock, as its callers should see it: refused only while a client has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Lock {
    taken: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct TryLock;

impl SequentialSpec for Lock {
    type Request = TryLock;
    /// True if the caller has it now.
    type Reply = bool;

    fn apply(&mut self, _: &TryLock) -> bool {
        !std::mem::replace(&mut self.taken, true)
    }
}

fn open<R: Runtime>(world: &World<R>) -> Node<R> {
    let server = world.redis("redis");
    server.watch(KEY);
    server
}

/// The behaviour of a client library by itself: without an answer, it sends the command again.
fn insist<T>(mut send: impl FnMut() -> RedisResult<T>) -> T {
    let first = send();
    let answer = if first.as_ref().is_err_and(RedisError::is_timeout) { send() } else { first };
    answer.expect("one reply is lost, and no more")
}

/// `SET NX PX`
fn set_nx<R: Runtime>(connection: &mut Connection<R>, token: &str) -> RedisResult<bool> {
    let ttl = u64::try_from(TTL.as_millis()).expect("a few seconds");
    let options = SetOptions::default()
        .conditional_set(ExistenceCheck::NX)
        .with_expiration(SetExpiry::PX(ttl));
    connection.set_options(KEY, token, options)
}

fn is_under_key<R: Runtime>(connection: &mut Connection<R>, token: &str) -> RedisResult<bool> {
    let holder: Option<String> = connection.get(KEY)?;
    Ok(holder.as_deref() == Some(token))
}

/// A client acts on the answer it gets.
fn told<R: Runtime>(me: &Actor<R>, token: &str, acquired: bool) {
    if acquired {
        me.believe(KEY, token, None);
    }
}

/// Every client has the same token.
#[derive(Clone, Debug)]
struct SharedToken;

impl Scenario for SharedToken {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        let lock = world.history("lock", Lock::default());
        for name in ["alice", "bob"] {
            let (mut connection, lock) = (server.connect(), lock.clone());
            world.actor(name, move |me| {
                let token = "interest-job";
                let acquired = lock.call(TryLock, || {
                    insist(|| set_nx(&mut connection, token))
                        || insist(|| is_under_key(&mut connection, token))
                });
                told(me, token, acquired);
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().lose_reply("alice", 1)
    }
}

/// A `SET` that was not answered is taken to have succeeded.
#[derive(Clone, Debug)]
struct Hopeful;

impl Scenario for Hopeful {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world);
        let lock = world.history("lock", Lock::default());
        for name in ["alice", "bob"] {
            let (mut connection, lock) = (server.connect(), lock.clone());
            world.actor(name, move |me| {
                let token = me.name();
                let acquired =
                    lock.call(TryLock, || set_nx(&mut connection, token).unwrap_or(true));
                told(me, token, acquired);
            });
        }
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().lose_reply("alice", 1)
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "lost-reply-to-set",
    title: "a client sends its SET again, and takes its own lock for somebody else's",
    group: Group::Distributed,
    mechanism: "`SET key token NX PX ttl` takes effect, and its reply is lost: the connection breaks, or the \
        client times out. The client library does what it is made for, and sends the command again. Now the \
        key is there, so the answer is nil, which the caller reads as \"somebody else has the lock\". It \
        drops its work. Nobody believes that they hold the lock, and nobody else gets it until its time to \
        live is over. No order of the calls explains it: the first to ask was refused.",
    provenance: &[
        Source::thread(
            "redis/go-redis, \"SetNX returning false for new keys\": the client sends again after an error, \
             and by then the key is there",
            "https://github.com/redis/go-redis/issues/2985",
        ),
        Source::reproduced(
            "redis-py 8.1.0, `Lock` with the client's default retry: it waits for its own token, without \
             end if no time-out is given",
            "https://pypi.org/project/redis/8.1.0/",
        ),
        Source::reproduced(
            "redis-semaphore 5.8.0 on ioredis 6, with its default retries: likewise",
            "https://www.npmjs.com/package/redis-semaphore/v/5.8.0",
        ),
        Source::thread(
            "redisson 3.26.0: `tryLock` of a scheduled task returns false, and has added the key",
            "https://github.com/redisson/redisson/issues/5987",
        ),
        Source::thread(
            "redisson 3.9.0: a response timed out, and the other instances do not get the lock",
            "https://github.com/redisson/redisson/issues/4109",
        ),
        Source::code(
            "`distributed/redis` of pauluswi/horten at 263b65e: `SetNX` of go-redis v8, which sends again by \
             default; a transaction whose lock is refused is skipped",
            "https://github.com/pauluswi/horten",
        ),
        Source::code(
            "The other way round: `obtain.lua` of bsm/redislock 0.9.4 takes a key that begins with the same \
             token for the caller's own, so that two clients with one token both get the lock, as in the \
             first mutant",
            "https://github.com/bsm/redislock/blob/v0.9.4/obtain.lua",
        ),
    ],
    cwe: None,
    fix: "Where the answer is nil, the client looks whose token is under the key: if it is its own, the \
        first `SET` has succeeded. This takes a token that no other client has, or else two hold the lock.",
    lesson: "No answer does not mean no effect, and a command that is sent again may meet its own first \
        effect. Whatever a library may repeat has to give the same answer when it is repeated.",
    breaks: Property::Linearizable,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("lose-reply:alice alice"),
    of_buggy: Expectations::FOUND.but_unsteered(Expected::NotRun),
    of_fixed: Expectations::holds(Expected::NotRun, 20, 24).but_unsteered(Expected::NotRun),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new("both clients have the same token", variant!(|_| SharedToken)),
        Mutant::new("no answer is taken for a yes", variant!(|_| Hopeful)),
    ],
};
