//! Lock-order deadlock: two opposite transfers each hold one account, and wait for the other's.
//!
//! Source: Goetz et al., "Java Concurrency in Practice", 10.1.2, whose example is a transfer; the cure is
//! Havender's ("Avoiding deadlock in multitasking systems", IBM Systems Journal, 1968).
//! Breaks: no-deadlock. Fix: take the mutexes in one order, whatever the direction of the transfer.

use std::sync::Arc;

use crate::races::{Race, variant};
use crate::scenario::{Property, Scenario, World};
use crate::sync::{Mutex, Runtime};

/// Who moves how much, from which account to which.
const TRANSFERS: [(&str, usize, usize, i64); 2] = [("alice", 0, 1, 30), ("bob", 1, 0, 50)];

/// The giver's mutex first, then the taker's.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let accounts = Arc::new(open::<R>());
        for (name, from, to, amount) in TRANSFERS {
            let accounts = Arc::clone(&accounts);
            world.actor(name, move |_| {
                let mut given = accounts[from].lock();
                let mut taken = accounts[to].lock();
                *given -= amount;
                *taken += amount;
            });
        }
        world.finally(Property::ConservedBalance, move || conserved(&accounts));
    }
}

/// The mutex of the lower account first.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let accounts = Arc::new(open::<R>());
        for (name, from, to, amount) in TRANSFERS {
            let accounts = Arc::clone(&accounts);
            world.actor(name, move |_| {
                let mut low = accounts[from.min(to)].lock();
                let mut high = accounts[from.max(to)].lock();
                let (given, taken) =
                    if from < to { (&mut low, &mut high) } else { (&mut high, &mut low) };
                **given -= amount;
                **taken += amount;
            });
        }
        world.finally(Property::ConservedBalance, move || conserved(&accounts));
    }
}

fn open<R: Runtime>() -> [Mutex<R, i64>; 2] {
    [Mutex::new("account 11111", 100), Mutex::new("account 22222", 200)]
}

fn conserved<R: Runtime>(accounts: &[Mutex<R, i64>; 2]) -> Result<(), String> {
    match *accounts[0].lock() + *accounts[1].lock() {
        300 => Ok(()),
        other => {
            Err(format!("accounts of 300 in all hold {other} after two transfers between them"))
        }
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "lock-order",
    title: "two opposite transfers each hold one account, and wait for the other's",
    breaks: Property::NoDeadlock,
    clients: 2..=2,
    schedule: "alice bob",
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
};
