//! Double-checked opening: an account is marked open before it has its number, and a deposit goes nowhere.
//!
//! Source: "The 'Double-Checked Locking is Broken' Declaration" (Bacon et al.); Meyers and Alexandrescu, "C++
//! and the Perils of Double-Checked Locking" (2004). What compilers were found to do there, people write by
//! hand: graal-core #102.
//! Breaks: conserved-balance. Fix: mark the account open when it is.
//!
//! Every checker sees the wrong order of the two stores. That the mark has to be stored with `Release` and
//! loaded with `Acquire` only loom sees: to shuttle all atomics are sequentially consistent, so its engines
//! call themselves blind to the fix. Plain loads meet stores here, of which loom can miss outcomes (loom
//! #166, #392): its clean verdict on the fix stands beside the exhaustive search, which breaks nothing in any
//! interleaving, and does not replace it.

use std::sync::Arc;
use std::sync::atomic::Ordering::{self, Acquire, Relaxed, Release};

use crate::explore::Engine;
use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::scenario::{Property, Scenario, World};
use crate::sync::{Atomic, Mutex, Runtime};

/// The deposits, each with its client and amount. The first deposit opens the account.
const DEPOSITS: [(&str, i64); 2] = [("alice", 10), ("bob", 20)];

/// The account is marked open, and then gets its number.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let bank = Bank::<R>::new();
        for (name, amount) in DEPOSITS {
            let bank = Arc::clone(&bank);
            world.actor(name, move |_| {
                if bank.open.load(Acquire) == 0 {
                    let mut given = bank.given.lock();
                    if bank.open.load(Relaxed) == 0 {
                        *given += 1;
                        bank.open.store(1, Release);
                        bank.number.store(*given, Relaxed);
                    }
                }
                bank.credit(bank.number.load(Relaxed), amount);
            });
        }
        world.finally(Property::ConservedBalance, move || bank.holds_all());
    }
}

/// The account gets its number, and is then marked open.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let bank = Bank::<R>::new();
        for (name, amount) in DEPOSITS {
            let bank = Arc::clone(&bank);
            world.actor(name, move |_| {
                if bank.open.load(Acquire) == 0 {
                    let mut given = bank.given.lock();
                    if bank.open.load(Relaxed) == 0 {
                        *given += 1;
                        bank.number.store(*given, Relaxed);
                        bank.open.store(1, Release);
                    }
                }
                bank.credit(bank.number.load(Relaxed), amount);
            });
        }
        world.finally(Property::ConservedBalance, move || bank.holds_all());
    }
}

/// A bank with one customer.
struct Bank<R: Runtime> {
    /// The number of account numbers given so far.
    given: Mutex<R, i64>,
    /// 1 once the customer's account may be used.
    open: Atomic<R>,
    /// The number of that account; 0 is no account's.
    number: Atomic<R>,
    /// Balances, by number.
    balances: [Atomic<R>; 3],
}

impl<R: Runtime> Bank<R> {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            given: Mutex::new("numbers given", 0),
            open: Atomic::new("open", 0),
            number: Atomic::new("number", 0),
            balances: ["account 0", "account 1", "account 2"].map(|name| Atomic::new(name, 0)),
        })
    }

    fn balance(&self, number: i64) -> Option<&Atomic<R>> {
        self.balances.get(usize::try_from(number).ok()?)
    }

    fn credit(&self, number: i64, amount: i64) {
        if let Some(balance) = self.balance(number) {
            balance.fetch_add(amount, Relaxed);
        }
    }

    /// Checks that all deposits are in the customer's account.
    fn holds_all(&self) -> Result<(), String> {
        let number = self.number.load(Relaxed);
        match self.balance(number).map(|balance| balance.load(Relaxed)) {
            Some(30) => Ok(()),
            Some(other) => Err(format!("of deposits of 10 and 20, account {number} has {other}")),
            None => Err(format!("there is no account {number}")),
        }
    }
}

/// The fix, with other orderings of the mark, or without the second check.
#[derive(Clone, Debug)]
struct Opens {
    store: Ordering,
    load: Ordering,
    checks_again: bool,
}

const AS_MENDED: Opens = Opens { store: Release, load: Acquire, checks_again: true };

impl Scenario for Opens {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let bank = Bank::<R>::new();
        for (name, amount) in DEPOSITS {
            let (bank, Self { store, load, checks_again }) = (Arc::clone(&bank), self.clone());
            world.actor(name, move |_| {
                if bank.open.load(load) == 0 {
                    let mut given = bank.given.lock();
                    if !checks_again || bank.open.load(Relaxed) == 0 {
                        *given += 1;
                        bank.number.store(*given, Relaxed);
                        bank.open.store(1, store);
                    }
                }
                bank.credit(bank.number.load(Relaxed), amount);
            });
        }
        world.finally(Property::ConservedBalance, move || bank.holds_all());
    }
}

/// The verdict of the engines on shuttle for the fix, whose orderings they ignore.
const BLIND: Expected = Expected::Blind(
    "takes all atomics as sequentially consistent, and open is accessed with Relaxed",
);

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "double-checked-opening",
    title: "an account is marked open before it has its number, and a deposit goes nowhere",
    group: Group::InProcess,
    mechanism: "The first deposit opens the account, and no later one should have to take a mutex for it: so \
        a deposit looks at a mark, takes the mutex only if the account is not open, and looks again. The \
        one that opens the account sets the mark first and the number after it. Between the two, another \
        deposit sees the mark without the mutex, goes on with the number 0, and credits nobody's account.",
    provenance: &[
        Source::literature(
            "Bacon et al., \"The 'Double-Checked Locking is Broken' Declaration\": a reference can be seen \
             before the fields of its object",
            "https://www.cs.umd.edu/~pugh/java/memoryModel/DoubleCheckedLocking.html",
        ),
        Source::literature(
            "Meyers and Alexandrescu, \"C++ and the Perils of Double-Checked Locking\", Dr. Dobb's Journal, \
             2004",
            "https://www.aristeia.com/Papers/DDJ_Jul_Aug_2004_revised.pdf",
        ),
        Source::thread(
            "graal-core #102, 2016: `initialized` of `OptimizedCallTarget` was set before the \
             initialization, and was not volatile",
            "https://github.com/graalvm/graal-core/pull/102",
        ),
        Source::thread(
            "Apache Camel #3688, 2020: the assignment to the shared variable becomes the last statement \
             of the synchronized block",
            "https://github.com/apache/camel/pull/3688",
        ),
    ],
    cwe: Some(Cwe { number: 609, name: "Double-Checked Locking" }),
    fix: "The mark is the last thing that opening stores, with `Release`, and whoever looks at it without \
        the mutex loads it with `Acquire`. In Rust, `OnceLock` does all of this.",
    lesson: "Whoever looks without the lock sees each step of those who hold it. Publish last, and let the \
        publication carry the orderings.",
    breaks: Property::ConservedBalance,
    clients: 2..=2,
    counterexample: Counterexample::Schedule(
        "alice alice alice alice bob bob bob alice alice alice",
    ),
    of_buggy: Expectations::FOUND,
    of_fixed: Expectations::holds(Expected::Exhausted(63), 0, 0).but_shuttle(BLIND),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new(
            "there is no second check, and the account is opened twice",
            variant!(|_| Opens { checks_again: false, ..AS_MENDED }),
        ),
        Mutant {
            killed_by: Engine::Loom,
            ..Mutant::new(
                "the mark is stored with `Relaxed`",
                variant!(|_| Opens { store: Relaxed, ..AS_MENDED }),
            )
        },
        Mutant {
            killed_by: Engine::Loom,
            ..Mutant::new(
                "the mark is loaded with `Relaxed`",
                variant!(|_| Opens { load: Relaxed, ..AS_MENDED }),
            )
        },
    ],
};
