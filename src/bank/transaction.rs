//! The requests to the bank, and its answers. Every request has a typed answer: nothing is dropped in
//! silence, and nothing is only printed.

use super::{AccountNumber, Money};

/// A change of one balance: a credit when the amount is positive, a debit when it is negative.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transaction {
    /// The account whose balance changes.
    pub account: AccountNumber,
    /// The change of the balance.
    pub amount: Money,
}

impl Transaction {
    /// A change of `account` by `amount`.
    pub fn new(account: AccountNumber, amount: Money) -> Transaction {
        Transaction { account, amount }
    }
}

/// The outcome of a [`Transaction`].
#[must_use = "a transaction may have been refused"]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The balance was changed.
    Applied {
        /// The new balance.
        balance: Money,
    },
    /// A debit that would have made the balance negative: refused, nothing changed.
    InsufficientFunds {
        /// The balance, as it was and is.
        balance: Money,
    },
    /// The bank has no account of that number.
    UnknownAccount,
    /// A credit to a balance that would have passed [`Money::MAX`]: refused, nothing changed.
    Overflow {
        /// The balance, as it was and is.
        balance: Money,
    },
}

impl Outcome {
    /// Returns whether the balance was changed as requested.
    pub fn is_applied(&self) -> bool {
        matches!(self, Outcome::Applied { .. })
    }
}

/// The outcome of a transfer from one account to another.
///
/// Where several reasons for a refusal hold, the first in this order is given: the amount, the
/// accounts, the funds, the overflow.
#[must_use = "a transfer may have been refused"]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TransferOutcome {
    /// The money was moved.
    Transferred {
        /// The new balance of the account it was taken from.
        from: Money,
        /// The new balance of the account it was given to.
        to: Money,
    },
    /// Only a positive amount can be transferred: refused. A negative one would be a debit of another's
    /// account.
    NotPositive,
    /// The bank has no account of this number: refused, nothing changed.
    UnknownAccount(AccountNumber),
    /// From an account to itself: there was nothing to move, so the funds were not looked at
    /// either.
    SameAccount {
        /// The balance, as it was and is.
        balance: Money,
    },
    /// The balance of the account to take from is less than the amount: refused, nothing changed.
    InsufficientFunds {
        /// That balance, as it was and is.
        balance: Money,
    },
    /// The balance of the account to give to would have passed [`Money::MAX`]: refused, nothing
    /// changed.
    Overflow {
        /// That balance, as it was and is.
        balance: Money,
    },
}

impl TransferOutcome {
    /// Returns whether money was moved.
    pub fn is_transferred(&self) -> bool {
        matches!(self, TransferOutcome::Transferred { .. })
    }
}
