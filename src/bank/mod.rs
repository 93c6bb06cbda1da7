//! The subject of every check: a bank, whose balances must neither be lost nor overdrawn.
//!
//! # Layout
//!
//! * [`money`]: amounts in integer minor units; parsed, printed, added without loss.
//! * [`number`]: the name of an account.
//! * [`transaction`]: the requests to the bank, and every answer it can give.
//! * [`account`]: an account, and the rule of the bank as pure functions.
//! * [`ledger`]: the bank in the memory of one process, a mutex an account.
//! * [`remote`]: the bank in Redis, a lock and a fence an account.
//!
//! Everything here can be compared and hashed: a checker remembers the states it has seen.

pub mod account;
pub mod ledger;
pub mod money;
pub mod number;
pub mod remote;
pub mod transaction;

pub use account::Account;
pub use ledger::{Audit, Bank, DuplicateAccount};
pub use money::{Money, MoneyError};
pub use number::{AccountNumber, AccountNumberError};
pub use remote::{BankError, RemoteBank};
pub use transaction::{Outcome, Transaction, TransferOutcome};
