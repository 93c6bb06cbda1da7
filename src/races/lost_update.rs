//! Lost update: two deposits read the same balance, and one overwrites the other.
//!
//! Source: the anomaly P4 of Berenson et al., "A Critique of ANSI SQL Isolation Levels" (SIGMOD 1995);
//! money lost this way in a healthy cluster: Jepsen on Galera, 2015.
//! Breaks: conserved-balance. Fix: hold the mutex from the read to the write.

use std::sync::Arc;

use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::scenario::{Property, Scenario, World};
use crate::sync::{Mutex, Runtime};

/// The deposits, each with its client and amount.
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

/// Alice has been mended, and bob forgotten.
#[derive(Clone, Debug)]
struct OneForgotten;

impl Scenario for OneForgotten {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let balance = Arc::new(Mutex::<R, i64>::new("balance", 100));
        for (name, amount) in DEPOSITS {
            let balance = Arc::clone(&balance);
            world.actor(name, move |_| {
                if name == "alice" {
                    *balance.lock() += amount;
                } else {
                    let read = *balance.lock();
                    *balance.lock() = read + amount;
                }
            });
        }
        world.finally(Property::ConservedBalance, move || expect(*balance.lock()));
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "lost-update",
    title: "two deposits read the same balance, and one overwrites the other",
    group: Group::InProcess,
    mechanism: "Each deposit reads the balance, adds to what it read, and writes the sum. The mutex is \
        held for the read and for the write, but not from the one to the other. When both read before \
        either writes, the later write stores a sum that the earlier one is not part of.",
    provenance: &[
        Source::literature(
            "Anomaly P4 of Berenson et al., \"A Critique of ANSI SQL Isolation Levels\", SIGMOD 1995",
            "https://doi.org/10.1145/223784.223785",
        ),
        Source::article(
            "Jepsen on MariaDB Galera Cluster, 2015: transfers between accounts lose money in a \
                healthy cluster",
            "https://aphyr.com/posts/327-jepsen-mariadb-galera-cluster",
        ),
    ],
    cwe: Some(Cwe::RACE_CONDITION),
    fix: "The mutex is held from the read to the write, so that nobody writes in between.",
    lesson: "That each access is locked says nothing about the operation that they are parts of. What has \
        to be atomic is the decision together with what it was decided on.",
    breaks: Property::ConservedBalance,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("alice bob bob alice"),
    of_buggy: Expectations::FOUND,
    of_fixed: Expectations::holds(Expected::Exhausted(9), 4, 5),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[Mutant::new("only one of the two deposits is mended", variant!(|_| OneForgotten))],
};
