//! Deadlocks: every checker says who waits for what, in the same words.

use std::sync::Arc;

use redis::Commands;

use lockproof::explore::{LoomBounds, Verdict, loom};
use lockproof::races::lock_order;
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::{Condvar, JoinHandle, Mutex, Runtime, spawn};
use lockproof::trace::Kind;

use crate::{checkers, holds_everywhere};

/// A mutex and its condition variable.
struct Account<R: Runtime> {
    funded: Mutex<R, bool>,
    told: Condvar<R>,
}

impl<R: Runtime> Account<R> {
    fn open() -> Arc<Self> {
        Arc::new(Self { funded: Mutex::new("account", false), told: Condvar::new("funds") })
    }
}

#[track_caller]
fn is_said_by_all(sentence: &str, scenario: &impl Scenario) {
    for (engine, found) in checkers(scenario) {
        let violation = found.violation().unwrap_or_else(|| panic!("{engine}: {found}"));
        assert_eq!(violation.property, Property::NoDeadlock, "{engine}: {violation}");
        assert_eq!(violation.detail, sentence, "{engine}");
    }
}

#[test]
fn a_deadlock_is_a_verdict_that_says_who_waits_for_whom() {
    is_said_by_all(
        "alice waits for account 22222, which bob holds; bob waits for account 11111, which alice \
        holds",
        &lock_order::Buggy,
    );
    holds_everywhere(&lock_order::Fixed);
}

#[test]
fn who_waits_for_ever_releases_nothing() {
    for (engine, found) in checkers(&lock_order::Buggy) {
        let events = found.trace.expect(engine).events;
        let released = events.iter().any(|event| matches!(event.kind, Kind::Unlock { .. }));
        assert!(!released, "{engine}: {events:#?}");
    }
}

/// The condition is looked at, and the mutex let go, before the wait: bob may tell in between.
#[derive(Clone)]
struct MissedWakeUp;

impl Scenario for MissedWakeUp {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let account = Account::<R>::open();
        let waited_for = Arc::clone(&account);
        world.actor("alice", move |_| {
            let funded = *waited_for.funded.lock();
            if !funded {
                let guard = waited_for.funded.lock();
                drop(waited_for.told.wait(guard));
            }
        });
        world.actor("bob", move |_| {
            *account.funded.lock() = true;
            account.told.notify_all();
        });
    }
}

#[test]
fn a_missed_wake_up_is_a_wait_for_a_notification() {
    is_said_by_all("alice waits for a notification on funds", &MissedWakeUp);
}

/// Bob pays in, and tells nobody: his end, and no step of anybody, is what leaves nobody to go on.
#[derive(Clone)]
struct NobodyTells;

impl Scenario for NobodyTells {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let account = Account::<R>::open();
        let waited_for = Arc::clone(&account);
        world.actor("alice", move |_| {
            let mut funded = waited_for.funded.lock();
            while !*funded {
                funded = waited_for.told.wait(funded);
            }
        });
        world.actor("bob", move |_| *account.funded.lock() = true);
    }
}

#[test]
fn a_deadlock_that_the_end_of_an_actor_leaves_is_one_too() {
    is_said_by_all("alice waits for a notification on funds", &NobodyTells);
}

/// Bob tells alice, and keeps the mutex that she needs until his own child, who needs it too, has ended.
#[derive(Clone)]
struct KeptFromTheWoken;

impl Scenario for KeptFromTheWoken {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let account = Account::<R>::open();
        let waited_for = Arc::clone(&account);
        world.actor("alice", move |_| {
            let mut funded = waited_for.funded.lock();
            while !*funded {
                funded = waited_for.told.wait(funded);
            }
        });
        world.actor("bob", move |_| {
            let mut funded = account.funded.lock();
            *funded = true;
            account.told.notify_all();
            let same = Arc::clone(&account);
            let child: JoinHandle<R, ()> = spawn("child", move || drop(same.funded.lock()));
            child.join();
        });
    }
}

#[test]
fn who_was_woken_waits_for_the_mutex_and_who_joins_for_an_end() {
    is_said_by_all(
        "alice waits for account, which bob holds; bob waits for the end of child; child waits for \
        account, which bob holds",
        &KeptFromTheWoken,
    );
}

/// No mutex here can be taken again by who holds it.
#[derive(Clone)]
struct TakenTwice;

impl Scenario for TakenTwice {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let account = Account::<R>::open();
        world.actor("alice", move |_| {
            let outer = account.funded.lock();
            drop(account.funded.lock());
            drop(outer);
        });
    }
}

#[test]
fn who_takes_a_mutex_twice_waits_for_itself() {
    is_said_by_all("alice waits for account, which it holds itself", &TakenTwice);
}

/// The main actor holds what its child needs.
#[derive(Clone)]
struct MainHolds;

impl Scenario for MainHolds {
    fn run<R: Runtime>(&self, _: &World<R>) {
        let account = Account::<R>::open();
        let guard = account.funded.lock();
        let same = Arc::clone(&account);
        let child: JoinHandle<R, ()> = spawn("child", move || drop(same.funded.lock()));
        child.join();
        drop(guard);
    }
}

/// Nobody pushes what alice pops.
#[derive(Clone)]
struct NothingIsPushed;

impl Scenario for NothingIsPushed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let mut connection = world.redis("redis").connect();
        world.actor("alice", move |_| {
            let _: redis::RedisResult<()> = connection.blpop("signal:11111", 0.0);
        });
    }
}

#[test]
fn who_waits_for_an_element_of_a_list_says_which() {
    is_said_by_all("alice waits for an element in signal:11111 on redis", &NothingIsPushed);
}

#[test]
fn a_main_actor_that_others_wait_for_is_named() {
    let sentence = "main waits for the end of child; child waits for account, which main holds";
    let found = loom(&MainHolds, LoomBounds::default());
    assert_eq!(found.violation().map(|it| it.detail.as_str()), Some(sentence), "{found}");
    // On the model the main actor sets the world up, and can wait for nobody.
    for (engine, found) in checkers(&MainHolds).skip(1) {
        assert!(matches!(found.verdict, Verdict::NotRun(_)), "{engine}: {found}");
    }
}

#[test]
fn a_search_after_a_deadlock_begins_afresh() {
    let first = loom(&lock_order::Buggy, LoomBounds::default());
    let between = loom(&lock_order::Fixed, LoomBounds::default());
    assert_eq!(between.verdict, Verdict::Exhausted);
    let again = loom(&lock_order::Buggy, LoomBounds::default());
    assert_eq!(again.verdict, first.verdict);
}
