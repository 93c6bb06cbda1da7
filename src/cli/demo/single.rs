//! `demo single`: one process, a mutex an account.

use std::sync::Arc;

use super::lines::{self, Wording};
use crate::bank::Bank;
use crate::cli::input::Input;
use crate::cli::{Output, Status};
use crate::sync::Std;

/// Applies the transactions, and prints the outcome of each, and then the balances. A mutex is always
/// obtained, so each is decided.
pub(super) fn run(input: Input, output: &Output) -> Status {
    let bank = Bank::<Std>::new(input.accounts).expect("the reader takes each account once");
    let bank = Arc::new(bank);
    let printed = output.clone();
    let _outcomes = bank.apply_batch_with(input.transactions, move |transaction, outcome| {
        printed.line(lines::decided(Wording::Single, transaction, outcome));
    });
    lines::balances(output, &bank.audit().balances);
    Status::Success
}
