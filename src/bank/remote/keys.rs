//! The names of the keys on the server.

use crate::bank::AccountNumber;

/// The names of the keys of one bank.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// The prefix of each of them.
    prefix: String,
}

impl Keys {
    pub(super) const fn new() -> Self {
        Self { prefix: String::new() }
    }

    pub(super) const fn with_prefix(prefix: String) -> Self {
        Self { prefix }
    }

    pub(super) fn balance(&self, account: &AccountNumber) -> String {
        self.key(account, "balance")
    }

    pub(super) fn lock(&self, account: &AccountNumber) -> String {
        self.key(account, "lock")
    }

    /// The counter that fencing tokens are minted from.
    pub(super) fn fence(&self, account: &AccountNumber) -> String {
        self.key(account, "fence")
    }

    /// The greatest fencing token that was presented.
    pub(super) fn mark(&self, account: &AccountNumber) -> String {
        self.key(account, "mark")
    }

    pub(super) fn all(&self, account: &AccountNumber) -> [String; 4] {
        ["balance", "lock", "fence", "mark"].map(|what| self.key(account, what))
    }

    fn key(&self, account: &AccountNumber, what: &str) -> String {
        format!("{}account:{account}:{what}", self.prefix)
    }
}
