//! Every interleaving of the bank that is guarded by mutexes, explored by loom.
//!
//! `RUSTFLAGS="--cfg loom" cargo test` runs this suite alone; a plain `cargo test` runs all of it but the
//! largest models. A test of the bank asserts that the search **ended by itself**, and after how many
//! executions: a search that silently shrinks fails. The buggy twins assert that their bug is **found**.

mod tellers;

use lockproof::explore::{Exploration, LoomBounds, Verdict, loom};
use lockproof::races::{check_then_act, lock_order, lost_update, stolen_wakeup};
use lockproof::scenario::{Property, Scenario};
use tellers::Op::{Apply, ApplyWhenFunded, Audit, Batch, Transfer, WaitForFunds};
use tellers::Tellers;

fn explore(scenario: &impl Scenario) -> Exploration {
    loom(scenario, LoomBounds::default())
}

/// The search ended by itself, after this many executions, and broke nothing.
#[track_caller]
fn holds_in_all(executions: u64, scenario: &impl Scenario) {
    let exploration = explore(scenario);
    println!("{exploration} in {:?}", exploration.elapsed);
    assert_eq!(exploration.verdict, Verdict::Exhausted, "{:#?}", exploration.trace);
    assert_eq!(exploration.executions, executions, "the size of the search space has changed");
}

/// The search found this property broken.
#[track_caller]
fn is_found(property: Property, scenario: &impl Scenario) {
    let exploration = explore(scenario);
    println!("{exploration} in {:?}", exploration.elapsed);
    let found = exploration.violation().map(|violation| violation.property);
    assert_eq!(found, Some(property), "{exploration}");
    assert!(exploration.trace.is_some_and(|trace| !trace.events.is_empty()));
}

const ONE: &[(&str, i64)] = &[("11111", 100)];
const TWO: &[(&str, i64)] = &[("11111", 100), ("22222", 200)];
const THREE: &[(&str, i64)] = &[("11111", 100), ("22222", 200), ("33333", 300)];

#[test]
fn deposits_and_withdrawals_conserve_the_balance() {
    let two = Tellers::new(ONE)
        .teller("alice", &[Apply("11111", 30), Apply("11111", -50)])
        .teller("bob", &[Apply("11111", -20), Apply("11111", 40)]);
    holds_in_all(30, &two);
    let three = Tellers::new(ONE)
        .teller("alice", &[Apply("11111", 30)])
        .teller("bob", &[Apply("11111", -50)])
        .teller("carol", &[Apply("11111", 7)]);
    holds_in_all(414, &three);
}

#[test]
fn withdrawals_never_overdraw() {
    let two = Tellers::new(ONE)
        .teller("alice", &[Apply("11111", -80)])
        .teller("bob", &[Apply("11111", -70)]);
    holds_in_all(9, &two);
    let three = Tellers::new(ONE)
        .teller("alice", &[Apply("11111", -60)])
        .teller("bob", &[Apply("11111", -70)])
        .teller("carol", &[Apply("11111", 20)]);
    holds_in_all(414, &three);
}

#[test]
fn opposite_transfers_do_not_deadlock() {
    let transfers = Tellers::new(TWO)
        .teller("alice", &[Transfer("11111", "22222", 30)])
        .teller("bob", &[Transfer("22222", "11111", 50)]);
    holds_in_all(12, &transfers);
}

#[test]
fn audit_sees_a_conserved_total() {
    let audited = Tellers::new(TWO)
        .teller("alice", &[Transfer("11111", "22222", 30)])
        .teller("auditor", &[Audit, Audit]);
    holds_in_all(15, &audited);
    let opposite = Tellers::new(TWO)
        .teller("alice", &[Transfer("11111", "22222", 30)])
        .teller("bob", &[Transfer("22222", "11111", 50)])
        .teller("auditor", &[Audit]);
    holds_in_all(920, &opposite);
}

#[test]
fn transfer_to_the_same_account_is_safe() {
    let same = Tellers::new(ONE)
        .teller("alice", &[Transfer("11111", "11111", 30)])
        .teller("bob", &[Transfer("11111", "11111", 50), Apply("11111", -10)]);
    holds_in_all(12, &same);
}

#[test]
fn ring_of_transfers_does_not_deadlock() {
    let ring = Tellers::new(THREE)
        .teller("alice", &[Transfer("11111", "22222", 10)])
        .teller("bob", &[Transfer("22222", "33333", 20)])
        .teller("carol", &[Transfer("33333", "11111", 30)]);
    holds_in_all(514, &ring);
}

#[test]
fn waiter_is_told_about_funds() {
    let one = Tellers::new(ONE)
        .teller("alice", &[WaitForFunds("11111", 150)])
        .teller("bob", &[Apply("11111", 20), Apply("11111", 30)]);
    holds_in_all(33, &one);
    let two = Tellers::new(ONE)
        .teller("alice", &[ApplyWhenFunded("11111", -150)])
        .teller("bob", &[ApplyWhenFunded("11111", -120)])
        .teller("carol", &[Apply("11111", 170)]);
    holds_in_all(2322, &two);
}

/// Threads that end in any order, with mutexes and a condition variable still in use by others, end
/// without a panic, and the bank can be audited afterwards.
#[test]
fn shutdown_is_free_of_panics() {
    let shutdown = Tellers::new(TWO)
        .teller("alice", &[Batch(&[("11111", 10), ("22222", -20)])])
        .teller("bob", &[WaitForFunds("11111", 110)]);
    holds_in_all(244, &shutdown);
}

#[test]
fn finds_the_lost_update_without_a_lock() {
    is_found(Property::ConservedBalance, &lost_update::Buggy);
    holds_in_all(9, &lost_update::Fixed);
}

#[test]
fn finds_check_and_act_under_two_acquisitions() {
    is_found(Property::NoOverdraft, &check_then_act::Buggy);
    holds_in_all(9, &check_then_act::Fixed);
}

#[test]
fn finds_opposite_lock_orders() {
    is_found(Property::NoDeadlock, &lock_order::Buggy);
    let found = explore(&lock_order::Buggy);
    assert_eq!(
        found.verdict.to_string(),
        "broken: no-deadlock: alice waits for account 22222, which bob holds; bob waits for account \
        11111, which alice holds"
    );
    holds_in_all(12, &lock_order::Fixed);
}

#[test]
fn finds_if_around_the_wait() {
    is_found(Property::NoOverdraft, &stolen_wakeup::Buggy);
    holds_in_all(12_795, &stolen_wakeup::Fixed);
}
