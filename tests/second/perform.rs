//! Performs a [`Plan`].
//!
//! * `env`: what its actors share. `judged`: what judges them meanwhile.
//! * `memory`: what an actor remembers, which decides on what it does.
//! * `actor`: an actor at work. `steps`: what it does within the process; `commands`: what it asks of
//!   servers.
//! * `texts`: what servers answer and hold, as texts.

mod actor;
mod commands;
mod env;
mod judged;
mod memory;
mod steps;
mod texts;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex as StdMutex};
use std::time::Duration;

use lockproof::scenario::{Actor, Budgets, Property, Scenario, World};
use lockproof::sync::Runtime;

use self::actor::perform;
use self::env::Env;
use self::judged::Hands;
use crate::plan::{Act, Plan, Strike};

impl Scenario for Plan {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let servers = [world.redis("one"), world.redis("two")];
        if self.guarded {
            world.guard_lock(&servers[0], "lock", Duration::from_millis(3));
        }
        if self.watched {
            world.monitor(Hands::default());
        }
        let env = Env::new(world, servers, self.tells);
        let results = Arc::new(StdMutex::new(BTreeMap::new()));
        let body = |acts: &[Act]| {
            let (env, acts, results) = (env.clone(), acts.to_vec(), Arc::clone(&results));
            move |me: &Actor<R>| {
                let told = perform(&env, me.name(), Some(me), &acts);
                results.lock().unwrap().insert(me.name().to_owned(), told.clone());
                told
            }
        };
        let first = self.clients;
        world.clients(self.clients, body(&self.of_clients));
        for (acts, name) in self.actors.iter().zip(&self.names()[first..]) {
            world.actor(name, body(acts));
        }
        let crashes = self.strikes.iter().any(|strike| matches!(strike, Strike::Crash(_)));
        world.finally(Property::ConservedBalance, move || {
            let results = results.lock().unwrap();
            let results: String =
                results.iter().map(|(who, told)| format!("; {who}: {told:?}")).collect();
            Err(format!("{results}{}", env.left(crashes)))
        });
    }

    fn budgets(&self) -> Budgets {
        let names = self.names();
        let base = Budgets::none().ticks(self.ticks);
        self.strikes.iter().fold(base, |budgets, strike| match strike {
            Strike::Crash(victim) => budgets.crash(names[victim % names.len()]),
            Strike::Lose(victim) => budgets.lose_reply(names[victim % names.len()], 1),
            Strike::Delay(victim) => budgets.delay(names[victim % names.len()], 1),
        })
    }
}
