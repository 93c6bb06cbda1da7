//! Write skew: two withdrawals check a limit on the sum of two accounts, and each debits another account.
//!
//! Source: the anomaly A5B of Berenson et al., "A Critique of ANSI SQL Isolation Levels" (SIGMOD 1995),
//! with the numbers of its history H5. Each withdrawal sees both balances as of one moment, and writes what
//! nobody else writes: that is why snapshot isolation lets it pass.
//! Breaks: no-overdraft. Fix: hold both mutexes from the check to the debit.

use std::sync::Arc;

use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::scenario::{Property, Scenario, World};
use crate::sync::{Mutex, Runtime};

/// The clients that take [`AMOUNT`], each with the account it debits.
const WITHDRAWALS: [(&str, usize); 2] = [("alice", 1), ("bob", 0)];
const AMOUNT: i64 = 90;
/// The balance of each account at first. One may be overdrawn as long as the other makes up for it.
const OPENING: i64 = 50;

/// Both mutexes are held for the check, and one of them for the debit.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let accounts = Arc::new(open::<R>());
        for (name, own) in WITHDRAWALS {
            let accounts = Arc::clone(&accounts);
            world.actor(name, move |_| {
                let both = [accounts[0].lock(), accounts[1].lock()];
                let covered = *both[0] + *both[1] >= AMOUNT;
                drop(both);
                if covered {
                    *accounts[own].lock() -= AMOUNT;
                }
            });
        }
        world.finally(Property::NoOverdraft, move || covered(&accounts));
    }
}

/// Both mutexes are held from the check to the debit.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let accounts = Arc::new(open::<R>());
        for (name, own) in WITHDRAWALS {
            let accounts = Arc::clone(&accounts);
            world.actor(name, move |_| {
                let mut both = [accounts[0].lock(), accounts[1].lock()];
                let covered = *both[0] + *both[1] >= AMOUNT;
                if covered {
                    *both[own] -= AMOUNT;
                }
            });
        }
        world.finally(Property::NoOverdraft, move || covered(&accounts));
    }
}

fn open<R: Runtime>() -> [Mutex<R, i64>; 2] {
    [Mutex::new("checking", OPENING), Mutex::new("savings", OPENING)]
}

fn covered<R: Runtime>(accounts: &[Mutex<R, i64>; 2]) -> Result<(), String> {
    let [checking, savings] = accounts.each_ref().map(|account| *account.lock());
    match checking + savings {
        0.. => Ok(()),
        joint => Err(format!("checking at {checking} and savings at {savings} are {joint} in all")),
    }
}

/// Each withdrawal holds the mutex of its own account from the check to the debit, and no other.
#[derive(Clone, Debug)]
struct OwnAccount;

impl Scenario for OwnAccount {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let accounts = Arc::new(open::<R>());
        for (name, own) in WITHDRAWALS {
            let accounts = Arc::clone(&accounts);
            world.actor(name, move |_| {
                let other = *accounts[1 - own].lock();
                let mut own = accounts[own].lock();
                if *own + other >= AMOUNT {
                    *own -= AMOUNT;
                }
            });
        }
        world.finally(Property::NoOverdraft, move || covered(&accounts));
    }
}

/// The withdrawal from one account checks as it should, and the other as it did.
#[derive(Clone, Debug)]
struct OneForgotten;

impl Scenario for OneForgotten {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let accounts = Arc::new(open::<R>());
        for (name, own) in WITHDRAWALS {
            let accounts = Arc::clone(&accounts);
            world.actor(name, move |_| {
                let mut both = [accounts[0].lock(), accounts[1].lock()];
                let covered = *both[0] + *both[1] >= AMOUNT;
                if covered && name == "alice" {
                    *both[own] -= AMOUNT;
                } else if covered {
                    drop(both);
                    *accounts[own].lock() -= AMOUNT;
                }
            });
        }
        world.finally(Property::NoOverdraft, move || covered(&accounts));
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "write-skew",
    title: "two withdrawals check a limit on the sum of two accounts, and each debits another account",
    group: Group::InProcess,
    mechanism: "A customer may overdraw one account as long as the other makes up for it. A withdrawal takes \
        both mutexes and sees both balances as they are at one moment; then it lets go of them, and debits \
        one account. When two withdrawals check before either debits, both find enough. Nothing is \
        overwritten, because they write to different accounts, and no balance was misread; the limit on \
        the sum is broken all the same.",
    provenance: &[
        Source::literature(
            "Anomaly A5B and history H5 of Berenson et al., \"A Critique of ANSI SQL Isolation Levels\", \
             SIGMOD 1995: two accounts of 50, two withdrawals of 90",
            "https://doi.org/10.1145/223784.223785",
        ),
        Source::article(
            "Jepsen's page on A5B: each of two transactions writes what the other has read, and a limit on \
             the sum is broken",
            "https://jepsen.io/consistency/phenomena/a5b",
        ),
        Source::literature(
            "Warszawski and Bailis, \"ACIDRain\", SIGMOD 2017: what weak isolation lets through in web \
             shops, sought out by an attacker",
            "https://doi.org/10.1145/3035918.3064037",
        ),
    ],
    cwe: Some(Cwe::TOCTOU),
    fix: "Both mutexes are held from the check to the debit, taken in the same order by everybody. What the \
        check has read cannot change before the debit, though the debit writes only one of the two.",
    lesson: "A rule over several objects is protected by what guards all of them, not by the guard of the \
        one that is written. Hold whatever a decision has read until the decision has taken effect.",
    breaks: Property::NoOverdraft,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("alice alice bob bob bob alice"),
    of_buggy: Expectations::FOUND,
    of_fixed: Expectations::holds(Expected::Exhausted(12), 9, 9),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new(
            "only the mutex of the account that is debited is held from the check on",
            variant!(|_| OwnAccount),
        ),
        Mutant::new("only one of the two withdrawals is mended", variant!(|_| OneForgotten)),
    ],
};
