//! The user's own bank: accounts and transactions from two CSV files.
//!
//! Both have two fields, `account,amount`, with or without that line as a header. Blank lines and
//! lines that begin with `#` are skipped; fields may be quoted, and blanks around them do not
//! count; lines may end as on Unix, on Windows or on an old Mac; a byte order mark is ignored.
//!
//! A row that cannot be understood is an error that names file, line and column, and both files are read to
//! their ends before anything is handed out: nothing is applied when any row is malformed. A transaction on
//! an account that is not in the other file is well-formed, and the bank refuses it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::bank::{Account, Transaction};

mod error;
mod rows;

pub use error::{InputError, Problem};
use rows::Row;

/// The content of the two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The accounts with their opening balances, in the order of the file.
    pub accounts: Vec<Account>,
    /// The transactions, in the order of the file.
    pub transactions: Vec<Transaction>,
}

/// Reads both files.
///
/// # Errors
/// The first problem of the accounts, else the first of the transactions.
pub fn read(accounts: &Path, transactions: &Path) -> Result<Input, InputError> {
    Ok(Input { accounts: read_accounts(accounts)?, transactions: read_transactions(transactions)? })
}

/// Reads a file of accounts and their opening balances.
///
/// # Errors
/// When the file cannot be read, a row is malformed, an account is listed twice, an opening balance
/// is negative, or there is no account at all.
pub fn read_accounts(file: &Path) -> Result<Vec<Account>, InputError> {
    accounts(&contents(file)?).map_err(|problem| problem.within(file))
}

/// Reads a file of transactions. There may be none.
///
/// # Errors
/// When the file cannot be read or a row is malformed.
pub fn read_transactions(file: &Path) -> Result<Vec<Transaction>, InputError> {
    let rows = rows::parse(&contents(file)?).map_err(|problem| problem.within(file))?;
    let transaction = |row: Row| Transaction::new(row.account, row.amount);
    Ok(rows.into_iter().map(transaction).collect())
}

fn contents(file: &Path) -> Result<Vec<u8>, InputError> {
    fs::read(file).map_err(|reason| InputError::Unreadable { file: file.to_owned(), reason })
}

fn accounts(bytes: &[u8]) -> Result<Vec<Account>, error::Located> {
    let rows = rows::parse(bytes)?;
    let mut first_lines = BTreeMap::new();
    for row in &rows {
        if let Some(first_line) = first_lines.insert(&row.account, row.line) {
            let number = row.account.clone();
            let problem = Problem::Duplicate { number, first_line };
            return Err(problem.at(row.line, row.account_column));
        }
        if row.amount.is_negative() {
            let problem = Problem::NegativeOpening(row.amount);
            return Err(problem.at(row.line, row.amount_column));
        }
    }
    if rows.is_empty() {
        return Err(error::Located::NoAccounts);
    }
    let account = |row: Row| Account::new(row.account, row.amount);
    Ok(rows.into_iter().map(account).collect())
}

#[cfg(all(test, not(loom)))]
mod tests;
