//! What one checker sees and another does not.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering::{self, Acquire, Relaxed, Release};
use std::sync::{Arc, Mutex as StdMutex};

use lockproof::explore::{Exploration, Verdict};
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::{Atomic, Condvar, Mutex, Runtime, Shared, spawn};

use crate::{checkers, names};

/// A notification that is sent without the mutex can come between a check and the wait that follows, if the
/// check looks at something that the mutex does not guard. Nobody waits then, so nobody hears it.
#[derive(Clone)]
struct NotifiedWithoutTheMutex;

impl Scenario for NotifiedWithoutTheMutex {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let filled = Arc::new((Mutex::<R, ()>::new("mutex", ()), Condvar::<R>::new("filled")));
        let slot = Arc::new(Shared::<R, i64>::new("slot", 0));
        let (from, waits) = (Arc::clone(&slot), Arc::clone(&filled));
        world.actor("taker", move |_| {
            let (mutex, filled) = &*waits;
            let mut guard = mutex.lock();
            while from.with("take", std::mem::take) == 0 {
                guard = filled.wait(guard);
            }
        });
        world.actor("giver", move |_| {
            slot.with("put", |slot| *slot = 7);
            filled.1.notify_one();
        });
    }
}

/// The same, where what the check looks at is guarded by another mutex, which is released before the wait.
#[derive(Clone)]
struct AnotherMutexReleased;

impl Scenario for AnotherMutexReleased {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let filled = Arc::new((Mutex::<R, ()>::new("mutex", ()), Condvar::<R>::new("filled")));
        let slot = Arc::new(Mutex::<R, bool>::new("slot", false));
        let (from, waits) = (Arc::clone(&slot), Arc::clone(&filled));
        world.actor("taker", move |_| {
            let slot = from.lock();
            let guard = waits.0.lock();
            if !*slot {
                drop(slot);
                drop(waits.1.wait(guard));
            }
        });
        world.actor("giver", move |_| {
            *slot.lock() = true;
            filled.1.notify_one();
        });
    }
}

/// The same, where the notification comes from a child that is started with the mutex held.
#[derive(Clone)]
struct ChildStarted;

impl Scenario for ChildStarted {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let filled = Arc::new((Mutex::<R, ()>::new("mutex", ()), Condvar::<R>::new("filled")));
        world.actor("taker", move |_| {
            let tells = Arc::clone(&filled);
            let guard = filled.0.lock();
            let giver = spawn::<R, ()>("giver", move || tells.1.notify_one());
            drop(filled.1.wait(guard));
            giver.join();
        });
    }
}

#[test]
fn a_notification_between_a_check_and_the_wait_is_lost() {
    is_missed(&NotifiedWithoutTheMutex);
    is_missed(&AnotherMutexReleased);
    is_missed(&ChildStarted);
}

#[track_caller]
fn is_missed(scenario: &impl Scenario) {
    // Of so few decisions PCT changes its mind at every one.
    for (engine, exploration) in checkers(scenario).filter(|(engine, _)| *engine != "pct") {
        let found = exploration.violation().map(|violation| violation.property);
        assert_eq!(found, Some(Property::NoDeadlock), "{engine}: {exploration}");
        if let (Some(schedule), Some(trace)) = (&exploration.schedule, &exploration.trace) {
            assert_eq!(schedule.names().collect::<Vec<_>>(), names(trace), "{engine}");
        }
    }
}

/// A value is written, then a flag, and a reader who sees the flag looks at the value.
#[derive(Clone)]
struct Publishes {
    store: Ordering,
    load: Ordering,
    /// What the reader has seen of the value, if it saw the flag.
    seen: Arc<StdMutex<BTreeSet<Option<i64>>>>,
}

impl Scenario for Publishes {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let both = Arc::new([Atomic::<R>::new("value", 0), Atomic::<R>::new("flag", 0)]);
        let (read, Self { store, load, seen }) = (Arc::clone(&both), self.clone());
        world.actor("writer", move |_| {
            both[0].store(7, Relaxed);
            both[1].store(1, store);
        });
        world.actor("reader", move |_| {
            let flag = read[1].load(load) == 1;
            let value = flag.then(|| read[0].load(Relaxed));
            seen.lock().unwrap().insert(value);
            value
        });
    }
}

/// What the reader sees, by checker.
fn seen(store: Ordering, load: Ordering) -> Vec<(&'static str, BTreeSet<Option<i64>>)> {
    let publishes = Publishes { store, load, seen: Arc::default() };
    let seen = |(engine, found): (_, Exploration)| {
        let clean = match engine {
            "loom" => found.verdict == Verdict::Exhausted,
            _ => matches!(found.verdict, Verdict::Blind(_)),
        };
        assert!(clean, "{engine}: {found}");
        (engine, std::mem::take(&mut *publishes.seen.lock().unwrap()))
    };
    checkers(&publishes).map(seen).collect()
}

/// Plain loads meet stores here, of which loom is known to miss outcomes in other programs.
#[test]
fn loom_alone_sees_that_a_relaxed_flag_publishes_nothing() {
    let [nothing, new, old] = [None, Some(7), Some(0)];
    for (store, load) in [(Relaxed, Relaxed), (Release, Relaxed), (Relaxed, Acquire)] {
        for (engine, seen) in seen(store, load) {
            let weak = engine == "loom";
            let expected = [nothing, new].into_iter().chain(weak.then_some(old)).collect();
            assert_eq!(seen, expected, "{engine}: {store:?}, {load:?}");
        }
    }
    for (engine, seen) in seen(Release, Acquire) {
        assert_eq!(seen, [nothing, new].into(), "{engine}");
    }
}
