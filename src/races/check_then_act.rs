//! Check-then-act overdraft: two withdrawals check the same balance, and both find it sufficient.
//!
//! Source: Flexcoin lost 896 bitcoins in 2014 to transfers sent at the same time, and closed; the same
//! mistake in 12 web shops: Warszawski and Bailis, "ACIDRain" (SIGMOD 2017).
//! Breaks: no-overdraft. Fix: check and act under one acquisition.

use std::sync::Arc;

use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
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

/// The fix, with another check: of the opening balance, or in a critical section of its own (bob's).
#[derive(Clone, Debug)]
struct Checks {
    stale: bool,
}

impl Scenario for Checks {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let stale = self.stale;
        let balance = Arc::new(Mutex::<R, i64>::new("balance", OPENING));
        for name in ["alice", "bob"] {
            let balance = Arc::clone(&balance);
            world.actor(name, move |_| {
                let early = !stale && name == "bob" && *balance.lock() >= WITHDRAWAL;
                let mut balance = balance.lock();
                if early || (if stale { OPENING } else { *balance }) >= WITHDRAWAL {
                    *balance -= WITHDRAWAL;
                }
            });
        }
        world.finally(Property::NoOverdraft, move || not_negative(*balance.lock()));
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "check-then-act",
    title: "two withdrawals check the same balance, and both find it sufficient",
    group: Group::InProcess,
    mechanism: "A withdrawal looks whether the balance covers it, lets go of the mutex, takes it again and \
        debits. Between the two the balance is anybody's: the other withdrawal finds the same funds \
        sufficient, and both are paid from them.",
    provenance: &[
        Source::article(
            "Flexcoin, 2014: many transfers sent at once were each checked against a balance that none had \
             changed yet; 896 bitcoins were gone, and the company with them",
            "https://vladmihalcea.com/race-condition/",
        ),
        Source::article(
            "Warszawski and Bailis, \"ACIDRain: Concurrency-Related Attacks on Database-Backed Web \
             Applications\", SIGMOD 2017: 22 such attacks on 12 web shops",
            "https://doi.org/10.1145/3035918.3064037",
        ),
    ],
    cwe: Some(Cwe::TOCTOU),
    fix: "The debit happens under the acquisition that checked the balance.",
    lesson: "A check is worth something only as long as nobody can change what was checked. Hold the lock \
        until you have acted on the answer, or ask again when you act.",
    breaks: Property::NoOverdraft,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("alice bob bob alice"),
    of_buggy: Expectations::FOUND,
    of_fixed: Expectations::holds(Expected::Exhausted(9), 4, 5),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new(
            "the opening balance is checked, not the current one",
            variant!(|_| Checks { stale: true }),
        ),
        Mutant::new(
            "only one of the two withdrawals is mended",
            variant!(|_| Checks { stale: false }),
        ),
    ],
};
