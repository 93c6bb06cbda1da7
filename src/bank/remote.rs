//! The bank in Redis: balances that many processes share, guarded by a lock and its fence.
//!
//! For an account `11111`, `account:11111:balance` is the balance in minor units, `…:lock` the lock,
//! `…:fence` the counter of its fencing tokens, and `…:mark` the greatest token that was presented.
//! They have no common hash tag: this is for one server, not for a cluster.
//!
//! The lock keeps others out as long as no client is slow. The fence keeps out a client that was: one that
//! pauses past its TTL finds its read or write refused, has then changed nothing, and starts again.

use std::fmt;
use std::time::Duration;

use ::redis::{ConnectionLike, RedisResult, cmd};

use super::{Account, AccountNumber, Audit, Money, Outcome, Transaction};
use crate::lock::{FenceError, Lease, RedisLock, read_fenced, write_fenced};
use crate::sync::{Runtime, Std};

mod error;
mod keys;
mod scripts;

pub use error::BankError;
use keys::Keys;
use scripts::OPEN;

/// A client of the bank whose balances are in Redis. Each thread has one of its own.
pub struct RemoteBank<C, R: Runtime = Std> {
    lock: RedisLock<C, R>,
    keys: Keys,
    ttl: Duration,
    attempts: u32,
    fenced: bool,
}

impl<C: ConnectionLike, R: Runtime> RemoteBank<C, R> {
    /// A client that takes accounts with `lock`, for 5 s each, and tries 3 times when it loses one.
    #[must_use]
    pub const fn new(lock: RedisLock<C, R>) -> Self {
        Self { lock, keys: Keys::new(), ttl: Duration::from_secs(5), attempts: 3, fenced: true }
    }

    /// Puts `prefix` before every key. All clients of a bank have to agree on it.
    #[must_use]
    pub fn with_prefix(self, prefix: impl Into<String>) -> Self {
        Self { keys: Keys::with_prefix(prefix.into()), ..self }
    }

    /// Locks accounts for `ttl`.
    #[must_use]
    pub fn with_ttl(self, ttl: Duration) -> Self {
        Self { ttl, ..self }
    }

    /// Tries a transaction `attempts` times (0 counts as 1) before it reports that the lock was lost each
    /// time. The lock's own policy decides how long to wait for a lock that is taken.
    #[must_use]
    pub fn with_attempts(self, attempts: u32) -> Self {
        Self { attempts: attempts.max(1), ..self }
    }

    /// Reads and writes balances with no fence: **wrong**, and here to show it. A client that pauses between
    /// the check of the lease and the write overwrites the next holder's write.
    #[must_use]
    pub fn without_fence(self) -> Self {
        Self { fenced: false, ..self }
    }

    /// The lock, and through it the connection and the clock.
    #[must_use]
    pub const fn lock_mut(&mut self) -> &mut RedisLock<C, R> {
        &mut self.lock
    }

    /// Opens accounts that do not exist yet, all of them or none, in one step on the server.
    ///
    /// # Errors
    ///
    /// [`BankError::AlreadyOpen`] for the first that exists; otherwise the error of the server. After
    /// [`BankError::Unknown`] they may have been opened.
    pub fn open(&mut self, accounts: &[Account]) -> Result<(), BankError> {
        let mut open = OPEN.prepare_invoke();
        for account in accounts {
            open.key(self.keys.balance(&account.number)).arg(account.balance.minor());
        }
        let taken: usize =
            open.invoke(self.lock.connection_mut()).map_err(BankError::from_write)?;
        match taken.checked_sub(1) {
            None => Ok(()),
            Some(index) => Err(BankError::AlreadyOpen(accounts[index].number.clone())),
        }
    }

    /// Opens accounts, or sets the balances of those that exist. It takes no lock and checks no fence: it is
    /// for a client that has the server to itself, such as a demonstration that starts afresh.
    ///
    /// # Errors
    ///
    /// The error of the server. Some of the balances may have been set.
    pub fn reset(&mut self, accounts: &[Account]) -> Result<(), BankError> {
        for account in accounts {
            let balance = account.balance.minor();
            self.set(&account.number, balance).map_err(BankError::from_write)?;
        }
        Ok(())
    }

    /// Removes accounts, also such as do not exist, with their locks and fences, in one step: when no client
    /// is at work any more.
    ///
    /// # Errors
    ///
    /// The error of the server. After [`BankError::Unknown`] they may have been removed.
    pub fn remove(&mut self, accounts: &[AccountNumber]) -> Result<(), BankError> {
        let keys = accounts.iter().flat_map(|number| self.keys.all(number));
        let keys: Vec<String> = keys.collect();
        // DEL of nothing is an error to Redis.
        if keys.is_empty() {
            return Ok(());
        }
        let done = cmd("DEL").arg(keys).exec(self.lock.connection_mut());
        done.map_err(BankError::from_write)
    }

    /// The balances of these accounts at one instant, in the order asked for. It takes no lock: a
    /// transaction changes one balance, in one step.
    ///
    /// # Errors
    ///
    /// [`BankError::NotOpen`] for the first that does not exist; otherwise the error of the server.
    pub fn balances(&mut self, accounts: &[AccountNumber]) -> Result<Audit, BankError> {
        let mut found = Vec::new();
        // MGET of nothing is an error to Redis.
        if !accounts.is_empty() {
            let keys: Vec<String> =
                (accounts.iter()).map(|number| self.keys.balance(number)).collect();
            found = cmd("MGET")
                .arg(keys)
                .query(self.lock.connection_mut())
                .map_err(BankError::Unreadable)?;
        }
        let named = accounts.iter().zip(found);
        let balances = named.map(|(number, minor): (_, Option<i64>)| match minor {
            Some(minor) => Ok((number.clone(), Money::from_minor(minor))),
            None => Err(BankError::NotOpen(number.clone())),
        });
        Ok(Audit { balances: balances.collect::<Result<_, _>>()? })
    }

    /// Applies a transaction, as [`Account::apply`] would, while no other client can change the account.
    ///
    /// # Errors
    ///
    /// See [`BankError`]: each says whether the balance was changed. None but [`BankError::Unknown`] leaves
    /// that open; a caller that applies the transaction again after that one may apply it twice.
    pub fn apply(&mut self, transaction: &Transaction) -> Result<Outcome, BankError> {
        for _ in 0..self.attempts {
            let lease = self.take(&transaction.account)?;
            let done = self.apply_under(&lease, transaction);
            // The result of the release changes nothing about the balance: the store accepted the write, so
            // it came before any later holder's read. A lock that could not be released is free after its
            // TTL.
            let _ = self.lock.release(lease);
            if let Some(outcome) = done? {
                return Ok(outcome);
            }
        }
        Err(BankError::LockLost { account: transaction.account.clone(), attempts: self.attempts })
    }

    fn take(&mut self, account: &AccountNumber) -> Result<Lease, BankError> {
        let key = self.keys.lock(account);
        let lease = if self.fenced {
            let fence_key = self.keys.fence(account);
            self.lock.acquire_fenced(&key, &fence_key, self.ttl)
        } else {
            self.lock.acquire(&key, self.ttl)
        };
        lease.map_err(BankError::NotLocked)
    }

    /// `None` if the lock was lost, and nothing written.
    fn apply_under(
        &mut self,
        lease: &Lease,
        transaction: &Transaction,
    ) -> Result<Option<Outcome>, BankError> {
        let number = &transaction.account;
        let minor = match self.read(lease, number) {
            Ok(Some(minor)) => minor,
            Ok(None) => return Ok(Some(Outcome::UnknownAccount)),
            Err(FenceError::Stale { .. }) => return Ok(None),
            Err(FenceError::Refused(error) | FenceError::Unknown(error)) => {
                return Err(BankError::Unreadable(error));
            }
        };
        let mut account = Account::new(number.clone(), Money::from_minor(minor));
        let outcome = account.apply(transaction.amount);
        if !outcome.is_applied() {
            return Ok(Some(outcome));
        }
        // A courtesy to the next holder, and no protection: the pause can come right after it.
        if !lease.is_valid(self.lock.now()) {
            return Ok(None);
        }
        match self.write_surely(lease, &account) {
            Ok(()) => Ok(Some(outcome)),
            Err(FenceError::Stale { .. }) => Ok(None),
            Err(FenceError::Refused(error)) => Err(BankError::Refused(error)),
            Err(FenceError::Unknown(error)) => Err(BankError::Unknown(error)),
        }
    }

    /// The balance in minor units. The fence is presented with the read already: a mark that rises
    /// only with writes lets two holders read the same balance, and both write.
    fn read(&mut self, lease: &Lease, account: &AccountNumber) -> Result<Option<i64>, FenceError> {
        let (key, mark) = (self.keys.balance(account), self.keys.mark(account));
        let connection = self.lock.connection_mut();
        match lease.fence() {
            Some(fence) => read_fenced(connection, &key, &mark, fence),
            None => Ok(cmd("GET").arg(key).query(connection)?),
        }
    }

    /// Writes, and writes again if there is no answer: the same balance under the same token does no harm,
    /// and a second answer may resolve the doubt. "Stale" does not: only the first write's own answer could
    /// have told whether it was carried out before the later holder came.
    fn write_surely(&mut self, lease: &Lease, account: &Account) -> Result<(), FenceError> {
        match self.write(lease, account) {
            Err(FenceError::Unknown(error)) if lease.fence().is_some() => {
                self.write(lease, account).map_err(|_| FenceError::Unknown(error))
            }
            written => written,
        }
    }

    fn write(&mut self, lease: &Lease, account: &Account) -> Result<(), FenceError> {
        let (number, balance) = (&account.number, account.balance.minor());
        let Some(fence) = lease.fence() else {
            return Ok(self.set(number, balance)?);
        };
        let (key, mark) = (self.keys.balance(number), self.keys.mark(number));
        write_fenced(self.lock.connection_mut(), &key, &mark, fence, balance)
    }

    fn set(&mut self, account: &AccountNumber, minor: i64) -> RedisResult<()> {
        cmd("SET").arg(self.keys.balance(account)).arg(minor).query(self.lock.connection_mut())
    }
}

impl<C, R: Runtime> fmt::Debug for RemoteBank<C, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteBank")
            .field("lock", &self.lock)
            .field("keys", &self.keys)
            .field("ttl", &self.ttl)
            .field("attempts", &self.attempts)
            .field("fenced", &self.fenced)
            .finish()
    }
}
