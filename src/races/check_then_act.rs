//! Check-then-act overdraft: two withdrawals check the same balance, and both find it sufficient.
//!
//! Source: Flexcoin lost 896 bitcoins in 2014 to transfers sent at the same time, and closed; the same
//! mistake in 12 web shops: Warszawski and Bailis, "ACIDRain" (SIGMOD 2017).
//! Breaks: no-overdraft. Fix: check and act under one acquisition.

use std::sync::Arc;

use crate::races::{Race, variant};
use crate::scenario::{Property, Scenario, World};
use crate::sync::{Mutex, Runtime};

/// Both may take this much from an account that holds [`OPENING`].
const WITHDRAWAL: i64 = 80;
const OPENING: i64 = 100;

/// The mutex is taken once to check the balance, and once more to debit it.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let balance = Arc::new(Mutex::<R, i64>::new("balance", OPENING));
        for name in ["alice", "bob"] {
            let balance = Arc::clone(&balance);
            world.actor(name, move |_| {
                let sufficient = *balance.lock() >= WITHDRAWAL;
                if sufficient {
                    *balance.lock() -= WITHDRAWAL;
                }
            });
        }
        world.finally(Property::NoOverdraft, move || not_negative(*balance.lock()));
    }
}

/// The balance is debited under the acquisition that checked it.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let balance = Arc::new(Mutex::<R, i64>::new("balance", OPENING));
        for name in ["alice", "bob"] {
            let balance = Arc::clone(&balance);
            world.actor(name, move |_| {
                let mut balance = balance.lock();
                if *balance >= WITHDRAWAL {
                    *balance -= WITHDRAWAL;
                }
            });
        }
        world.finally(Property::NoOverdraft, move || not_negative(*balance.lock()));
    }
}

fn not_negative(balance: i64) -> Result<(), String> {
    if balance < 0 {
        return Err(format!("two withdrawals of {WITHDRAWAL} from {OPENING} left {balance}"));
    }
    Ok(())
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "check-then-act",
    title: "two withdrawals check the same balance, and both find it sufficient",
    breaks: Property::NoOverdraft,
    clients: 2..=2,
    schedule: "alice bob bob alice",
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
};
