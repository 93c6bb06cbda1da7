//! Actors that send commands one after the other, and what they and the server come to.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use lockproof::redis::{Keyspace, Value as Held};
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::Runtime;
use redis::{RedisResult, Value, cmd};

/// Who sends what. What the key `n` comes to is part of the outcome.
pub type Program = &'static [(&'static str, &'static [&'static str])];

/// The scenario, and the outcomes of the executions that came to an end.
#[derive(Clone, Debug)]
pub struct Talk {
    pub program: Program,
    pub budgets: Budgets,
    /// Whether every outcome is called a violation, so that its execution is reported.
    pub refused: bool,
    /// Who forgets what it heard, so that it can be known from nothing but the server and the network.
    pub forgetful: Option<&'static str>,
    pub outcomes: Arc<Mutex<BTreeSet<String>>>,
}

impl Talk {
    pub fn new(program: Program, budgets: Budgets) -> Self {
        Self { program, budgets, refused: false, forgetful: None, outcomes: Arc::default() }
    }

    /// What came of the executions since the last call.
    pub fn outcomes(&self) -> Vec<String> {
        std::mem::take(&mut *self.outcomes.lock().expect("nobody panics")).into_iter().collect()
    }
}

impl Scenario for Talk {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        let heard = Arc::new(Mutex::new(BTreeSet::new()));
        for (name, commands) in self.program {
            let forgets = self.forgetful == Some(name);
            let (mut connection, heard) = (server.connect(), Arc::clone(&heard));
            world.actor(name, move |me| {
                let answer = |line: &&str| {
                    let mut words = line.split(' ').map(str::to_owned);
                    let mut command = cmd(&words.next().expect("a command has a name"));
                    for word in words {
                        command.arg(word);
                    }
                    in_words(command.query(&mut connection))
                };
                let answers: Vec<String> = commands.iter().map(answer).collect();
                if forgets {
                    return String::new();
                }
                let line = format!("{}: {}; ", me.name(), answers.join(" "));
                heard.lock().expect("nobody panics").insert(line.clone());
                line
            });
        }
        let (outcomes, refused) = (Arc::clone(&self.outcomes), self.refused);
        world.finally(Property::Linearizable, move || {
            let heard: String = heard.lock().expect("nobody panics").iter().cloned().collect();
            let outcome = format!("{heard}n={}", server.peek(number).unwrap_or_default());
            outcomes.lock().expect("nobody panics").insert(outcome.clone());
            if refused { Err(outcome) } else { Ok(()) }
        });
    }

    fn budgets(&self) -> Budgets {
        self.budgets.clone()
    }
}

/// A question mark for no answer.
fn in_words(answer: RedisResult<Value>) -> String {
    match answer {
        Ok(Value::Nil) => "nil".to_owned(),
        Ok(Value::Okay) => "OK".to_owned(),
        Ok(Value::Int(number)) => number.to_string(),
        Ok(Value::BulkString(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        Ok(Value::Array(items)) => {
            let items: Vec<String> = items.into_iter().map(|item| in_words(Ok(item))).collect();
            items.join("=")
        }
        Ok(other) => panic!("{other:?}"),
        Err(error) => {
            assert!(error.is_io_error() && error.is_timeout(), "{error}");
            "?".to_owned()
        }
    }
}

fn number(keyspace: &Keyspace, now_ms: u64) -> Option<String> {
    match &keyspace.entry(b"n", now_ms)?.value {
        Held::String(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Held::List(items) => Some(format!("{} items", items.len())),
    }
}
