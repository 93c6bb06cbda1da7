//! The bank in the memory of one process: a mutex an account.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Account, AccountNumber, Money, Outcome, Transaction, TransferOutcome};
use crate::sync::{Condvar, JoinHandle, Mutex, MutexGuard, Runtime, spawn};

/// A bank whose accounts are guarded by one mutex each, supplied by the runtime `R`.
///
/// The set of accounts is fixed when the bank is built, so that looking one up needs no lock. A call that
/// needs several mutexes takes them in the order of the account numbers: then no thread ever waits for a
/// mutex while holding a later one, and no cycle of waiters can close (Havender 1968).
///
/// ```
/// use lockproof::bank::{Account, Bank, Outcome, Transaction};
/// use lockproof::sync::Std;
///
/// let bank = Bank::<Std>::new([Account::new("11111".parse()?, "1000".parse()?)])?;
/// let outcome = bank.apply(&Transaction::new("11111".parse()?, "-200".parse()?));
/// assert_eq!(outcome, Outcome::Applied { balance: "800".parse()? });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Bank<R: Runtime> {
    desks: BTreeMap<AccountNumber, Desk<R>>,
}

/// Where one account is kept.
#[derive(Debug)]
struct Desk<R: Runtime> {
    vault: Mutex<R, Vault>,
    credited: Condvar<R>,
}

/// The data that the mutex of an account guards.
#[derive(Clone, Debug, Hash)]
struct Vault {
    account: Account,
    /// The number of threads that wait for a credit. It is counted, so that a credit without waiters is not a
    /// step more: in a model each step multiplies the interleavings.
    waiting: usize,
}

impl<R: Runtime> Bank<R> {
    /// The number of threads that a batch has at one time: a file of transactions may be longer than the list
    /// of threads that the system can start.
    pub const TELLERS: usize = 64;

    /// A bank of these accounts.
    ///
    /// # Errors
    ///
    /// When two of them have the same number.
    pub fn new(accounts: impl IntoIterator<Item = Account>) -> Result<Self, DuplicateAccount> {
        let mut desks = BTreeMap::new();
        for account in accounts {
            let number = account.number.clone();
            if desks.contains_key(&number) {
                return Err(DuplicateAccount { number });
            }
            desks.insert(number, Desk::new(account));
        }
        Ok(Self { desks })
    }

    /// Applies a transaction, as [`Account::apply`] would, while no other thread can touch the account.
    pub fn apply(&self, transaction: &Transaction) -> Outcome {
        let Some(desk) = self.desks.get(&transaction.account) else {
            return Outcome::UnknownAccount;
        };
        desk.apply(&mut desk.vault.lock(), transaction.amount)
    }

    /// Applies every transaction on a thread of its own, [`TELLERS`](Self::TELLERS) at a time, and
    /// waits for them all. The outcomes are in the order of the batch; the order in which they came
    /// about is the scheduler's.
    #[must_use = "a transaction may have been refused"]
    pub fn apply_batch(self: &Arc<Self>, batch: Vec<Transaction>) -> Vec<Outcome> {
        self.apply_batch_with(batch, |_, _| ())
    }

    /// Like [`apply_batch`](Self::apply_batch); and each thread calls `report` with the outcome of its
    /// transaction as soon as it knows it, when it holds no mutex any more.
    #[must_use = "a transaction may have been refused"]
    pub fn apply_batch_with(
        self: &Arc<Self>,
        batch: Vec<Transaction>,
        report: impl Fn(&Transaction, Outcome) + Clone + Send + 'static,
    ) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut batch = batch.into_iter().enumerate().peekable();
        while batch.peek().is_some() {
            let tellers: Vec<JoinHandle<R, Outcome>> = (batch.by_ref().take(Self::TELLERS))
                .map(|(index, transaction)| {
                    let (bank, report) = (Arc::clone(self), report.clone());
                    spawn(&format!("teller-{}", index + 1), move || {
                        let outcome = bank.apply(&transaction);
                        report(&transaction, outcome);
                        outcome
                    })
                })
                .collect();
            outcomes.extend(tellers.into_iter().map(JoinHandle::join));
        }
        outcomes
    }

    /// Moves money from one account to another, as [`Account::transfer`] would, while no other thread can
    /// touch either.
    pub fn transfer(
        &self,
        from: &AccountNumber,
        to: &AccountNumber,
        amount: Money,
    ) -> TransferOutcome {
        if !amount.is_positive() {
            return TransferOutcome::NotPositive;
        }
        let Some(giver) = self.desks.get(from) else {
            return TransferOutcome::UnknownAccount(from.clone());
        };
        let Some(taker) = self.desks.get(to) else {
            return TransferOutcome::UnknownAccount(to.clone());
        };
        if from == to {
            // One mutex, taken once: taken twice it would wait for itself.
            let balance = giver.vault.lock().account.balance;
            return TransferOutcome::SameAccount { balance };
        }
        let (mut given, mut taken);
        if from < to {
            given = giver.vault.lock();
            taken = taker.vault.lock();
        } else {
            taken = taker.vault.lock();
            given = giver.vault.lock();
        }
        let outcome = given.account.transfer(&mut taken.account, amount);
        if outcome.is_transferred() {
            taker.tell_waiters(&taken);
        }
        outcome
    }

    /// The balance of an account, or `None` when the bank does not have it. By the time the caller
    /// looks at it, it may have changed.
    pub fn balance(&self, account: &AccountNumber) -> Option<Money> {
        let desk = self.desks.get(account)?;
        Some(desk.vault.lock().account.balance)
    }

    /// All balances at one instant: every mutex is held at once while they are read, so money that
    /// is on its way from one account to another is never counted twice or not at all.
    pub fn audit(&self) -> Audit {
        let vaults: Vec<_> = self.desks.values().map(|desk| desk.vault.lock()).collect();
        let balance = |vault: &MutexGuard<'_, R, Vault>| {
            let Account { number, balance } = &vault.account;
            (number.clone(), *balance)
        };
        Audit { balances: vaults.iter().map(balance).collect() }
    }

    /// Waits until the balance of an account is at least `amount`, and returns it; `None` when the bank does
    /// not have the account. It waits for ever if that much is never paid in.
    ///
    /// By the time the caller looks at it, the balance may have changed: to spend it, call
    /// [`apply_when_funded`](Self::apply_when_funded).
    pub fn wait_for_funds(&self, account: &AccountNumber, amount: Money) -> Option<Money> {
        let desk = self.desks.get(account)?;
        let mut vault = desk.vault.lock();
        while vault.account.balance < amount {
            vault = desk.wait(vault);
        }
        Some(vault.account.balance)
    }

    /// Like [`apply`](Self::apply), but a debit that the funds do not cover waits until they do. It waits for
    /// ever if enough is never paid in.
    pub fn apply_when_funded(&self, transaction: &Transaction) -> Outcome {
        let Some(desk) = self.desks.get(&transaction.account) else {
            return Outcome::UnknownAccount;
        };
        // A debit without an opposite is greater than any balance: it would wait in vain.
        let hopeless = transaction.amount.checked_neg().is_none();
        let mut vault = desk.vault.lock();
        loop {
            match desk.apply(&mut vault, transaction.amount) {
                Outcome::InsufficientFunds { .. } if !hopeless => vault = desk.wait(vault),
                outcome => return outcome,
            }
        }
    }
}

impl<R: Runtime> Desk<R> {
    fn new(account: Account) -> Self {
        let number = &account.number;
        Self {
            credited: Condvar::new(&format!("credit of {number}")),
            vault: Mutex::new(&format!("account {number}"), Vault { account, waiting: 0 }),
        }
    }

    /// Applies an amount to the account, and notifies the waiters of a credit.
    fn apply(&self, vault: &mut MutexGuard<'_, R, Vault>, amount: Money) -> Outcome {
        let outcome = vault.account.apply(amount);
        if outcome.is_applied() && amount.is_positive() {
            self.tell_waiters(vault);
        }
        outcome
    }

    /// Waits for a credit. Another waiter may be faster to spend it, so the caller
    /// has to look again: this belongs in a loop.
    fn wait<'a>(&'a self, mut vault: MutexGuard<'a, R, Vault>) -> MutexGuard<'a, R, Vault> {
        vault.waiting += 1;
        let mut vault = self.credited.wait(vault);
        vault.waiting -= 1;
        vault
    }

    /// Wakes all waiters, not one: they wait for different amounts, and it may not be enough for the one
    /// woken. The mutex is still held, so that no thread begins to wait between the change and its
    /// announcement.
    fn tell_waiters(&self, vault: &MutexGuard<'_, R, Vault>) {
        if vault.waiting > 0 {
            self.credited.notify_all();
        }
    }
}

/// The result of [`Bank::audit`]: all balances at one instant, in account order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Audit {
    /// Each account and its balance.
    pub balances: Vec<(AccountNumber, Money)>,
}

impl Audit {
    /// The sum of all balances, in minor units. It is wider than [`Money`], because a bank of
    /// accounts that each fit may hold more in all.
    #[must_use]
    pub fn total(&self) -> i128 {
        let minor = |(_, balance): &(AccountNumber, Money)| i128::from(balance.minor());
        self.balances.iter().map(minor).sum()
    }

    /// Returns whether any balance is negative.
    #[must_use]
    pub fn is_overdrawn(&self) -> bool {
        (self.balances.iter()).any(|(_, balance)| balance.is_negative())
    }
}

/// A bank cannot have two accounts of one number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("expected each account once, found {number} again")]
pub struct DuplicateAccount {
    /// The number.
    pub number: AccountNumber,
}

#[cfg(all(test, not(loom)))]
mod tests;
