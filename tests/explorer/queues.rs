//! Random clients of one simulated Redis server that wait for what others put into lists.

use std::time::Duration;

use lockproof::redis::{Connection, Value as Held};
use lockproof::scenario::{Actor, Budgets, Property, Scenario, World};
use lockproof::sync::Runtime;
use proptest::prelude::*;
use proptest::sample::select;
use redis::{Cmd, RedisResult, Value, cmd};

use crate::cast::{actors, longest, ticks};
use crate::compare::{Program, Traits, interleavings};
use crate::judge::{Book, Judge, NAMES};
use crate::redis::Fault;

/// One command of a client.
#[derive(Clone, Debug)]
pub enum Step {
    /// Puts its name there, and which of its commands this is.
    Push(Key),
    /// Takes the first element, waiting for it so many seconds; 0 is for ever.
    Take(Key, u8),
    /// Takes the last element of either list.
    TakeAny(u8),
    /// Takes what is there, or nothing.
    Pop(Key),
    Now,
    Sleep,
}

type Key = &'static str;

/// The programs, as a value.
#[derive(Clone, Debug)]
pub struct Queues {
    actors: Vec<Vec<Step>>,
    /// All do what the first one does.
    alike: bool,
    ticks: u32,
    fault: Option<Fault>,
    judge: Judge,
}

impl Queues {
    /// Whether a command waits.
    fn blocks(&self) -> bool {
        let each = if self.alike { 1 } else { self.actors.len() };
        let mut steps = self.actors[..each].iter().flatten();
        steps.any(|step| matches!(step, Step::Take(..) | Step::TakeAny(_)))
    }
}

impl Program for Queues {
    fn alike(&self) -> &[&'static str] {
        // The first one differs from the others if something can happen to it alone.
        let first = usize::from(self.fault.is_some());
        if self.alike { &NAMES[first..self.actors.len()] } else { &[] }
    }

    fn judged(self, judge: Judge) -> Self {
        Self { judge, ..self }
    }

    fn traits(&self) -> Traits {
        Traits { faults: self.fault.is_some() || self.ticks > 0, commands: self.blocks() }
    }
}

impl Scenario for Queues {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        let book = Book::default();
        let client = {
            let (server, book) = (server.clone(), book.clone());
            move |me: &Actor<R>, steps: &[Step]| run(me, server.connect(), steps, &book)
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
            server.peek(|keyspace, now| {
                for (key, entry) in keyspace.entries(now) {
                    let Held::List(items) = &entry.value else {
                        unreachable!("only lists are made")
                    };
                    let items = items.iter().map(|item| String::from_utf8_lossy(item));
                    let items = items.collect::<Vec<_>>().join(" ");
                    lines.push(format!("{} has {items}", String::from_utf8_lossy(key)));
                }
            });
            lines.push(format!("at {}", clock.peek_ms()));
            judge.of(lines.join("\n"))
        });
    }

    fn budgets(&self) -> Budgets {
        let budgets = Budgets::none().ticks(self.ticks);
        match self.fault {
            None => budgets,
            Some(fault) => fault.in_addition(budgets, NAMES[0]),
        }
    }
}

/// What a client sees.
fn run<R: Runtime>(
    me: &Actor<R>,
    mut connection: Connection<R>,
    steps: &[Step],
    book: &Book,
) -> Vec<String> {
    let mut ask = |command: &mut Cmd| in_words(command.query(&mut connection));
    let mut seen = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let saw = match step {
            Step::Push(key) => ask(cmd("RPUSH").arg(*key).arg(format!("{}:{number}", me.name()))),
            Step::Take(key, timeout) => ask(cmd("BLPOP").arg(*key).arg(timeout)),
            Step::TakeAny(timeout) => ask(cmd("BRPOP").arg("b").arg("a").arg(timeout)),
            Step::Pop(key) => ask(cmd("LPOP").arg(*key)),
            Step::Now => format!("{:?}", me.clock().now()),
            Step::Sleep => {
                me.clock().sleep(Duration::from_secs(1));
                "slept".to_owned()
            }
        };
        book.note(me.name(), saw.clone());
        seen.push(saw);
    }
    seen
}

fn in_words(reply: RedisResult<Value>) -> String {
    match reply {
        Err(error) => error.to_string(),
        Ok(Value::Nil) => "nil".to_owned(),
        Ok(Value::Int(number)) => number.to_string(),
        Ok(Value::BulkString(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        Ok(Value::Array(items)) => {
            let items: Vec<String> = items.into_iter().map(|item| in_words(Ok(item))).collect();
            items.join(" gives ")
        }
        Ok(other) => format!("{other:?}"),
    }
}

fn step() -> impl Strategy<Value = Step> {
    let key = || select(vec!["a", "b"]);
    let timeout = || select(vec![0_u8, 1, 2]);
    prop_oneof![
        4 => key().prop_map(Step::Push),
        3 => (key(), timeout()).prop_map(|(key, timeout)| Step::Take(key, timeout)),
        2 => timeout().prop_map(Step::TakeAny),
        1 => key().prop_map(Step::Pop),
        1 => Just(Step::Now),
        2 => Just(Step::Sleep),
    ]
}

/// Programs that brute force gets through in at most about `most` executions.
pub fn queues(most: f64) -> impl Strategy<Value = Queues> {
    let fault = proptest::option::weighted(0.25, select(&Fault::ALL[..]));
    (actors(step(), most), ticks(), fault).prop_map(move |((mut actors, alike), ticks, fault)| {
        // A command that waits is two steps.
        let length = |steps: &[Step]| {
            let waits = |step: &&Step| matches!(step, Step::Take(..) | Step::TakeAny(_));
            steps.len() + steps.iter().filter(waits).count()
        };
        let size = |actors: &[Vec<Step>]| {
            let own = actors.iter().map(|steps| length(if alike { &actors[0] } else { steps }));
            interleavings(own.chain([ticks as usize, fault.iter().count()]))
        };
        while size(&actors) > most {
            let longest = if alike { 0 } else { longest(&actors) };
            actors[longest].pop();
        }
        Queues { actors, alike, ticks, fault, judge: Judge::default() }
    })
}
