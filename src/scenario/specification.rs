//! What a shared object is to do, as if nobody shared it: one call at a time, each with its answer.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::hash::Hash;

use crate::bank::{Account, AccountNumber, Money, Outcome, Transaction};

/// A sequential specification: the state of an object, and what a call makes of it.
///
/// ```
/// use lockproof::scenario::Specification;
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
/// impl Specification for Register {
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
pub trait Specification: Clone + Eq + Hash + Send + 'static {
    /// What can be asked of it. Its `Debug` is what timelines show.
    type Request: Clone + Eq + Hash + Debug + Send + 'static;
    /// What it answers. Its `Debug` is what timelines show.
    type Reply: Clone + Eq + Hash + Debug + Send + 'static;

    /// The call takes effect, at once and alone.
    fn apply(&mut self, request: &Self::Request) -> Self::Reply;
}

/// The bank as it is to be: the balances, and the rule of [`Account::apply`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Books {
    balances: BTreeMap<AccountNumber, Money>,
}

impl Books {
    /// The books of a bank that has these accounts.
    #[must_use]
    pub fn new(accounts: impl IntoIterator<Item = Account>) -> Self {
        let balances = accounts.into_iter().map(|account| (account.number, account.balance));
        Self { balances: balances.collect() }
    }
}

/// What is asked of a bank.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Asked {
    /// To change a balance.
    Apply(Transaction),
    /// What the balance of an account is.
    Balance(AccountNumber),
}

/// What a bank answers.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Answered {
    /// What became of a transaction.
    Outcome(Outcome),
    /// A balance; `None` for an account that the bank does not have.
    Balance(Option<Money>),
}

impl Specification for Books {
    type Request = Asked;
    type Reply = Answered;

    fn apply(&mut self, request: &Asked) -> Answered {
        match request {
            Asked::Balance(number) => Answered::Balance(self.balances.get(number).copied()),
            Asked::Apply(transaction) => Answered::Outcome(self.change(transaction)),
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

impl From<Transaction> for Asked {
    fn from(transaction: Transaction) -> Self {
        Self::Apply(transaction)
    }
}

impl From<Outcome> for Answered {
    fn from(outcome: Outcome) -> Self {
        Self::Outcome(outcome)
    }
}

impl From<Option<Money>> for Answered {
    fn from(balance: Option<Money>) -> Self {
        Self::Balance(balance)
    }
}

/// As a teller would write it: `11111 -200.00`.
impl Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apply(transaction) => {
                write!(f, "{} {:+}", transaction.account.as_str(), transaction.amount)
            }
            Self::Balance(number) => write!(f, "balance of {}", number.as_str()),
        }
    }
}

/// As a teller would write it: `800.00`, or why not.
impl Debug for Answered {
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
        let mut told =
            |request: Asked| format!("{:?}: {:?}", request.clone(), books.apply(&request));
        let mut change = |minor| told(Transaction::new(number.clone(), money(minor)).into());
        assert_eq!(change(-70), "11111 -0.70: applied, 0.30");
        assert_eq!(change(-70), "11111 -0.70: refused, only 0.30");
        assert_eq!(change(5), "11111 +0.05: applied, 0.35");
        assert_eq!(told(Asked::Balance(number.clone())), "balance of 11111: 0.35");
        let nobodys: AccountNumber = "2".parse().unwrap();
        assert_eq!(told(Asked::Balance(nobodys.clone())), "balance of 2: no such account");
        let transaction = Transaction::new(nobodys, money(1));
        assert_eq!(told(transaction.into()), "2 +0.01: no such account");
    }
}
