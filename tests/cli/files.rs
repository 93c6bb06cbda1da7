//! What is wrong with a file is said in one sentence, and nothing is applied.

use crate::program::{Run, file, run};

/// Runs both demos on these files, which must end alike.
fn run_on(accounts: &str, transactions: &str) -> Run {
    let files = ["--accounts", accounts, "--transactions", transactions];
    let [single, distributed] =
        ["single", "distributed"].map(|kind| run(&[&["demo", kind][..], &files].concat()));
    assert_eq!(single.remarks, distributed.remarks);
    assert_eq!((distributed.code, distributed.lines.len()), (Some(2), 0));
    single
}

#[test]
fn a_malformed_row_is_named_by_file_line_and_column_and_nothing_is_applied() {
    let accounts = file("row-accounts.csv", "account,amount\na,1\n");
    let transactions = file("row-transactions.csv", "a,-1\n\na,12.345\n");
    run_on(&accounts, &transactions).assert_failed(&format!(
        "{transactions}, line 3, column 8: expected an amount such as 1234.56, found \"12.345\": \
        it has more than two decimals"
    ));
    let accounts = file("row-accounts-2.csv", "account,amount\na,1\na,2\n");
    run_on(&accounts, &transactions).assert_failed(&format!(
        "{accounts}, line 3, column 1: expected each account once, found a again (first on line 2)"
    ));
}

#[test]
fn a_file_without_accounts_is_no_bank() {
    let empty = file("no-accounts.csv", "account,amount\n");
    run_on(&empty, &empty).assert_failed(&format!(
        "{empty}: expected at least one account, such as 11111,1000.00, found none"
    ));
}

#[test]
#[cfg(unix)]
fn a_file_that_cannot_be_read_is_named() {
    let accounts = file("there.csv", "a,1\n");
    run_on(&accounts, "/nowhere/at all.csv")
        .assert_failed("cannot read /nowhere/at all.csv: No such file or directory (os error 2)");
    run_on("/", &accounts).assert_failed("cannot read /: Is a directory (os error 21)");
}
