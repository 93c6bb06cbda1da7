//! Torn audit: an audit counts one account before a transfer and the other after it, and finds too much.
//!
//! Source: the anomaly A5A, read skew, of Berenson et al., "A Critique of ANSI SQL Isolation Levels" (SIGMOD
//! 1995); found in databases by the bank test of Jepsen, in MariaDB Galera Cluster in 2015.
//! Breaks: conserved-balance. Fix: hold both mutexes while counting.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::scenario::{Property, Scenario, World};
use crate::sync::{Mutex, Runtime};

/// Two accounts of this much, and what alice moves from the first to the second.
const OPENING: i64 = 50;
const AMOUNT: i64 = 40;

/// The mutex of each account is held while that account is read.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (accounts, report) = open::<R>();
        let (audited, total) = (Arc::clone(&accounts), Arc::clone(&report));
        world.actor("auditor", move |_| {
            let first = *audited[0].lock();
            let second = *audited[1].lock();
            note(&total, first + second)
        });
        transfer(world, accounts);
        world.finally(Property::ConservedBalance, move || conserved(&report));
    }
}

/// Both mutexes are held until both accounts have been read.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (accounts, report) = open::<R>();
        let (audited, total) = (Arc::clone(&accounts), Arc::clone(&report));
        world.actor("auditor", move |_| {
            let first = audited[0].lock();
            let second = audited[1].lock();
            note(&total, *first + *second)
        });
        transfer(world, accounts);
        world.finally(Property::ConservedBalance, move || conserved(&report));
    }
}

type Accounts<R> = Arc<[Mutex<R, i64>; 2]>;

/// The accounts, and where the auditor notes what it has counted.
fn open<R: Runtime>() -> (Accounts<R>, Arc<AtomicI64>) {
    let accounts = ["account 11111", "account 22222"].map(|name| Mutex::new(name, OPENING));
    (Arc::new(accounts), Arc::default())
}

/// Alice moves money, with both mutexes held.
fn transfer<R: Runtime>(world: &World<R>, accounts: Accounts<R>) {
    world.actor("alice", move |_| {
        let mut first = accounts[0].lock();
        let mut second = accounts[1].lock();
        *first -= AMOUNT;
        *second += AMOUNT;
    });
}

/// The auditor knows nothing in the end but its count.
fn note(report: &AtomicI64, counted: i64) -> i64 {
    report.store(counted, Ordering::Relaxed);
    counted
}

fn conserved(report: &AtomicI64) -> Result<(), String> {
    let held = 2 * OPENING;
    match report.load(Ordering::Relaxed) {
        counted if counted == held => Ok(()),
        counted => Err(format!("the auditor counted {counted} where there are {held}")),
    }
}

/// The audit is mended, and the transfer lets go of one account before it takes the other: history H1 of
/// Berenson et al., and a total of 60.
#[derive(Clone, Debug)]
struct MoneyInTransit;

impl Scenario for MoneyInTransit {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (accounts, report) = open::<R>();
        let (audited, total) = (Arc::clone(&accounts), Arc::clone(&report));
        world.actor("auditor", move |_| {
            let first = audited[0].lock();
            let second = audited[1].lock();
            note(&total, *first + *second)
        });
        world.actor("alice", move |_| {
            *accounts[0].lock() -= AMOUNT;
            *accounts[1].lock() += AMOUNT;
        });
        world.finally(Property::ConservedBalance, move || conserved(&report));
    }
}

/// The audit takes the mutexes in the other order than transfers do.
#[derive(Clone, Debug)]
struct OtherOrder;

impl Scenario for OtherOrder {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (accounts, report) = open::<R>();
        let (audited, total) = (Arc::clone(&accounts), Arc::clone(&report));
        world.actor("auditor", move |_| {
            let second = audited[1].lock();
            let first = audited[0].lock();
            note(&total, *first + *second)
        });
        transfer(world, accounts);
        world.finally(Property::ConservedBalance, move || conserved(&report));
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "torn-audit",
    title: "an audit counts one account before a transfer and the other after it, and finds too much",
    group: Group::InProcess,
    mechanism: "An audit reads one account, then the other, each under its mutex. In between, a transfer \
        moves money from the account that has been counted to the one that has not, correctly, with both \
        mutexes held. The audit counts that money twice. Neither balance is wrong; the sum is of a state \
        that never was.",
    provenance: &[
        Source::literature(
            "Anomaly A5A and history H2 of Berenson et al., \"A Critique of ANSI SQL Isolation Levels\", \
             SIGMOD 1995: 40 moved between accounts of 50, and a total of 140",
            "https://doi.org/10.1145/223784.223785",
        ),
        Source::article(
            "Jepsen on MariaDB Galera Cluster, 2015: reads of all accounts return totals that never were, \
             because transactions see others half done",
            "https://aphyr.com/posts/327-jepsen-mariadb-galera-cluster",
        ),
        Source::article(
            "The bank test that comes with Jepsen: transfers, and reads of all accounts that have to come \
             to the same total",
            "https://jepsen-io.github.io/jepsen/jepsen.tests.bank.html",
        ),
    ],
    cwe: Some(Cwe::RACE_CONDITION),
    fix: "The audit takes both mutexes, in the order in which transfers take them, before it reads either. \
        No transfer is under way then, so the two balances belong to the same moment.",
    lesson: "Reading is an operation too, and a sum over several objects is one operation. It needs the same \
        protection as a write to all of them, though it changes nothing.",
    breaks: Property::ConservedBalance,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("auditor alice alice auditor"),
    of_buggy: Expectations::FOUND,
    of_fixed: Expectations::holds(Expected::Exhausted(12), 8, 9),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new(
            "the transfer holds one mutex at a time, so money in transit is in neither account",
            variant!(|_| MoneyInTransit),
        ),
        Mutant::new(
            "the audit takes the mutexes in the other order than transfers do",
            variant!(|_| OtherOrder),
        ),
    ],
};
