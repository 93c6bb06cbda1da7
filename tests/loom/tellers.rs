//! A bank, and tellers who work through their lists: the scenario behind most tests of the loom suite.

use std::sync::{Arc, Mutex as StdMutex};

use lockproof::bank::{Account, Bank, Money, Transaction};
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::Runtime;

type Accounts = &'static [(&'static str, i64)];

/// One thing that a teller does. Amounts are in minor units.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    Apply(&'static str, i64),
    ApplyWhenFunded(&'static str, i64),
    /// One thread a transaction, joined by the teller.
    Batch(&'static [(&'static str, i64)]),
    Transfer(&'static str, &'static str, i64),
    WaitForFunds(&'static str, i64),
    Audit,
}

/// The scenario: accounts, and what each teller does with them, in order.
#[derive(Clone, Debug)]
pub struct Tellers {
    accounts: Accounts,
    tellers: Vec<(&'static str, &'static [Op])>,
}

impl Tellers {
    pub fn new(accounts: Accounts) -> Self {
        Self { accounts, tellers: Vec::new() }
    }

    pub fn teller(mut self, name: &'static str, ops: &'static [Op]) -> Self {
        self.tellers.push((name, ops));
        self
    }

    fn opening(&self) -> i128 {
        self.accounts.iter().map(|(_, balance)| i128::from(*balance)).sum()
    }

    /// Whether money enters or leaves the bank, so that an audit in between may see any part of it.
    fn only_moves_money(&self) -> bool {
        let mut ops = self.tellers.iter().flat_map(|(_, ops)| ops.iter());
        ops.all(|op| matches!(op, Op::Transfer(..) | Op::Audit))
    }
}

/// What the tellers put down in the course of an execution.
#[derive(Debug, Default, Hash)]
struct Slips {
    /// What came in and went out, by the bank's own answers.
    net: i128,
    torn: Option<i128>,
    unfunded: Option<Money>,
}

impl Slips {
    fn add(&mut self, other: &Self) {
        self.net += other.net;
        self.torn = self.torn.or(other.torn);
        self.unfunded = self.unfunded.or(other.unfunded);
    }
}

impl Scenario for Tellers {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let accounts = self.accounts.iter().map(|(number, balance)| {
            Account::new(number.parse().expect("a number"), Money::from_minor(*balance))
        });
        let bank = Arc::new(Bank::<R>::new(accounts).expect("each account once"));
        // Not part of the model: a place for results, looked at when the threads have ended. Each teller
        // returns its own too, for explorers that remember states.
        let slips = Arc::new(StdMutex::new(Slips::default()));
        let conserved = self.only_moves_money().then(|| self.opening());
        for (name, ops) in self.tellers.clone() {
            let (bank, slips) = (Arc::clone(&bank), Arc::clone(&slips));
            world.actor(name, move |_| {
                let mut own = Slips::default();
                for op in ops {
                    let slip = work(&bank, *op, conserved);
                    own.add(&slip);
                    slips.lock().expect("no teller panics").add(&slip);
                }
                own
            });
        }
        let opening = self.opening();
        world.finally(Property::ConservedBalance, move || {
            let audit = bank.audit();
            let slips = slips.lock().expect("no teller panics");
            if audit.is_overdrawn() {
                return Err(format!("overdrawn: {:?}", audit.balances));
            }
            if let Some(total) = slips.torn {
                return Err(format!("an audit saw a total of {total} in place of {opening}"));
            }
            if let Some(balance) = slips.unfunded {
                return Err(format!("a waiter went on with {balance}"));
            }
            if audit.total() != opening + slips.net {
                return Err(format!("{opening} and {} make {}", slips.net, audit.total()));
            }
            Ok(())
        });
    }
}

fn work<R: Runtime>(bank: &Arc<Bank<R>>, op: Op, conserved: Option<i128>) -> Slips {
    let mut slip = Slips::default();
    match op {
        Op::Apply(account, amount) => {
            let outcome = bank.apply(&transaction(account, amount));
            slip.net += if outcome.is_applied() { i128::from(amount) } else { 0 };
        }
        Op::ApplyWhenFunded(account, amount) => {
            let outcome = bank.apply_when_funded(&transaction(account, amount));
            slip.net += if outcome.is_applied() { i128::from(amount) } else { 0 };
        }
        Op::Batch(batch) => {
            let all = batch.iter().map(|(account, amount)| transaction(account, *amount));
            let outcomes = bank.apply_batch(all.collect());
            let amounts = batch.iter().map(|(_, amount)| i128::from(*amount));
            let applied = amounts.zip(outcomes).filter(|(_, outcome)| outcome.is_applied());
            slip.net += applied.map(|(amount, _)| amount).sum::<i128>();
        }
        Op::Transfer(from, to, amount) => {
            let (from, to) = (from.parse().expect("a number"), to.parse().expect("a number"));
            let _ = bank.transfer(&from, &to, Money::from_minor(amount));
        }
        Op::WaitForFunds(account, amount) => {
            let account = account.parse().expect("a number");
            let found = bank.wait_for_funds(&account, Money::from_minor(amount));
            slip.unfunded = found.filter(|balance| balance.minor() < amount);
        }
        Op::Audit => {
            let total = bank.audit().total();
            slip.torn = conserved.filter(|expected| *expected != total).map(|_| total);
        }
    }
    slip
}

fn transaction(account: &str, amount: i64) -> Transaction {
    Transaction::new(account.parse().expect("a number"), Money::from_minor(amount))
}
