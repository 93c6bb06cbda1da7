//! The reasons why a request to the bank in Redis was not answered by an outcome.

use ::redis::RedisError;

use crate::bank::AccountNumber;
use crate::lock::AcquireError;
use crate::lock::error::is_refusal;

/// The reason why a request was not carried out, and whether it may have been.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BankError {
    /// The account could not be locked. Nothing was changed.
    #[error("the account could not be locked: {0}")]
    NotLocked(#[source] AcquireError),
    /// The lock was lost before the new balance was written, at each attempt. Nothing was changed.
    #[error(
        "the lock of account {account} was lost before its balance was written, at each of \
        {attempts} attempts; nothing was changed"
    )]
    LockLost {
        /// The account.
        account: AccountNumber,
        /// The number of attempts.
        attempts: u32,
    },
    /// A balance could not be read: no answer, an error, or something that is no balance. Nothing was
    /// changed.
    #[error("the balance could not be read, so nothing was changed: {0}")]
    Unreadable(#[source] RedisError),
    /// The server answered the write with an error. Nothing was changed.
    #[error("the server refused to write, so nothing was changed: {0}")]
    Refused(#[source] RedisError),
    /// The server did not say whether it wrote. The balance may have been changed.
    #[error(
        "the server did not answer whether it wrote, so the balance may have been changed: {0}"
    )]
    Unknown(#[source] RedisError),
    /// An account of this number exists. None was opened.
    #[error("account {0} exists already; none was opened")]
    AlreadyOpen(AccountNumber),
    /// There is no account of this number.
    #[error("there is no account {0}")]
    NotOpen(AccountNumber),
}

impl BankError {
    /// The error of a write that looks at no fence.
    pub(super) fn from_write(error: RedisError) -> Self {
        if is_refusal(&error) { Self::Refused(error) } else { Self::Unknown(error) }
    }
}
