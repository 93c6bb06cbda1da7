//! Both demos, on built-in data and on the user's files.

use crate::oracle::{Demo, built_in};
use crate::program::{Run, file, run};

const SINGLE: &str = "";
const DISTRIBUTED: &str = ". Transaction skipped.";

pub fn assert_explained(run: &Run, demo: &Demo) {
    assert!(demo.explains(&run.lines), "no order explains {run:#?}");
    assert_eq!((run.code, run.remarks.len()), (Some(0), 0), "{run:?}");
}

pub fn assert_the_seeds_balances(run: &Run) {
    assert_explained(run, &built_in(DISTRIBUTED));
    let last = ["Account 11111: 1200.00", "Account 22222: 1500.00"];
    assert_eq!(run.lines[6..], last);
}

#[test]
fn demo_single_ends_in_the_same_balances_whatever_the_order() {
    for _ in 0..10 {
        let run = run(&["demo", "single"]);
        assert_explained(&run, &built_in(SINGLE));
        let last = ["Account 11111: 1200.00", "Account 22222: 1500.00"];
        assert_eq!(run.lines[6..], last);
    }
}

#[test]
fn demo_distributed_ends_in_the_same_balances_whatever_the_order() {
    for _ in 0..10 {
        assert_the_seeds_balances(&run(&["demo", "distributed"]));
    }
}

#[test]
fn both_demos_run_on_the_users_files_and_balances_are_in_account_order() {
    let accounts = file("own-accounts.csv", "account,amount\nb,0.30\na,5\n");
    let transactions =
        file("own-transactions.csv", "b,-0.20\nb,-0.20\nnobody,7\na,-4.99\nb,0.05\n");
    for (kind, skipped) in [("single", SINGLE), ("distributed", DISTRIBUTED)] {
        let demo = Demo {
            accounts: vec![("a", 500), ("b", 30)],
            transactions: vec![("b", -20), ("b", -20), ("nobody", 700), ("a", -499), ("b", 5)],
            skipped,
        };
        let files = ["--accounts", &accounts, "--transactions", &transactions];
        assert_explained(&run(&[&["demo", kind][..], &files].concat()), &demo);
    }
}

#[test]
fn a_credit_that_no_balance_can_hold_is_refused_and_so_decided() {
    let accounts = file("full-accounts.csv", "a,92233720368547758.07\n");
    let transactions = file("full-transactions.csv", "a,0.01\n");
    for (kind, skipped) in [("single", SINGLE), ("distributed", DISTRIBUTED)] {
        let files = ["--accounts", &accounts, "--transactions", &transactions];
        let run = run(&[&["demo", kind][..], &files].concat());
        assert_eq!(
            run.lines,
            [
                format!("Balance of account a would be more than 92233720368547758.07{skipped}"),
                "Final Account Balances:".to_owned(),
                "Account a: 92233720368547758.07".to_owned(),
            ]
        );
        assert_eq!(run.code, Some(0));
    }
}

#[test]
fn without_transactions_the_balances_are_the_opening_ones() {
    let accounts = file("idle-accounts.csv", "2,0\n10,1.5\n");
    let transactions = file("idle-transactions.csv", "account,amount\n");
    let files = ["--accounts", &accounts, "--transactions", &transactions];
    for kind in ["single", "distributed"] {
        let run = run(&[&["demo", kind][..], &files].concat());
        // The order of accounts is that of text.
        let expected = ["Final Account Balances:", "Account 10: 1.50", "Account 2: 0.00"];
        assert_eq!(run.lines, expected);
        assert_eq!(run.code, Some(0));
    }
}

#[test]
fn more_transactions_than_threads_at_a_time_lose_no_cent() {
    let accounts = file("many-accounts.csv", "a,0\n");
    let transactions = file("many-transactions.csv", &"a,0.01\n".repeat(200));
    let files = ["--accounts", &accounts, "--transactions", &transactions];
    for kind in ["single", "distributed"] {
        let run = run(&[&["demo", kind][..], &files].concat());
        assert_eq!(run.lines.len(), 202);
        assert_eq!(run.lines[200..], ["Final Account Balances:", "Account a: 2.00"]);
        assert_eq!(run.code, Some(0));
    }
}
