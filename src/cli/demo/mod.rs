//! `lockproof demo`: a bank whose transactions all run at once, guarded by mutexes or by Redis locks.
//!
//! # Layout
//!
//! * `lines`: the lines that are printed.
//! * `server`: a real Redis server, or a simulated one.
//! * `single`: mutexes, in one process.
//! * `distributed`: Redis locks, and balances in Redis.

use std::path::PathBuf;

use clap::Subcommand;

use super::input::{self, Input, InputError};
use super::{Failure, Output, Status};
use crate::bank::{Account, Money, Transaction};

mod distributed;
mod lines;
mod server;
mod single;

pub use super::server_error::ServerError;

/// Run a bank on real threads, one a transaction, all at once.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    bank: Bank,
}

const EXAMPLES: &str = "\
Examples:
  lockproof demo single
  lockproof demo single --accounts accounts.csv --transactions transactions.csv
  lockproof demo distributed
  lockproof demo distributed --redis redis://127.0.0.1:6379

The files are CSV: a line `account,amount` for each account (its opening balance) or transaction (what
to add to the balance). Without files there are two accounts and five transactions.

Exit status: 0 if every transaction was decided (one that the funds do not cover is refused, and so
decided), 1 if one was not, 2 if nothing could be run.";

#[derive(Debug, Subcommand)]
enum Bank {
    /// Balances in memory, each guarded by a mutex.
    #[command(after_help = EXAMPLES)]
    Single {
        #[command(flatten)]
        data: Data,
    },
    /// Balances in Redis, each guarded by a Redis lock.
    #[command(after_help = EXAMPLES)]
    Distributed {
        #[command(flatten)]
        data: Data,
        /// Use the Redis server at this address, instead of a simulated one in this process.
        ///
        /// As in redis://[user:password@]host[:port][/database]. Its keys begin with `lockproof:demo:`
        /// and a random number, and are removed at the end.
        #[arg(long, value_name = "URL")]
        redis: Option<String>,
    },
}

/// The user's own bank: both files or neither.
#[derive(Debug, clap::Args)]
struct Data {
    /// The accounts and their opening balances, as CSV: account,amount.
    #[arg(long, value_name = "FILE", requires = "transactions")]
    accounts: Option<PathBuf>,
    /// The transactions, as CSV: account,amount.
    #[arg(long, value_name = "FILE", requires = "accounts")]
    transactions: Option<PathBuf>,
}

impl Args {
    /// Runs the bank, and prints the outcome of each transaction, and the final balances.
    ///
    /// # Errors
    ///
    /// The reason why it could not do its job.
    pub fn run(self, output: &Output) -> Result<Status, Failure> {
        let status = match self.bank {
            Bank::Single { data } => single::run(data.read()?, output),
            Bank::Distributed { data, redis } => {
                let input = data.read()?;
                match redis {
                    None => distributed::run(&server::simulated(), input, output)?,
                    Some(url) => distributed::run(&server::real(&url)?, input, output)?,
                }
            }
        };
        output.finish()?;
        Ok(status)
    }
}

impl Data {
    fn read(&self) -> Result<Input, InputError> {
        match (&self.accounts, &self.transactions) {
            (Some(accounts), Some(transactions)) => input::read(accounts, transactions),
            _ => Ok(built_in()),
        }
    }
}

/// The bank of the introduction. Its transactions end in the same balances in any order: the one of 3000.00
/// is never covered, and the others always are.
fn built_in() -> Input {
    let row = |(account, whole): (&str, i64)| {
        let number = account.parse().expect("an account number");
        (number, Money::from_minor(whole * 100))
    };
    let accounts = [("11111", 1000), ("22222", 2000)].map(row);
    let transactions =
        [("11111", -200), ("11111", 300), ("22222", -500), ("22222", -3000), ("11111", 100)];
    Input {
        accounts: accounts.map(|(n, balance)| Account::new(n, balance)).into(),
        transactions: (transactions.map(row)).map(|(n, amount)| Transaction::new(n, amount)).into(),
    }
}
