//! Random clients of one simulated Redis server.

use lockproof::redis::{Connection, Node};
use lockproof::scenario::{Actor, Budgets, Property, Scenario, World};
use lockproof::sync::Runtime;
use lockproof::trace::{self, Kind};
use proptest::prelude::*;
use proptest::sample::select;
use redis::{Cmd, RedisResult, Script, Value, cmd};
use std::time::Duration;

use crate::cast::{actors, longest, ticks};
use crate::compare::{Program, Traits, interleavings};
use crate::judge::{Book, Judge, NAMES, note_beliefs};

/// One command of a client, on one of two keys.
#[derive(Clone, Debug)]
pub enum Step {
    Get(Key),
    Set(Key, u8),
    SetPx(Key, u64),
    /// `SET NX PX`, and the belief in it, for as long or for longer.
    Take(Key, u64, bool),
    Del(Key),
    Incr(Key),
    /// Compare and delete, and the end of the belief.
    Release(Key),
    /// `GET`, and the next command only if something was there.
    IfThere(Key),
    Now,
    Sleep(u64),
}

type Key = &'static str;

/// The programs, as a value.
#[derive(Clone, Debug)]
pub struct Clients {
    /// What each of them does.
    pub actors: Vec<Vec<Step>>,
    /// All do what the first one does.
    pub alike: bool,
    pub ticks: u32,
    /// What may happen once, and to whom of the first two.
    pub fault: Option<(Fault, usize)>,
    /// Mutual exclusion ends the execution, instead of being noted.
    pub strict: bool,
    pub judge: Judge,
}

/// A fault that is aimed at one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Crash,
    LostReply,
    Delay,
}

impl Fault {
    pub const ALL: [Self; 3] = [Self::Crash, Self::LostReply, Self::Delay];

    /// With this one besides.
    pub fn in_addition(self, budgets: Budgets, victim: &str) -> Budgets {
        match self {
            Self::Crash => budgets.crash(victim),
            Self::LostReply => budgets.lose_reply(victim, 1),
            Self::Delay => budgets.delay(victim, 1),
        }
    }
}

const RELEASE: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

impl Clients {
    /// Whether a script is run.
    fn scripts(&self) -> bool {
        let each = if self.alike { 1 } else { self.actors.len() };
        self.actors[..each].iter().flatten().any(|step| matches!(step, Step::Release(_)))
    }
}

impl Program for Clients {
    fn alike(&self) -> &[&'static str] {
        // Who differs from the others is the one to whom alone something can happen.
        match (self.fault, self.actors.len()) {
            _ if !self.alike => &[],
            (None, clients) => &NAMES[..clients],
            (Some((_, 0)), clients) => &NAMES[1..clients],
            (Some(_), 3) => &[NAMES[0], NAMES[2]],
            (Some(_), _) => &[],
        }
    }

    fn judged(self, judge: Judge) -> Self {
        Self { judge, ..self }
    }

    fn traits(&self) -> Traits {
        Traits { faults: self.fault.is_some() || self.ticks > 0, commands: self.scripts() }
    }
}

impl Scenario for Clients {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        let release = Script::new(RELEASE);
        release.load(&mut server.connect()).expect("the script is loaded");
        let book = Book::default();
        if self.strict {
            world.guard_lock(&server, "a", Duration::from_secs(2));
        } else {
            note_beliefs(world, &book);
        }
        let client = {
            let (server, book) = (server.clone(), book.clone());
            move |me: &Actor<R>, steps: &[Step]| {
                let connection = server.connect();
                Client { me, connection, release: &release, book: &book }.run(steps)
            }
        };
        if self.alike {
            let steps = self.actors[0].clone();
            world.clients(self.actors.len(), move |me| client(me, &steps));
        } else {
            for (name, steps) in NAMES.iter().zip(self.actors.clone()) {
                let client = client.clone();
                world.actor(name, move |me| client(me, &steps));
            }
        }
        let judge = self.judge.clone();
        let clock = world.clock();
        world.finally(Property::Linearizable, move || {
            let mut lines = book.lines();
            lines.extend(contents(&server));
            lines.push(format!("at {}", clock.peek_ms()));
            judge.of(lines.join("\n"))
        });
    }

    fn budgets(&self) -> Budgets {
        let budgets = Budgets::none().ticks(self.ticks);
        match self.fault {
            Some((fault, victim)) => fault.in_addition(budgets, NAMES[victim]),
            None => budgets,
        }
    }
}

fn contents<R: Runtime>(server: &Node<R>) -> Vec<String> {
    server.peek(|keyspace, now| {
        let entries = keyspace.entries(now);
        entries
            .map(|(key, entry)| {
                let value = match &entry.value {
                    lockproof::redis::Value::String(bytes) => String::from_utf8_lossy(bytes),
                    lockproof::redis::Value::List(_) => "a list".into(),
                };
                format!("{} is {value} until {:?}", String::from_utf8_lossy(key), entry.deadline)
            })
            .collect()
    })
}

/// A client at work.
struct Client<'a, R: Runtime> {
    me: &'a Actor<R>,
    connection: Connection<R>,
    release: &'a Script,
    book: &'a Book,
}

impl<R: Runtime> Client<'_, R> {
    fn run(mut self, steps: &[Step]) -> Vec<String> {
        let mut seen = Vec::new();
        let mut steps = steps.iter();
        while let Some(step) = steps.next() {
            let saw = self.take(step);
            self.book.note(self.me.name(), saw.clone());
            if matches!(step, Step::IfThere(_)) && saw == "nil" {
                steps.next();
            }
            seen.push(saw);
        }
        seen
    }

    fn take(&mut self, step: &Step) -> String {
        let token = format!("{}:1", self.me.name());
        match step {
            Step::Get(key) | Step::IfThere(key) => self.ask(cmd("GET").arg(*key)),
            Step::Set(key, value) => self.ask(cmd("SET").arg(*key).arg(value)),
            Step::SetPx(key, ttl) => self.ask(cmd("SET").arg(*key).arg(0).arg("PX").arg(ttl)),
            Step::Del(key) => self.ask(cmd("DEL").arg(*key)),
            Step::Incr(key) => self.ask(cmd("INCR").arg(*key)),
            Step::Take(key, ttl, honest) => {
                let saw = self.ask(cmd("SET").arg(*key).arg(&token).arg("NX").arg("PX").arg(ttl));
                if saw == "okay" {
                    let ttl = if *honest { *ttl } else { ttl + 1_000 };
                    let until = self.me.clock().peek_ms() + ttl;
                    let key = (*key).to_owned();
                    trace::record(R::me(), || Kind::Believe { key, token, until: Some(until) });
                }
                saw
            }
            Step::Release(key) => {
                let reply = self.release.key(*key).arg(&token).invoke(&mut self.connection);
                let key = (*key).to_owned();
                trace::record(R::me(), || Kind::Disbelieve { key, token });
                in_words(reply)
            }
            Step::Now => format!("{:?}", self.me.clock().now()),
            Step::Sleep(ms) => {
                self.me.clock().sleep(Duration::from_millis(*ms));
                "slept".to_owned()
            }
        }
    }

    fn ask(&mut self, command: &mut Cmd) -> String {
        in_words(command.query(&mut self.connection))
    }
}

fn in_words(reply: RedisResult<Value>) -> String {
    reply.map_or_else(
        |error| error.to_string(),
        |value| match value {
            Value::Nil => "nil".to_owned(),
            Value::Okay => "okay".to_owned(),
            Value::Int(number) => number.to_string(),
            Value::BulkString(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            other => format!("{other:?}"),
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let key = || select(vec!["a", "b"]);
    let ttl = || select(vec![1_000_u64, 2_000]);
    prop_oneof![
        1 => key().prop_map(Step::Get),
        1 => (key(), 1..3_u8).prop_map(|(key, value)| Step::Set(key, value)),
        1 => (key(), ttl()).prop_map(|(key, ttl)| Step::SetPx(key, ttl)),
        4 => (key(), ttl(), any::<bool>()).prop_map(|(key, ttl, honest)| Step::Take(key, ttl, honest)),
        1 => key().prop_map(Step::Del),
        2 => key().prop_map(Step::Incr),
        2 => key().prop_map(Step::Release),
        1 => key().prop_map(Step::IfThere),
        1 => Just(Step::Now),
        1 => ttl().prop_map(Step::Sleep),
    ]
}

/// Programs that brute force gets through in at most about `most` executions.
pub fn clients(most: f64) -> impl Strategy<Value = Clients> {
    let fault = (select(&Fault::ALL[..]), 0..2_usize);
    let fault = proptest::option::weighted(0.25, fault);
    (actors(step(), most), ticks(), fault, proptest::bool::weighted(0.1)).prop_map(
        move |((mut actors, alike), ticks, fault, strict)| {
            let size = |actors: &[Vec<Step>]| {
                let own = actors.iter().map(|steps| if alike { &actors[0] } else { steps }.len());
                interleavings(own.chain([ticks as usize, fault.iter().count()]))
            };
            while size(&actors) > most {
                let longest = if alike { 0 } else { longest(&actors) };
                actors[longest].pop();
            }
            Clients { actors, alike, ticks, fault, strict, judge: Judge::default() }
        },
    )
}
