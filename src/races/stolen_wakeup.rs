//! Stolen wake-up: a waiter is told of funds, and goes on without looking whether they are still there.
//!
//! Source: Goetz et al., "Java Concurrency in Practice", 14.2; the rule to wait in a loop is in the
//! documentation of `std::sync::Condvar` and of POSIX `pthread_cond_wait`.
//! Breaks: no-overdraft. Fix: `while` in place of `if` around the wait.

use std::sync::Arc;

use crate::races::{
    Counterexample, Cwe, Expectations, Expected, Group, Mutant, Race, Source, variant,
};
use crate::scenario::{Property, Scenario, World};
use crate::sync::{Condvar, Mutex, Runtime};

/// Two withdrawals wait for funds, and one deposit tells them both; it covers one.
const AMOUNT: i64 = 50;

/// The condition is looked at once, before the wait.
#[derive(Clone, Debug)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (account, for_checking) = open::<R>();
        for name in ["alice", "bob"] {
            let account = Arc::clone(&account);
            world.actor(name, move |_| {
                let mut balance = account.balance.lock();
                if balance.now < AMOUNT {
                    balance = account.credited.wait(balance);
                }
                balance.withdraw();
            });
        }
        deposits(world, account);
        world.finally(Property::NoOverdraft, move || not_negative(&for_checking));
    }
}

/// The condition is looked at again after each wake-up.
#[derive(Clone, Debug)]
pub struct Fixed;

impl Scenario for Fixed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (account, for_checking) = open::<R>();
        for name in ["alice", "bob"] {
            let account = Arc::clone(&account);
            world.actor(name, move |_| {
                let mut balance = account.balance.lock();
                while balance.now < AMOUNT {
                    balance = account.credited.wait(balance);
                }
                balance.withdraw();
            });
        }
        deposits(world, account);
        world.finally(Property::NoOverdraft, move || not_negative(&for_checking));
    }
}

/// A balance, and the lowest it has ever been.
#[derive(Clone, Debug, Default, Hash)]
struct Balance {
    now: i64,
    lowest: i64,
}

impl Balance {
    fn withdraw(&mut self) {
        self.now -= AMOUNT;
        self.lowest = self.lowest.min(self.now);
    }
}

struct Account<R: Runtime> {
    balance: Mutex<R, Balance>,
    credited: Condvar<R>,
}

fn open<R: Runtime>() -> (Arc<Account<R>>, Arc<Account<R>>) {
    let account = Arc::new(Account {
        balance: Mutex::new("balance", Balance::default()),
        credited: Condvar::new("credited"),
    });
    (Arc::clone(&account), account)
}

/// Pays in enough for one, and then enough for the other.
fn deposits<R: Runtime>(world: &World<R>, account: Arc<Account<R>>) {
    world.actor("carol", move |_| {
        for _ in 0..2 {
            let mut balance = account.balance.lock();
            balance.now += AMOUNT;
            account.credited.notify_all();
        }
    });
}

fn not_negative<R: Runtime>(account: &Account<R>) -> Result<(), String> {
    match account.balance.lock().lowest {
        0 => Ok(()),
        lowest => Err(format!("a withdrawal that was told of funds left {lowest}")),
    }
}

/// The loop waits while there is more than enough.
#[derive(Clone, Debug)]
struct Flipped;

impl Scenario for Flipped {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (account, for_checking) = open::<R>();
        for name in ["alice", "bob"] {
            let account = Arc::clone(&account);
            world.actor(name, move |_| {
                let mut balance = account.balance.lock();
                while balance.now > AMOUNT {
                    balance = account.credited.wait(balance);
                }
                balance.withdraw();
            });
        }
        world.finally(Property::NoOverdraft, move || not_negative(&for_checking));
    }
}

/// Money comes in, and no waiter is notified.
#[derive(Clone, Debug)]
struct Untold;

impl Scenario for Untold {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (account, for_checking) = open::<R>();
        let deposited = Arc::clone(&account);
        world.actor("alice", move |_| {
            let mut balance = account.balance.lock();
            while balance.now < AMOUNT {
                balance = account.credited.wait(balance);
            }
            balance.withdraw();
        });
        world.actor("carol", move |_| deposited.balance.lock().now += AMOUNT);
        world.finally(Property::NoOverdraft, move || not_negative(&for_checking));
    }
}

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "stolen-wakeup",
    title: "a waiter is told of funds, and goes on without looking whether they are still there",
    group: Group::InProcess,
    mechanism: "Two withdrawals wait for funds on a condition variable; a deposit covers one of them and \
        tells both. The first to get the mutex takes the money. The second has been told too, and looked at \
        the balance before it began to wait, not after: it withdraws what is no longer there.",
    provenance: &[
        Source::literature(
            "Goetz et al., \"Java Concurrency in Practice\", 2006, 14.2: a wait belongs in a loop",
            "https://jcip.net",
        ),
        Source::article(
            "The documentation of `std::sync::Condvar::wait`, which asks for the predicate to be checked \
             after each return",
            "https://doc.rust-lang.org/std/sync/struct.Condvar.html#method.wait",
        ),
        Source::article(
            "POSIX, `pthread_cond_wait`: the return implies nothing about the predicate",
            "https://pubs.opengroup.org/onlinepubs/9799919799/functions/pthread_cond_wait.html",
        ),
    ],
    cwe: Some(Cwe::RACE_CONDITION),
    fix: "`while` in place of `if`: the balance is looked at again after each wake-up, with the mutex held.",
    lesson: "A notification says that something has changed, not that it is still so when you get to run. \
        Wait in a loop on the condition itself, never on the message.",
    breaks: Property::NoOverdraft,
    clients: 2..=2,
    counterexample: Counterexample::Schedule("alice carol carol bob alice carol carol"),
    of_buggy: Expectations::FOUND,
    of_fixed: Expectations::holds(Expected::Exhausted(12_795), 48, 53),
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
    mutants: &[
        Mutant::new("the comparison in the loop is flipped", variant!(|_| Flipped)),
        Mutant::new("the deposit tells nobody", variant!(|_| Untold)),
    ],
};
