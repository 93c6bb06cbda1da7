//! Real threads: what they cannot do, and what they do to themselves.

use std::process::Command;
use std::time::{Duration, Instant};

use lockproof::explore::{Verdict, stress, stress_in_child, verdict_line};
use lockproof::races::{
    check_then_act, fence_only_on_writes, get_del_release, lock_order, lost_update, shared_token,
    stolen_wakeup,
};
use lockproof::scenario::Scenario;

use crate::again;
use crate::scenes::{LostWakeUp, Sleepers};

const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn threads_cannot_be_killed_so_crashes_are_not_run() {
    let exploration = stress(&Sleepers { crash: true }, 10);
    let why =
        "not run: this engine cannot say when a fault strikes, and this scenario has crash:alice";
    assert_eq!(exploration.verdict.to_string(), why);
    assert_eq!(exploration.executions, 0);
}

#[test]
fn sleepers_on_real_threads_do_not_wait_for_an_hour() {
    let begun = Instant::now();
    let exploration = stress(&Sleepers { crash: false }, 50);
    assert_eq!(exploration.verdict, Verdict::Sampled, "{exploration}");
    assert!(begun.elapsed() < LIMIT, "{:?}", begun.elapsed());
}

#[test]
fn distributed_scenarios_end_on_real_threads() {
    holds(&get_del_release::Fixed);
    holds(&shared_token::Fixed);
    holds(&fence_only_on_writes::Fixed { clients: 4 });
    holds(&check_then_act::Fixed);
    holds(&lost_update::Fixed);
    holds(&lock_order::Fixed);
    holds(&stolen_wakeup::Fixed);
}

#[track_caller]
fn holds(scenario: &impl Scenario) {
    let exploration = stress(scenario, 50);
    assert_eq!(exploration.verdict, Verdict::Sampled, "{exploration}");
    assert_eq!((exploration.executions, exploration.vacuous), (50, None));
}

#[test]
fn a_deadlock_of_threads_ends_with_its_process() {
    for test in ["stressed::child_loses_a_wake_up", "stressed::child_locks_in_opposite_orders"] {
        let limit = Duration::from_secs(2);
        let exploration = stress_in_child(again::command(test), limit);
        let expected = "bound hit: did not end within 2 s: deadlocked, or slow";
        assert_eq!(exploration.verdict.to_string(), expected, "{test}");
        assert!(exploration.elapsed >= limit, "{:?}", exploration.elapsed);
    }
}

#[test]
fn what_a_child_finds_is_handed_over() {
    let exploration = stress_in_child(again::command("stressed::child_holds"), LIMIT);
    assert_eq!(exploration.verdict, Verdict::Sampled, "{exploration}");
    assert_eq!((exploration.executions, exploration.longest), (25, 2));
    let exploration = stress_in_child(again::command("stressed::child_breaks"), LIMIT);
    let violation = exploration.violation().expect("it panics each time");
    assert_eq!(violation.detail, "carol panicked: on purpose");
}

#[test]
fn a_child_without_a_verdict_is_no_verdict() {
    let exploration = stress_in_child(again::command("no such test"), LIMIT);
    let said = exploration.to_string();
    assert!(said.starts_with("bound hit: ended without a verdict: exit status: 0"), "{said}");
    let exploration = stress_in_child(Command::new("no-such-program"), LIMIT);
    let said = exploration.to_string();
    assert!(said.starts_with("not run: no-such-program, which was to run it, cannot be"), "{said}");
}

fn tell<S: Scenario>(scenario: &S, repetitions: u64) {
    if again::is_child() {
        println!("{}", verdict_line(&stress(scenario, repetitions)));
    }
}

#[test]
fn child_holds() {
    tell(&lost_update::Fixed, 25);
}

#[test]
fn child_breaks() {
    tell(&crate::scenes::Panics(crate::scenes::Place::Actor), 25);
}

#[test]
fn child_locks_in_opposite_orders() {
    tell(&lock_order::Buggy, u64::MAX);
}

#[test]
fn child_loses_a_wake_up() {
    tell(&LostWakeUp, u64::MAX);
}
