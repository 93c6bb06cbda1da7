//! Stolen wake-up: a waiter is told of funds, and goes on without looking whether they are still there.
//!
//! Source: Goetz et al., "Java Concurrency in Practice", 14.2; the rule to wait in a loop is in the
//! documentation of `std::sync::Condvar` and of POSIX `pthread_cond_wait`.
//! Breaks: no-overdraft. Fix: `while` in place of `if` around the wait.

use std::sync::Arc;

use crate::races::{Race, variant};
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
#[derive(Debug, Default, Hash)]
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

/// The entry of the catalogue.
pub const RACE: Race = Race {
    id: "stolen-wakeup",
    title: "a waiter is told of funds, and goes on without looking whether they are still there",
    breaks: Property::NoOverdraft,
    clients: 2..=2,
    schedule: "alice bob carol carol alice bob carol carol",
    buggy: variant!(|_| Buggy),
    fixed: variant!(|_| Fixed),
};
