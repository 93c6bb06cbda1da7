//! Real threads: what they cannot do, and what they do to themselves.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use lockproof::explore::progress::watch_every;
use lockproof::explore::{Verdict, progress_line, stress, stress_in_child, verdict_line};
use lockproof::races::{
    check_then_act, fence_only_on_writes, get_del_release, lock_order, lost_update, shared_token,
    stolen_wakeup,
};
use lockproof::scenario::{Scenario, World};
use lockproof::sync::{Condvar, Mutex, Runtime};

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
        // The one that did not end is among them.
        assert!(exploration.executions > 0, "{test}: {exploration}");
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

#[test]
fn a_child_that_is_killed_has_told_how_far_it_came() {
    let limit = Duration::from_secs(2);
    let exploration = stress_in_child(again::command("stressed::child_waits_for_ever"), limit);
    let expected = "bound hit: did not end within 2 s: deadlocked, or slow; 3 executions";
    assert_eq!(exploration.to_string(), expected);
}

#[test]
fn a_child_that_told_nothing_is_not_said_to_have_done_anything() {
    let command = again::command("stressed::child_says_nothing");
    let exploration = stress_in_child(command, Duration::from_millis(500));
    let expected =
        "bound hit: did not end within 0.5 s, and told of no execution: deadlocked, or slow";
    assert_eq!(exploration.verdict.to_string(), expected);
}

#[test]
fn child_says_nothing() {
    if again::is_child() {
        std::thread::sleep(LIMIT);
    }
}

/// The third time somebody waits for what never comes.
#[derive(Clone)]
struct ThirdTime(Arc<AtomicU64>);

impl Scenario for ThirdTime {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let executions = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        let told = (Mutex::<R, ()>::new("nothing", ()), Condvar::<R>::new("told"));
        world.actor("alice", move |_| {
            if executions == 3 {
                drop(told.1.wait(told.0.lock()));
            }
        });
    }
}

#[test]
fn child_waits_for_ever() {
    tell(&ThirdTime(Arc::default()), u64::MAX);
}

fn tell<S: Scenario>(scenario: &S, repetitions: u64) {
    if again::is_child() {
        let _telling = watch_every(Duration::ZERO, |pulse| println!("{}", progress_line(pulse)));
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
