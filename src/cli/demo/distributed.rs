//! `demo distributed`: balances in Redis, a Redis lock an account, a connection a thread.

use std::fmt::Display;
use std::sync::Arc;

use ::redis::ConnectionLike;

use super::lines::{self, Wording};
use super::server::Server;
use crate::bank::{
    Account, AccountNumber, Audit, Bank, BankError, Outcome, RemoteBank, Transaction,
};
use crate::cli::input::Input;
use crate::cli::server_error::ServerError;
use crate::cli::{Failure, Output, Status};
use crate::lock::{AcquireError, RedisLock, Tokens};
use crate::sync::{JoinHandle, Std, spawn};

/// The number of transactions that run at one time.
const TELLERS: usize = Bank::<Std>::TELLERS;

/// The number of accounts that one command names: a server does nothing else meanwhile.
const ACCOUNTS: usize = 500;

/// The number of times a taken lock is asked for, each time with the whole patience of the lock's default
/// policy: the last of all these tellers waits until all others had the account, also on a slow network. (A
/// more patient policy would be as patient with a server that is lost.)
const ROUNDS: usize = 6;

/// Opens the accounts, applies the transactions, and prints the outcome of each, and then the balances. Its
/// keys are removed at the end.
///
/// # Errors
///
/// When the server cannot be worked with from the start. Nothing was applied then.
pub(super) fn run<S: Server>(server: &S, input: Input, output: &Output) -> Result<Status, Failure> {
    let Input { accounts, transactions } = input;
    let mut numbers: Vec<_> = accounts.iter().map(|a| a.number.clone()).collect();
    numbers.sort();
    // An account that is not open leaves traces too: the lock and the fence of the client that looked for it.
    let mut touched: Vec<_> = transactions.iter().map(|t| t.account.clone()).collect();
    touched.extend_from_slice(&numbers);
    touched.sort();
    touched.dedup();

    let branch = Branch {
        server: server.clone(),
        prefix: format!("lockproof:demo:{}:", Tokens::random().fresh()?).into(),
        output: output.clone(),
    };
    branch.open(&accounts)?;
    let all = transactions.len();
    let undecided = branch.apply(transactions);
    if undecided > 0 {
        let sentence = format!("error: {undecided} of {all} transactions were not decided");
        output.remark(sentence);
    }
    let closed = branch.close(&numbers, &touched);
    Ok(match undecided == 0 && closed {
        true => Status::Success,
        false => Status::Shortfall,
    })
}

/// The bank of one run, under keys that no other run has.
#[derive(Clone)]
struct Branch<S> {
    server: S,
    prefix: Arc<str>,
    output: Output,
}

impl<S: Server> Branch<S> {
    /// A client with a connection of its own.
    fn client(&self) -> Result<RemoteBank<S::Connection>, ServerError> {
        let lock = RedisLock::new(self.server.connect()?);
        Ok(RemoteBank::new(lock).with_prefix(&*self.prefix))
    }

    fn open(&self, accounts: &[Account]) -> Result<(), ServerError> {
        let mut bank = self.client()?;
        for some in accounts.chunks(ACCOUNTS) {
            let Err(reason) = bank.open(some) else {
                continue;
            };
            // The accounts opened so far are removed; if that fails too, then for the same reason.
            let numbers: Vec<_> = accounts.iter().map(|a| a.number.clone()).collect();
            let _ = remove(&mut bank, &numbers);
            return Err(ServerError::NotOpened { address: self.server.address(), reason });
        }
        Ok(())
    }

    /// Applies every transaction on a thread of its own, and returns the number that were not decided.
    fn apply(&self, transactions: Vec<Transaction>) -> usize {
        let mut undecided = 0;
        let mut transactions = transactions.into_iter().enumerate().peekable();
        while transactions.peek().is_some() {
            let tellers: Vec<JoinHandle<Std, bool>> = (transactions.by_ref().take(TELLERS))
                .map(|(index, transaction)| {
                    let branch = self.clone();
                    let name = format!("teller-{}", index + 1);
                    spawn(&name, move || branch.decide(&transaction))
                })
                .collect();
            let decided = tellers.into_iter().map(JoinHandle::join);
            undecided += decided.filter(|decided| !decided).count();
        }
        undecided
    }

    /// Applies a transaction, prints its outcome, and returns whether that is known.
    fn decide(&self, transaction: &Transaction) -> bool {
        let undecided = |reason: &dyn Display| {
            let line = lines::undecided(transaction, reason);
            self.output.line(line);
            false
        };
        let mut bank = match self.client() {
            Ok(bank) => bank,
            Err(reason) => return undecided(&reason),
        };
        match apply_in_turn(&mut bank, transaction) {
            Err(reason) => undecided(&reason),
            Ok(outcome) => {
                let line = lines::decided(Wording::Distributed, transaction, outcome);
                self.output.line(line);
                true
            }
        }
    }

    /// Prints the balances, and removes the keys; whether both could be done. It has a connection of
    /// its own, because one from the beginning may have been idle for longer than a server allows.
    fn close(&self, accounts: &[AccountNumber], touched: &[AccountNumber]) -> bool {
        let prefix = &self.prefix;
        let complain = |what: &str, reason: &dyn Display| {
            self.output.remark(format_args!("error: {what}: {reason}"));
            false
        };
        let unknown = "the final balances are not known";
        let left = format!("the keys {prefix}* may be left on the server");
        let mut bank = match self.client() {
            Ok(bank) => bank,
            Err(reason) => return complain(&format!("{unknown}, and {left}"), &reason),
        };
        let audited = match audit(&mut bank, accounts) {
            Err(reason) => complain(unknown, &reason),
            Ok(audit) => {
                lines::balances(&self.output, &audit.balances);
                true
            }
        };
        let removed = match remove(&mut bank, touched) {
            Err(reason) => complain(&left, &reason),
            Ok(()) => true,
        };
        audited && removed
    }
}

fn apply_in_turn<C: ConnectionLike>(
    bank: &mut RemoteBank<C>,
    transaction: &Transaction,
) -> Result<Outcome, BankError> {
    for _ in 1..ROUNDS {
        match bank.apply(transaction) {
            Err(BankError::NotLocked(AcquireError::Taken { .. })) => {}
            answer => return answer,
        }
    }
    bank.apply(transaction)
}

/// All balances. No teller is at work any more, so several reads are one snapshot.
fn audit<C: ConnectionLike>(
    bank: &mut RemoteBank<C>,
    accounts: &[AccountNumber],
) -> Result<Audit, BankError> {
    let mut balances = Vec::with_capacity(accounts.len());
    for accounts in accounts.chunks(ACCOUNTS) {
        balances.extend(bank.balances(accounts)?.balances);
    }
    Ok(Audit { balances })
}

fn remove<C: ConnectionLike>(
    bank: &mut RemoteBank<C>,
    accounts: &[AccountNumber],
) -> Result<(), BankError> {
    (accounts.chunks(ACCOUNTS)).try_for_each(|accounts| bank.remove(accounts))
}

#[cfg(all(test, not(loom)))]
mod tests;
