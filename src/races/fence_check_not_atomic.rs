//! Fence check not atomic: a token is compared in one step and written in another, over a greater one.
//!
//! Source: Kleppmann, "How to do distributed locking" (2016) has the storage check tokens and remember them;
//! django-logic#151 reads a token, compares it, and writes it back over that of a successor.
//! Breaks: monotonic-fence. Fix: compare and write in one step on the server.

use redis::{Commands, RedisResult, Script};

use crate::explore::Engine;
use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::redis::{Connection, Keyspace, Node, Value};
use crate::scenario::{Actor, Budgets, Property, Scenario, World};
use crate::sync::Runtime;

/// A client asks for the greatest token that was accepted, and writes if its own is not lower.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world, 33);
        for name in ["alice", "bob"] {
            let mut client = Client::of(&server, WRITE);
            world.actor(name, move |me| {
                let Some(fence) = client.acquire(me) else { return };
                let statement = format!("{fence}, by {name}");
                let mark: Option<i64> = answered(client.connection.get("statement:mark"));
                if mark.is_none_or(|mark| mark <= fence) {
                    let _: () = answered(client.connection.set("statement", statement));
                    let _: () = answered(client.connection.set("statement:mark", fence));
                }
                client.release(me);
            });
        }
        world.finally(Property::MonotonicFence, move || is_of_the_newest(&server));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// The store compares and writes in one step.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world, 33);
        for name in ["alice", "bob"] {
            let mut client = Client::of(&server, WRITE);
            world.actor(name, move |me| {
                let Some(fence) = client.acquire(me) else { return };
                let statement = format!("{fence}, by {name}");
                let _: bool = client.write(fence, &statement);
                client.release(me);
            });
        }
        world.finally(Property::MonotonicFence, move || is_of_the_newest(&server));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// A store with a statement that is written as a whole, and the greatest token that came with one.
/// `first` is the first token that is handed out.
fn open<R: Runtime>(world: &World<R>, first: i64) -> Node<R> {
    let server = world.redis("redis");
    server.watch("lock");
    world.guard_mark(&server, "statement:mark");
    server.watch("statement");
    let _: () = answered(server.connect().set("fence", first - 1));
    server
}

/// A client. Its token is its name: each acquires once.
struct Client<R: Runtime> {
    connection: Connection<R>,
    acquire: Script,
    write: Script,
    release: Script,
}

impl<R: Runtime> Client<R> {
    fn of(server: &Node<R>, write: &str) -> Self {
        let mut connection = server.connect();
        let [acquire, write, release] = [ACQUIRE, write, RELEASE].map(Script::new);
        for script in [&acquire, &write, &release] {
            answered(script.load(&mut connection));
        }
        Self { connection, acquire, write, release }
    }

    /// The lock, and the fencing token that is minted with it.
    fn acquire(&mut self, me: &Actor<R>) -> Option<i64> {
        let acquire = &mut self.acquire.key("lock");
        let acquire = acquire.key("fence").arg(me.name()).arg(5_000);
        let fence = answered(acquire.invoke::<Option<i64>>(&mut self.connection))?;
        me.believe("lock", me.name(), None);
        Some(fence)
    }

    /// Returns whether the store accepted the write.
    fn write(&mut self, fence: i64, statement: &str) -> bool {
        let write = &mut self.write.key("statement");
        answered(write.key("statement:mark").arg(fence).arg(statement).invoke(&mut self.connection))
    }

    fn release(&mut self, me: &Actor<R>) {
        let release = &mut self.release.key("lock");
        let _: bool = answered(release.arg(me.name()).invoke(&mut self.connection));
        me.disbelieve("lock", me.name());
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
const WRITE: &str = "-- write\n\
    if tonumber(redis.call('GET', KEYS[2]) or 0) > tonumber(ARGV[1]) then return 0 end\n\
    redis.call('SET', KEYS[1], ARGV[2])\n\
    redis.call('SET', KEYS[2], ARGV[1])\n\
    return 1";
const RELEASE: &str = "-- release\n\
    if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end\n\
    return 0";

/// Checks that the final statement came with the greatest token that the store has accepted.
fn is_of_the_newest<R: Runtime>(server: &Node<R>) -> Result<(), String> {
    let [mark, statement] = ["statement:mark", "statement"]
        .map(|key| server.peek(|keyspace, now_ms| text(keyspace, key, now_ms)).unwrap_or_default());
    match statement.split_once(',') {
        Some((token, _)) if token == mark => Ok(()),
        _ => Err(format!("the mark is {mark:?}, and the statement that is left is {statement:?}")),
    }
}

fn text(keyspace: &Keyspace, key: &str, now_ms: u64) -> Option<String> {
    match &keyspace.entry(key.as_bytes(), now_ms)?.value {
        Value::String(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::List(_) => None,
    }
}

/// The fix, but the script compares tokens as text.
#[derive(Clone, Debug)]
struct Alphabetical;

impl Scenario for Alphabetical {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world, 99);
        for name in ["alice", "bob"] {
            let mut client = Client::of(&server, WRITE_AS_TEXT);
            world.actor(name, move |me| {
                let Some(fence) = client.acquire(me) else { return };
                let _: bool = client.write(fence, &format!("{fence}, by {name}"));
                client.release(me);
            });
        }
        world.finally(Property::MonotonicFence, move || is_of_the_newest(&server));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

const WRITE_AS_TEXT: &str = "-- write\n\
    if (redis.call('GET', KEYS[2]) or '') > ARGV[1] then return 0 end\n\
    redis.call('SET', KEYS[1], ARGV[2])\n\
    redis.call('SET', KEYS[2], ARGV[1])\n\
    return 1";

/// A script compares and raises the mark, and the write that it allows comes after it.
#[derive(Clone, Debug)]
struct Announced;

impl Scenario for Announced {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = open(world, 33);
        for name in ["alice", "bob"] {
            let mut client = Client::of(&server, ANNOUNCE);
            world.actor(name, move |me| {
                let Some(fence) = client.acquire(me) else { return };
                let statement = format!("{fence}, by {name}");
                if client.write(fence, &statement) {
                    let _: () = answered(client.connection.set("statement", statement));
                }
                client.release(me);
            });
        }
        world.finally(Property::MonotonicFence, move || is_of_the_newest(&server));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

const ANNOUNCE: &str = "-- announce\n\
    if tonumber(redis.call('GET', KEYS[2]) or 0) > tonumber(ARGV[1]) then return 0 end\n\
    redis.call('SET', KEYS[2], ARGV[1])\n\
    return 1";

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "fence-check-not-atomic",
    title: "a token is compared in one step and written in another, over a greater one",
    group: Group::Distributed,
    mechanism: "The lock comes with a fencing token. Whoever writes the statement of an account, always as \
        a whole, compares its token with the greatest that the store has accepted; but the client does so, \
        by `GET`, and then writes by `SET`. The holder of 33 compares, finds nothing greater, and pauses; \
        its lock expires; the holder of 34 compares, writes and leaves its mark. The first goes on with a \
        comparison that has been made: it writes over the newer statement, and then lowers the mark from 34 \
        to 33, so that even the comparisons to come are with the wrong number.",
    provenance: &[
        Source::article(
            "Kleppmann, \"How to do distributed locking\", 2016: it is the storage that checks the token and \
             remembers the greatest. That the two have to be one step is left to the reader",
            "https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html",
        ),
        Source::thread(
            "The review of django-logic#137 (2026), of owner tokens: one is read and set again in two steps, \
             and a takeover in between puts the stale holder's token over that of its successor",
            "https://github.com/Borderless360/django-logic/pull/137",
        ),
        Source::thread(
            "django-logic#151 (2026): what was left after a comparison had been put between the two; mended \
             by #155, a script that compares and sets",
            "https://github.com/Borderless360/django-logic/issues/151",
        ),
    ],
    cwe: Some(Cwe::TOCTOU),
    fix: "One script compares the token with the mark, writes, and raises the mark: nobody comes between the \
        comparison and what it allows.",
    lesson: "A fence stands where the data is: a comparison made by the client is one more answer that grows \
        old while the client pauses. Comparison, write and mark are one step, or the race that the token \
        was to end has only moved.",
    breaks: Property::MonotonicFence,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("alice alice alice clock bob bob bob bob bob alice"),
    of_buggy: Expectations::FOUND.but(Engine::Loom, Expected::BoundHit(20_000)),
    of_fixed: Expectations::holds(Expected::BoundHit(20_000), 57, 71),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new(
            "the script compares the tokens as text, in which 99 is greater than 100",
            variant!(|_| Alphabetical),
        ),
        Mutant::new(
            "the script compares and raises the mark, and the write comes after it",
            variant!(|_| Announced),
        ),
    ],
};
