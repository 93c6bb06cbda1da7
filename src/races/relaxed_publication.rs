//! Relaxed publication: an account is marked open, and whoever sees the mark does not yet see its balance.
//!
//! Source: `Arc::get_mut` of Rust's standard library (rust-lang/rust #51780, mended by #52031), and copies of
//! it: a flag or a count is read with `Relaxed`, and what was written before it is taken to be there.
//! Breaks: conserved-balance. Fix: store the mark with `Release`, and load it with `Acquire`.
//!
//! Only loom sees it. To shuttle all atomics are sequentially consistent, and its documentation warns of that
//! with this very example. On real threads it is up to the machine: x86 processors keep stores in order, and
//! loads too, so that there only the compiler could break it; ARM processors do not.
//!
//! loom misses outcomes of some programs in which plain loads meet stores (loom #166, #392), so the ones
//! that it has to find here were listed by hand: bob sees no mark, or the mark and 100, or the mark and 0.
//! It reaches all three in the bug, and the first two in the fix.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::{self, Acquire, Relaxed, Release};

use crate::explore::Engine;
use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, Variant, variant,
};
use crate::scenario::{Property, Scenario, World};
use crate::sync::{Atomic, Runtime};

/// The balance with which the account is opened.
const OPENING: i64 = 100;

/// All accesses are relaxed.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (account, statement) = open::<R>();
        let (opened, noted) = (Arc::clone(&account), Arc::clone(&statement));
        world.actor("alice", move |_| {
            opened.balance.store(OPENING, Relaxed);
            opened.open.store(1, Relaxed);
        });
        world.actor("bob", move |_| {
            let open = account.open.load(Relaxed) == 1;
            note(&noted, open.then(|| account.balance.load(Relaxed)))
        });
        world.finally(Property::ConservedBalance, move || complete(&statement));
    }
}

/// The mark is stored with `Release` and loaded with `Acquire`.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (account, statement) = open::<R>();
        let (opened, noted) = (Arc::clone(&account), Arc::clone(&statement));
        world.actor("alice", move |_| {
            opened.balance.store(OPENING, Relaxed);
            opened.open.store(1, Release);
        });
        world.actor("bob", move |_| {
            let open = account.open.load(Acquire) == 1;
            note(&noted, open.then(|| account.balance.load(Relaxed)))
        });
        world.finally(Property::ConservedBalance, move || complete(&statement));
    }
}

struct Account<R: Runtime> {
    balance: Atomic<R>,
    /// The mark: 1 once the account may be used.
    open: Atomic<R>,
}

/// An account that is not open yet, and what is said of it at the end: nothing amiss so far.
fn open<R: Runtime>() -> (Arc<Account<R>>, Arc<AtomicI64>) {
    let account = Account { balance: Atomic::new("balance", 0), open: Atomic::new("open", 0) };
    (Arc::new(account), Arc::new(AtomicI64::new(OPENING)))
}

/// Notes the balance that bob has seen, if he saw the account open.
fn note(statement: &AtomicI64, seen: Option<i64>) -> Option<i64> {
    if let Some(balance) = seen {
        statement.store(balance, Relaxed);
    }
    seen
}

fn complete(statement: &AtomicI64) -> Result<(), String> {
    match statement.load(Relaxed) {
        OPENING => Ok(()),
        seen => {
            Err(format!("bob saw an account open that was opened with {OPENING}, and {seen} in it"))
        }
    }
}

/// The fix, with other orderings of the mark, and of the balance.
#[derive(Clone, Debug)]
struct Orderings {
    mark: (Ordering, Ordering),
    balance: (Ordering, Ordering),
}

impl Scenario for Orderings {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (account, statement) = open::<R>();
        let (opened, noted) = (Arc::clone(&account), Arc::clone(&statement));
        let Self { mark, balance } = self.clone();
        world.actor("alice", move |_| {
            opened.balance.store(OPENING, balance.0);
            opened.open.store(1, mark.0);
        });
        world.actor("bob", move |_| {
            let open = account.open.load(mark.1) == 1;
            note(&noted, open.then(|| account.balance.load(balance.1)))
        });
        world.finally(Property::ConservedBalance, move || complete(&statement));
    }
}

const fn seen_by_loom(change: &'static str, variant: Variant) -> Mutant {
    Mutant { killed_by: Engine::Loom, ..Mutant::new(change, variant) }
}

const BLIND: Expected = Expected::Blind(
    "takes all atomics as sequentially consistent, and balance is accessed with Relaxed",
);

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "relaxed-publication",
    title: "an account is marked open, and whoever sees the mark does not yet see its balance",
    group: Group::InProcess,
    mechanism: "Opening an account writes its balance, then marks it open; both are atomics, and every \
        access is `Relaxed`. Such accesses are atomic each by itself, and say nothing about each other: the \
        processor or the compiler may let the mark be seen before the balance. A customer who sees the \
        mark, and reads the balance after it, finds 0 in an account that was opened with 100.",
    provenance: &[
        Source::thread(
            "rust-lang/rust #51780, 2018: `Arc::get_mut` reads the count of owners with `Relaxed`, so what \
             the last other owner did need not have happened yet",
            "https://github.com/rust-lang/rust/issues/51780",
        ),
        Source::thread(
            "rust-lang/rust #52031, 2018: the load becomes `Acquire`, to match the `Release` of the drop",
            "https://github.com/rust-lang/rust/pull/52031",
        ),
        Source::thread(
            "servo #21186, 2018: the same in `servo_arc`, a copy of `Arc`",
            "https://github.com/servo/servo/issues/21186",
        ),
        Source::thread(
            "rust-lang/rust #117485, 2023: `Arc::strong_count` is `Relaxed`, and code that takes a count of \
             1 for sole ownership races",
            "https://github.com/rust-lang/rust/issues/117485",
        ),
        Source::article(
            "The documentation of shuttle's atomics, which names this example as what shuttle cannot find",
            "https://docs.rs/shuttle-std/0.1.5/shuttle_std/sync/atomic/index.html",
        ),
    ],
    cwe: Some(Cwe { number: 821, name: "Incorrect Synchronization" }),
    fix: "The mark is stored with `Release` and loaded with `Acquire`. Whoever loads the mark that was \
        stored then sees all that was written before the store. It takes both: the one does nothing without \
        the other.",
    lesson: "An atomic flag orders nothing but itself unless its orderings say so. Where a value says that \
        another one is ready, store it with `Release` and load it with `Acquire`.",
    breaks: Property::ConservedBalance,
    clients: 2..=2,
    counterexample: Counterexample::LoomExecution(2),
    of_buggy: Expectations::FOUND.but_shuttle(BLIND),
    of_fixed: Expectations::holds(Expected::Exhausted(15), 0, 0).but_shuttle(BLIND),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        seen_by_loom(
            "only the store is mended, as in `Arc::get_mut` until 2018",
            variant!(|_| Orderings { mark: (Release, Relaxed), balance: (Relaxed, Relaxed) }),
        ),
        seen_by_loom(
            "only the load is mended",
            variant!(|_| Orderings { mark: (Relaxed, Acquire), balance: (Relaxed, Relaxed) }),
        ),
        seen_by_loom(
            "the orderings are on the balance, and not on the mark",
            variant!(|_| Orderings { mark: (Relaxed, Relaxed), balance: (Release, Acquire) }),
        ),
    ],
};
