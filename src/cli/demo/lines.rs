//! The lines that the demos print.

use std::fmt::Display;

use crate::bank::{AccountNumber, Money, Outcome, Transaction};
use crate::cli::Output;

/// The demo that prints: a refusal reads differently in each, and has since they were written in Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wording {
    Single,
    Distributed,
}

/// The line of a transaction that the bank has decided.
pub(super) fn decided(wording: Wording, transaction: &Transaction, outcome: Outcome) -> String {
    let Transaction { account, amount } = transaction;
    let refusal = match outcome {
        Outcome::Applied { balance } => {
            return format!(
                "Processed transaction of {amount} on account {account}. New balance: {balance}"
            );
        }
        Outcome::InsufficientFunds { .. } => format!("Insufficient funds for account {account}"),
        Outcome::UnknownAccount => format!("Account {account} not found"),
        Outcome::Overflow { .. } => {
            let most = Money::MAX;
            format!("Balance of account {account} would be more than {most}")
        }
    };
    match wording {
        Wording::Single => refusal,
        Wording::Distributed => format!("{refusal}. Transaction skipped."),
    }
}

/// The line of a transaction that could not be decided. The reason says whether it may have been
/// applied all the same.
pub(super) fn undecided(transaction: &Transaction, reason: &dyn Display) -> String {
    let Transaction { account, amount } = transaction;
    format!("Transaction of {amount} on account {account} not decided: {reason}")
}

/// The last lines.
pub(super) fn balances(output: &Output, balances: &[(AccountNumber, Money)]) {
    output.line("Final Account Balances:");
    for (account, balance) in balances {
        output.line(format_args!("Account {account}: {balance}"));
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_a_line_of_its_own() {
        let transaction = Transaction::new("11111".parse().unwrap(), Money::from_minor(-20_000));
        let balance = Money::from_minor(80_000);
        let line = |wording, outcome| decided(wording, &transaction, outcome);
        for wording in [Wording::Single, Wording::Distributed] {
            assert_eq!(
                line(wording, Outcome::Applied { balance }),
                "Processed transaction of -200.00 on account 11111. New balance: 800.00"
            );
        }
        for (outcome, text) in [
            (Outcome::InsufficientFunds { balance }, "Insufficient funds for account 11111"),
            (Outcome::UnknownAccount, "Account 11111 not found"),
            (
                Outcome::Overflow { balance },
                "Balance of account 11111 would be more than 92233720368547758.07",
            ),
        ] {
            assert_eq!(line(Wording::Single, outcome), text);
            let skipped = format!("{text}. Transaction skipped.");
            assert_eq!(line(Wording::Distributed, outcome), skipped);
        }
    }
}
