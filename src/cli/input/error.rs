//! The errors of a file, in sentences.

use std::io;
use std::path::{Path, PathBuf};

use crate::bank::{AccountNumber, AccountNumberError, Money, MoneyError};

/// The reason why a file was rejected. The text says what was expected, what was found, and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The file is not there, is not a file, or may not be read.
    #[error("cannot read {}: {reason}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The error of the system.
        reason: io::Error,
    },
    /// Something in the file is not what it should be.
    #[error("{}, line {line}, column {column}: {problem}", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column of the character in question, in characters from 1.
        column: usize,
        /// The problem at that place.
        problem: Problem,
    },
    /// A bank needs an account.
    #[error("{}: expected at least one account, such as 11111,1000.00, found none", file.display())]
    NoAccounts {
        /// The file.
        file: PathBuf,
    },
}

/// A problem of a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The first field is not the number of an account.
    #[error(transparent)]
    Number(#[from] AccountNumberError),
    /// The second field is not an amount of money.
    #[error(transparent)]
    Amount(#[from] MoneyError),
    /// The row has too few fields, or too many.
    #[error("expected 2 fields (account,amount), found {found}")]
    FieldCount {
        /// The number of fields found.
        found: usize,
    },
    /// The header names another field than the two there are, or the two in another order.
    #[error("expected the header account,amount or no header, found the field {found:?}")]
    UnknownField {
        /// The name.
        found: String,
    },
    /// An account is listed twice.
    #[error("expected each account once, found {number} again (first on line {first_line})")]
    Duplicate {
        /// Its number.
        number: AccountNumber,
        /// Where it was listed before.
        first_line: usize,
    },
    /// An account would be opened overdrawn.
    #[error("expected an opening balance of 0.00 or more, found {0}")]
    NegativeOpening(Money),
    /// The file is not in UTF-8.
    #[error("expected text in UTF-8, found the byte 0x{byte:02X}")]
    NotUtf8 {
        /// The first byte that does not fit.
        byte: u8,
    },
    /// A quoted field does not end on its line.
    #[error("expected a closing quote before the end of the line, found none")]
    UnclosedQuote,
    /// Something follows the closing quote of a field.
    #[error("expected a comma or the end of the line after the closing quote, found {found:?}")]
    AfterQuote {
        /// The whole field as it stands in the file.
        found: String,
    },
}

impl Problem {
    /// The problem with its place, both from 1.
    pub(super) fn at(self, line: usize, column: usize) -> Located {
        Located::Malformed { line, column, problem: self }
    }
}

/// An [`InputError`] that does not know yet in which file it is.
#[derive(Debug)]
pub(super) enum Located {
    Malformed { line: usize, column: usize, problem: Problem },
    NoAccounts,
}

impl Located {
    pub(super) fn within(self, file: &Path) -> InputError {
        let file = file.to_owned();
        match self {
            Located::NoAccounts => InputError::NoAccounts { file },
            Located::Malformed { line, column, problem } => {
                InputError::Malformed { file, line, column, problem }
            }
        }
    }
}
