//! Missed wake-up: a deposit notifies between a waiter's check and its wait, and the waiter waits for ever.
//!
//! Source: `tokio::sync::broadcast` in 0.2 (tokio #2123, #2134), whose sender waits with a mutex held while
//! receivers change an atomic and notify without it; the same in qdrant in 2026 (#8847).
//! Breaks: no-deadlock. Fix: take the mutex, and release it, between the change and the notification.
//!
//! Every checker sees it. (shuttle's own PCT does not at depth 3: it makes its two changes of priority at
//! the last two of three decisions, and the deadlock needs the second without the first.) In loom,
//! condition variables share a token with `park` (loom #422), which can hide such a deadlock or invent one:
//! nobody parks here. The balance is touched by read-modify-writes alone, because loom misses outcomes of
//! programs in which plain loads meet stores (loom #166, #392).

use std::sync::Arc;
use std::sync::atomic::Ordering::AcqRel;

use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::scenario::{Property, Scenario, World};
use crate::sync::{Atomic, Condvar, Mutex, Runtime};

const AMOUNT: i64 = 50;

/// The deposit notifies without the mutex that the withdrawal waits with.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let account = open::<R>();
        withdraws_all(world, Arc::clone(&account));
        world.actor("bob", move |_| {
            account.balance.fetch_add(AMOUNT, AcqRel);
            account.credited.notify_one();
        });
    }
}

/// The deposit takes the mutex before it notifies: whoever has looked at the balance by then waits.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let account = open::<R>();
        withdraws_all(world, Arc::clone(&account));
        world.actor("bob", move |_| {
            account.balance.fetch_add(AMOUNT, AcqRel);
            drop(account.waiting.lock());
            account.credited.notify_one();
        });
    }
}

/// An account whose balance can be changed without a mutex; the mutex is for those who wait.
struct Account<R: Runtime> {
    balance: Atomic<R>,
    waiting: Mutex<R, ()>,
    credited: Condvar<R>,
}

fn open<R: Runtime>() -> Arc<Account<R>> {
    Arc::new(Account {
        balance: Atomic::new("balance", 0),
        waiting: Mutex::new("waiting", ()),
        credited: Condvar::new("credited"),
    })
}

/// Alice takes all there is, and waits until there is something: in a loop, with the mutex held.
fn withdraws_all<R: Runtime>(world: &World<R>, account: Arc<Account<R>>) {
    world.actor("alice", move |_| {
        let mut waiting = account.waiting.lock();
        while account.balance.swap(0, AcqRel) == 0 {
            waiting = account.credited.wait(waiting);
        }
    });
}

/// The fix, with the mutex taken at another moment.
#[derive(Clone, Debug)]
enum Takes {
    BeforeTheChange,
    AfterTheNotification,
}

impl Scenario for Takes {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (account, takes) = (open::<R>(), self.clone());
        withdraws_all(world, Arc::clone(&account));
        world.actor("bob", move |_| {
            if matches!(takes, Self::BeforeTheChange) {
                drop(account.waiting.lock());
            }
            account.balance.fetch_add(AMOUNT, AcqRel);
            account.credited.notify_one();
            if matches!(takes, Self::AfterTheNotification) {
                drop(account.waiting.lock());
            }
        });
    }
}

/// The deposit is mended, and the withdrawal looks at the balance before it takes the mutex.
#[derive(Clone, Debug)]
struct ChecksOutside;

impl Scenario for ChecksOutside {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let account = open::<R>();
        let withdrawn = Arc::clone(&account);
        world.actor("alice", move |_| {
            while withdrawn.balance.swap(0, AcqRel) == 0 {
                drop(withdrawn.credited.wait(withdrawn.waiting.lock()));
            }
        });
        world.actor("bob", move |_| {
            account.balance.fetch_add(AMOUNT, AcqRel);
            drop(account.waiting.lock());
            account.credited.notify_one();
        });
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "missed-wakeup",
    title: "a deposit notifies between a waiter's check and its wait, and the waiter waits for ever",
    group: Group::InProcess,
    mechanism: "A withdrawal takes a mutex, finds the account empty, and waits on a condition variable, \
        which releases the mutex. The balance is an atomic, so a deposit needs no mutex to change it, and \
        takes none to notify. When it does both after the withdrawal has looked and before it waits, it \
        notifies nobody, because a condition variable keeps no notification for later. The withdrawal \
        goes to sleep on an account that has money.",
    provenance: &[
        Source::thread(
            "tokio #2134, 2020: in `sync::broadcast`, `notify_one` is called without the mutex that the \
             sender waits with, so that the sender is left waiting",
            "https://github.com/tokio-rs/tokio/pull/2134",
        ),
        Source::thread(
            "tokio #2123, the report of what is wrong in `sync::broadcast`",
            "https://github.com/tokio-rs/tokio/issues/2123",
        ),
        Source::thread(
            "qdrant #8847, 2026: `SaveOnDisk::wait_for` misses a `notify_all` that is sent without the \
             waiter's mutex, and waits until its time-out",
            "https://github.com/qdrant/qdrant/pull/8847",
        ),
        Source::literature(
            "Goetz et al., \"Java Concurrency in Practice\", 2006, 14.2: missed signals",
            "https://jcip.net",
        ),
    ],
    cwe: Some(Cwe::RACE_CONDITION),
    fix: "The deposit takes the mutex after it has changed the balance, releases it, and notifies. A waiter \
        that looked before the change still has the mutex until it waits, so it hears the notification; one \
        that takes the mutex later sees the change.",
    lesson: "The mutex of a condition variable is there to make the check and the wait one step for whoever \
        notifies. An atomic can be changed without it, but who does so has to take it once before \
        notifying.",
    breaks: Property::NoDeadlock,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("alice alice bob bob alice"),
    of_buggy: Expectations::FOUND,
    of_fixed: Expectations::holds(Expected::Exhausted(30), 18, 23),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new(
            "the mutex is taken and released before the balance is changed",
            variant!(|_| Takes::BeforeTheChange),
        ),
        Mutant::new(
            "the mutex is taken and released after the notification",
            variant!(|_| Takes::AfterTheNotification),
        ),
        Mutant::new(
            "the withdrawal looks at the balance without the mutex, and takes it only to wait",
            variant!(|_| ChecksOutside),
        ),
    ],
};
