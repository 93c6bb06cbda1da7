use std::sync::mpsc;
use std::thread;

use super::*;
use crate::sync::Std;

fn number(text: &str) -> AccountNumber {
    text.parse().unwrap()
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn transaction(account: &str, amount: &str) -> Transaction {
    Transaction::new(number(account), money(amount))
}

/// A bank of 1000.00 on account 11111 and 2000.00 on account 22222.
fn bank() -> Arc<Bank<Std>> {
    let account = |text, balance| Account::new(number(text), money(balance));
    let accounts = [account("22222", "2000"), account("11111", "1000")];
    Arc::new(Bank::new(accounts).unwrap())
}

fn balances(bank: &Bank<Std>) -> String {
    let shown = |(number, balance): &(AccountNumber, Money)| format!("{number}: {balance}");
    let balances: Vec<String> = bank.audit().balances.iter().map(shown).collect();
    balances.join(", ")
}

#[test]
fn an_account_exists_once() {
    let twice = [Account::new(number("1"), money("5")), Account::new(number("1"), money("7"))];
    let error = Bank::<Std>::new(twice).unwrap_err();
    assert_eq!(error.to_string(), "expected each account once, found 1 again");
}

#[test]
fn a_batch_is_answered_in_its_own_order() {
    let bank = bank();
    let batch = [
        ("11111", "-200"),
        ("11111", "300"),
        ("22222", "-500"),
        ("22222", "-3000"),
        ("11111", "100"),
        ("33333", "1"),
    ];
    let outcomes = bank.apply_batch(batch.map(|(a, b)| transaction(a, b)).into());
    let applied: Vec<bool> = outcomes.iter().map(Outcome::is_applied).collect();
    assert_eq!(applied, [true, true, true, false, true, false]);
    assert!(matches!(outcomes[3], Outcome::InsufficientFunds { .. }));
    assert_eq!(outcomes[5], Outcome::UnknownAccount);
    assert_eq!(balances(&bank), "11111: 1200.00, 22222: 1500.00");
}

#[test]
fn a_batch_may_be_longer_than_the_list_of_threads() {
    let bank = bank();
    let (sender, reports) = mpsc::channel();
    let batch = vec![transaction("11111", "0.01"); 2 * Bank::<Std>::TELLERS + 1];
    let length = batch.len();
    let outcomes = bank.apply_batch_with(batch, move |_, outcome| sender.send(outcome).unwrap());
    let mut reported: Vec<_> = reports.iter().map(|outcome| format!("{outcome:?}")).collect();
    let mut returned: Vec<_> = outcomes.iter().map(|outcome| format!("{outcome:?}")).collect();
    reported.sort();
    returned.sort();
    assert_eq!((returned.len(), &returned), (length, &reported));
    assert_eq!(bank.balance(&number("11111")), Some(money("1001.29")));
}

#[test]
fn a_transfer_moves_money_in_both_directions() {
    let bank = bank();
    let (a, b) = (number("11111"), number("22222"));
    let outcome = bank.transfer(&a, &b, money("400"));
    assert_eq!(outcome, TransferOutcome::Transferred { from: money("600"), to: money("2400") });
    let outcome = bank.transfer(&b, &a, money("2400"));
    assert_eq!(outcome, TransferOutcome::Transferred { from: money("0"), to: money("3000") });
}

#[test]
fn a_transfer_is_refused_for_a_reason() {
    let bank = bank();
    let (a, b, nobody) = (number("11111"), number("22222"), number("33333"));
    let unknown = || TransferOutcome::UnknownAccount(number("33333"));
    let (one, balance) = (money("1"), money("1000"));
    assert_eq!(bank.transfer(&a, &nobody, one), unknown());
    assert_eq!(bank.transfer(&nobody, &a, one), unknown());
    assert_eq!(bank.transfer(&nobody, &nobody, one), unknown());
    assert_eq!(bank.transfer(&a, &a, one), TransferOutcome::SameAccount { balance });
    assert_eq!(bank.transfer(&a, &b, money("-1")), TransferOutcome::NotPositive);
    let outcome = bank.transfer(&a, &b, money("1000.01"));
    assert_eq!(outcome, TransferOutcome::InsufficientFunds { balance });
    assert_eq!(balances(&bank), "11111: 1000.00, 22222: 2000.00");
}

#[test]
fn an_audit_adds_up_more_than_one_account_can_hold() {
    let account = |text| Account::new(number(text), Money::MAX);
    let audit = Bank::<Std>::new([account("b"), account("a")]).unwrap().audit();
    assert_eq!(audit.balances, [(number("a"), Money::MAX), (number("b"), Money::MAX)]);
    assert_eq!(audit.total(), 2 * i128::from(i64::MAX));
    assert!(!audit.is_overdrawn());
    let overdrawn = Account::new(number("a"), money("-0.01"));
    assert!(Bank::<Std>::new([overdrawn]).unwrap().audit().is_overdrawn());
}

#[test]
fn who_waits_for_funds_is_told_of_each_way_they_can_come() {
    let bank = bank();
    let (a, b) = (number("11111"), number("22222"));
    let waiter = |body: fn(&Bank<Std>) -> Option<Money>| {
        let bank = Arc::clone(&bank);
        thread::spawn(move || body(&bank))
    };
    let watching = waiter(|bank| bank.wait_for_funds(&number("11111"), money("1600")));
    let spending = waiter(|bank| match bank.apply_when_funded(&transaction("11111", "-1500")) {
        Outcome::Applied { balance } => Some(balance),
        other => panic!("{other:?}"),
    });
    // Both wait: only then is it certain that they need a notification.
    while bank.desks[&a].vault.lock().waiting < 2 {
        thread::yield_now();
    }
    assert!(bank.transfer(&b, &a, money("400")).is_transferred());
    assert!(bank.apply(&transaction("11111", "99")).is_applied());
    assert!(!watching.is_finished() && !spending.is_finished());
    // 1600 is enough for both, but may be spent before the other looks.
    assert!(bank.apply(&transaction("11111", "101")).is_applied());
    assert_eq!(spending.join().unwrap(), Some(money("100")));
    assert!(bank.apply(&transaction("11111", "1500")).is_applied());
    assert!(watching.join().unwrap() >= Some(money("1600")));
    assert_eq!(balances(&bank), "11111: 1600.00, 22222: 1600.00");
}

#[test]
fn nobody_waits_for_what_cannot_come() {
    let bank = bank();
    let debit = |account: &str, amount| Transaction::new(number(account), amount);
    let outcome = bank.apply_when_funded(&debit("11111", Money::MIN));
    assert_eq!(outcome, Outcome::InsufficientFunds { balance: money("1000") });
    assert_eq!(bank.apply_when_funded(&debit("3", Money::MIN)), Outcome::UnknownAccount);
    assert_eq!(bank.wait_for_funds(&number("3"), money("1")), None);
    assert_eq!(bank.balance(&number("3")), None);
}
