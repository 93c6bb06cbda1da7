//! Batches on real threads: whatever the scheduler did, some sequential order of the transactions
//! explains every outcome and every final balance.

use std::sync::Arc;

use lockproof::bank::{Account, Bank, Money, Outcome, Transaction};
use lockproof::sync::Std;
use proptest::prelude::*;

use super::config::config;

const ACCOUNTS: [&str; 2] = ["11111", "22222"];

/// A transaction as the oracle sees it: which account, and by how many cents. An index past the end
/// is an account that the bank does not have.
type Request = (usize, i64);

/// What the oracle takes an outcome to say: whether the balance changed, and what it then was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Changed(i64),
    Refused(i64),
    Unknown,
}

/// The rule of the bank again, in a few words: the oracle does not ask the code that it judges.
fn answer(balances: &mut [i64; 2], (account, cents): Request) -> Answer {
    match balances.get_mut(account) {
        None => Answer::Unknown,
        Some(balance) if cents < 0 && *balance + cents < 0 => Answer::Refused(*balance),
        Some(balance) => {
            *balance += cents;
            Answer::Changed(*balance)
        }
    }
}

/// Whether some order of the requests gives exactly these answers, and leaves exactly these
/// balances. Every order is tried, but none further than to the first answer that differs.
fn explained(before: [i64; 2], pending: &[(Request, Answer)], after: [i64; 2]) -> bool {
    if pending.is_empty() {
        return before == after;
    }
    (0..pending.len()).any(|next| {
        let mut balances = before;
        let mut rest = pending.to_vec();
        let (request, expected) = rest.remove(next);
        answer(&mut balances, request) == expected && explained(balances, &rest, after)
    })
}

fn account(index: usize) -> &'static str {
    ACCOUNTS.get(index).copied().unwrap_or("33333")
}

/// Runs the batch on real threads, and returns the answers and the balances left.
fn run(opening: [i64; 2], batch: &[Request]) -> (Vec<Answer>, [i64; 2]) {
    let number = |index| account(index).parse().unwrap();
    let accounts = [0, 1].map(|i| Account::new(number(i), Money::from_minor(opening[i])));
    let bank = Arc::new(Bank::<Std>::new(accounts).unwrap());
    let transaction =
        |&(index, cents): &Request| Transaction::new(number(index), Money::from_minor(cents));
    let outcomes = bank.apply_batch(batch.iter().map(transaction).collect());
    let answers = outcomes.into_iter().map(|outcome| match outcome {
        Outcome::Applied { balance } => Answer::Changed(balance.minor()),
        Outcome::InsufficientFunds { balance } => Answer::Refused(balance.minor()),
        Outcome::UnknownAccount => Answer::Unknown,
        Outcome::Overflow { .. } => unreachable!("the amounts here are small"),
    });
    let answers = answers.collect();
    (answers, [0, 1].map(|i| bank.balance(&number(i)).unwrap().minor()))
}

proptest! {
    #![proptest_config(config(1_024))]

    #[test]
    fn any_batch_is_explained_by_some_sequential_order(
        opening in [0..300_i64, 0..300_i64],
        batch in proptest::collection::vec((0..3_usize, -300..300_i64), 0..=6),
    ) {
        let (answers, after) = run(opening, &batch);
        let pending: Vec<_> = batch.iter().copied().zip(answers.iter().copied()).collect();
        prop_assert_eq!(answers.len(), batch.len());
        prop_assert!(explained(opening, &pending, after), "{pending:?} leaves {after:?}");
    }
}

#[test]
fn the_oracle_accepts_either_order() {
    let (debit, credit) = ((0, -150), (0, 60));
    let late = [(debit, Answer::Refused(100)), (credit, Answer::Changed(160))];
    assert!(explained([100, 0], &late, [160, 0]));
    let early = [(debit, Answer::Changed(10)), (credit, Answer::Changed(160))];
    assert!(explained([100, 0], &early, [10, 0]));
}

#[test]
fn the_oracle_rejects_what_a_race_would_leave() {
    // Lost update: both read 100, and the second to write overwrites the first.
    let lost = [((0, 10), Answer::Changed(110)), ((0, 20), Answer::Changed(120))];
    assert!(!explained([100, 0], &lost, [120, 0]));
    // Overdraft: both checks passed before either debit.
    let overdrawn = [((0, -60), Answer::Changed(40)), ((0, -60), Answer::Changed(-20))];
    assert!(!explained([100, 0], &overdrawn, [-20, 0]));
    // Answers that are right one by one, each of another order.
    let mixed = [((0, 10), Answer::Changed(130)), ((0, 20), Answer::Changed(130))];
    assert!(!explained([100, 0], &mixed, [130, 0]));
    // The right answers, and then money that nobody paid in.
    assert!(!explained([100, 0], &[((0, 10), Answer::Changed(110))], [110, 1]));
    // An account that does not exist cannot be short of funds.
    assert!(!explained([100, 0], &[((2, -1), Answer::Refused(0))], [100, 0]));
}
