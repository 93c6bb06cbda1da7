//! Sequential specifications: the behaviour of a shared object when calls come one at a time.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::hash::Hash;

use crate::bank::{Account, AccountNumber, Money, Outcome, Transaction};

/// A sequential specification: the state of an object, and the effect and reply of each call.
///
/// ```
/// use lockproof::scenario::SequentialSpec;
///
/// /// A register that holds a number.
/// #[derive(Clone, PartialEq, Eq, Hash)]
/// struct Register(u32);
///
/// #[derive(Clone, Debug, PartialEq, Eq, Hash)]
/// enum Ask {
///     Read,
///     Write(u32),
/// }
///
/// impl SequentialSpec for Register {
///     type Request = Ask;
///     type Reply = u32;
///
///     fn apply(&mut self, request: &Ask) -> u32 {
///         if let Ask::Write(value) = request {
///             self.0 = *value;
///         }
///         self.0
///     }
/// }
/// ```
pub trait SequentialSpec: Clone + Eq + Hash + Send + 'static {
    /// A call of the object. Timelines show its `Debug`.
    type Request: Clone + Eq + Hash + Debug + Send + Sync + 'static;
    /// The reply to a call. Timelines show its `Debug`.
    type Reply: Clone + Eq + Hash + Debug + Send + Sync + 'static;

    /// Applies a call, at once and alone, and returns its reply.
    fn apply(&mut self, request: &Self::Request) -> Self::Reply;
}

/// The bank's specification: the balances, and the rule of [`Account::apply`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Books {
    balances: BTreeMap<AccountNumber, Money>,
}

impl Books {
    /// Creates the books of a bank that has these accounts.
    #[must_use]
    pub fn new(accounts: impl IntoIterator<Item = Account>) -> Self {
        let balances = accounts.into_iter().map(|account| (account.number, account.balance));
        Self { balances: balances.collect() }
    }
}

/// A call of a bank.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum BankOp {
    /// Changes a balance.
    Apply(Transaction),
    /// Reads the balance of an account.
    Balance(AccountNumber),
}

/// The reply of a bank.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum BankRet {
    /// The outcome of a transaction.
    Outcome(Outcome),
    /// A balance; `None` for an account that the bank does not have.
    Balance(Option<Money>),
}

impl SequentialSpec for Books {
    type Request = BankOp;
    type Reply = BankRet;

    fn apply(&mut self, request: &BankOp) -> BankRet {
        match request {
            BankOp::Balance(number) => BankRet::Balance(self.balances.get(number).copied()),
            BankOp::Apply(transaction) => BankRet::Outcome(self.change(transaction)),
        }
    }
}

impl Books {
    fn change(&mut self, transaction: &Transaction) -> Outcome {
        let Some(balance) = self.balances.get_mut(&transaction.account) else {
            return Outcome::UnknownAccount;
        };
        let mut account = Account::new(transaction.account.clone(), *balance);
        let outcome = account.apply(transaction.amount);
        *balance = account.balance;
        outcome
    }
}

impl From<Transaction> for BankOp {
    fn from(transaction: Transaction) -> Self {
        Self::Apply(transaction)
    }
}

impl From<Outcome> for BankRet {
    fn from(outcome: Outcome) -> Self {
        Self::Outcome(outcome)
    }
}

impl From<Option<Money>> for BankRet {
    fn from(balance: Option<Money>) -> Self {
        Self::Balance(balance)
    }
}

/// As a teller would write it: `11111 -200.00`.
impl Debug for BankOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apply(transaction) => {
                write!(f, "{} {:+}", transaction.account.as_str(), transaction.amount)
            }
            Self::Balance(number) => write!(f, "balance of {}", number.as_str()),
        }
    }
}

/// As a teller would write it: `applied, 800.00`, or why not.
impl Debug for BankRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outcome(Outcome::Applied { balance }) => write!(f, "applied, {balance}"),
            Self::Outcome(Outcome::InsufficientFunds { balance }) => {
                write!(f, "refused, only {balance}")
            }
            Self::Outcome(Outcome::Overflow { balance }) => write!(f, "overflow, {balance}"),
            Self::Balance(Some(balance)) => write!(f, "{balance}"),
            Self::Outcome(Outcome::UnknownAccount) | Self::Balance(None) => {
                f.write_str("no such account")
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_books_follow_the_rule_of_an_account() {
        let number: AccountNumber = "11111".parse().unwrap();
        let money = Money::from_minor;
        let mut books = Books::new([Account::new(number.clone(), money(100))]);
        let mut reply =
            |request: BankOp| format!("{:?}: {:?}", request.clone(), books.apply(&request));
        let mut change = |minor| reply(Transaction::new(number.clone(), money(minor)).into());
        assert_eq!(change(-70), "11111 -0.70: applied, 0.30");
        assert_eq!(change(-70), "11111 -0.70: refused, only 0.30");
        assert_eq!(change(5), "11111 +0.05: applied, 0.35");
        assert_eq!(reply(BankOp::Balance(number.clone())), "balance of 11111: 0.35");
        let unknown: AccountNumber = "2".parse().unwrap();
        assert_eq!(reply(BankOp::Balance(unknown.clone())), "balance of 2: no such account");
        let transaction = Transaction::new(unknown, money(1));
        assert_eq!(reply(transaction.into()), "2 +0.01: no such account");
    }
}
