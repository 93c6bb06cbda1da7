//! Lock-order deadlock: two opposite transfers each hold one account, and wait for the other's.
//!
//! Source: Goetz et al., "Java Concurrency in Practice", 10.1.2, whose example is a transfer; the cure is
//! Havender's ("Avoiding deadlock in multitasking systems", IBM Systems Journal, 1968).
//! Breaks: no-deadlock. Fix: take the mutexes in one order, whatever the direction of the transfer.

use std::sync::Arc;

use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::scenario::{Property, Scenario, World};
use crate::sync::{Mutex, Runtime};

/// The transfers, each with its client, the two accounts and the amount.
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

/// The fix, with another rule for which mutex is taken first.
#[derive(Clone, Debug)]
struct First(fn(usize, usize, i64) -> usize);

impl Scenario for First {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let accounts = Arc::new(open::<R>());
        for (name, from, to, amount) in TRANSFERS {
            let (accounts, first) = (Arc::clone(&accounts), (self.0)(from, to, amount));
            world.actor(name, move |_| {
                let mut one = accounts[first].lock();
                let mut other = accounts[1 - first].lock();
                let (given, taken) =
                    if from == first { (&mut one, &mut other) } else { (&mut other, &mut one) };
                **given -= amount;
                **taken += amount;
            });
        }
        world.finally(Property::ConservedBalance, move || conserved(&accounts));
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "lock-order",
    title: "two opposite transfers each hold one account, and wait for the other's",
    group: Group::InProcess,
    mechanism: "A transfer locks the account it takes from, then the account it gives to. Two transfers in \
        opposite directions each get their first mutex, and each waits for ever for the one that the other \
        holds.",
    provenance: &[
        Source::literature(
            "Goetz et al., \"Java Concurrency in Practice\", 2006, 10.1.2: the example is a transfer between \
             accounts",
            "https://jcip.net",
        ),
        Source::article(
            "The README of dejafu, whose first example finds such a deadlock",
            "https://github.com/barrucadu/dejafu",
        ),
        Source::literature(
            "Havender, \"Avoiding deadlock in multitasking systems\", IBM Systems Journal, 1968: one order \
             for all",
            "https://doi.org/10.1147/sj.72.0074",
        ),
    ],
    cwe: Some(Cwe::DEADLOCK),
    fix: "The mutex of the account with the smaller number is taken first, whatever the direction. Whoever \
        waits then waits for somebody who is further on in the same order, and the last of them waits for \
        nobody.",
    lesson: "Deadlock needs a circle of waiting, and an order has none. Where several locks are taken, write \
        down the order beside them, because no test that passes will tell you that it is missing.",
    breaks: Property::NoDeadlock,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("alice bob"),
    of_buggy: Expectations::FOUND,
    of_fixed: Expectations::holds(Expected::Exhausted(12), 8, 9),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new(
            "large transfers lock in the other order",
            variant!(|_| First(|from, to, amount| if amount > 40 {
                from.max(to)
            } else {
                from.min(to)
            })),
        ),
        Mutant {
            survives: Some("any order will do, as long as it is one for all"),
            ..Mutant::new(
                "the larger number first",
                variant!(|_| First(|from, to, _| from.max(to))),
            )
        },
    ],
};
