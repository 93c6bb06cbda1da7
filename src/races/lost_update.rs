//! Lost update: two deposits read the same balance, and one overwrites the other.
//!
//! Source: the anomaly P4 of Berenson et al., "A Critique of ANSI SQL Isolation Levels" (SIGMOD 1995);
//! money lost this way in a healthy cluster: Jepsen on Galera, 2015.
//! Breaks: conserved-balance. Fix: hold the mutex from the read to the write.

use std::sync::Arc;

use crate::races::{Race, variant};
use crate::scenario::{Property, Scenario, World};
use crate::sync::{Mutex, Runtime};

/// Who deposits, and how much.
const DEPOSITS: [(&str, i64); 2] = [("alice", 10), ("bob", 20)];

/// The mutex is taken once to read the balance, and once more to write it.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let balance = Arc::new(Mutex::<R, i64>::new("balance", 100));
        for (name, amount) in DEPOSITS {
            let balance = Arc::clone(&balance);
            world.actor(name, move |_| {
                let read = *balance.lock();
                *balance.lock() = read + amount;
            });
        }
        world.finally(Property::ConservedBalance, move || expect(*balance.lock()));
    }
}

/// The mutex is held from the read to the write.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let balance = Arc::new(Mutex::<R, i64>::new("balance", 100));
        for (name, amount) in DEPOSITS {
            let balance = Arc::clone(&balance);
            world.actor(name, move |_| {
                let mut balance = balance.lock();
                *balance += amount;
            });
        }
        world.finally(Property::ConservedBalance, move || expect(*balance.lock()));
    }
}

fn expect(balance: i64) -> Result<(), String> {
    match balance {
        130 => Ok(()),
        other => Err(format!("100 and deposits of 10 and 20 made {other}")),
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "lost-update",
    title: "two deposits read the same balance, and one overwrites the other",
    breaks: Property::ConservedBalance,
    clients: 2..=2,
    schedule: "alice bob bob alice",
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
};
