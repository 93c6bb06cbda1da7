//! Time on loom passes within the budget, and a peek is part of the step before it.

use std::sync::Arc;
use std::time::Duration;

use lockproof::explore::{Bound, LoomBounds, Search, Verdict, exhaustive, loom};
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Condvar, Mutex, Runtime, Shared, spawn};
use redis::{Commands, ExistenceCheck, SetExpiry, SetOptions};

use crate::loom_honest::{both_say, by_loom};

/// A poll loop, as every client library has; the release is a plain DEL.
#[derive(Clone)]
struct Poll {
    ttl: u64,
}

impl Scenario for Poll {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let node = world.redis("redis");
        world.guard_lock(&node, "lock", Duration::from_millis(self.ttl));
        let ttl = self.ttl;
        world.clients(2, move |me| {
            let mut c = node.connect();
            let nx = || {
                SetOptions::default()
                    .conditional_set(ExistenceCheck::NX)
                    .with_expiration(SetExpiry::PX(ttl))
            };
            while !c.set_options::<_, _, bool>("lock", me.name(), nx()).unwrap() {
                me.clock().sleep(Duration::from_millis(500));
            }
            let _: i64 = c.del("lock").unwrap();
        });
    }
}

#[test]
fn a_sleep_alone_pauses_nobody() {
    both_say("exhausted", &Poll { ttl: 1_000 });
    both_say("exhausted", &Poll { ttl: 400 });
}

/// What one actor writes when it wakes, in relation to what others do.
#[derive(Clone)]
struct Wakes {
    what: &'static str,
    ticks: u32,
}

impl Scenario for Wakes {
    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(self.ticks)
    }

    fn run<R: Runtime>(&self, world: &World<R>) {
        let log = Arc::new(Shared::<R, String>::new("log", String::new()));
        let held = Arc::new((Mutex::<R, ()>::new("held", ()), Condvar::<R>::new("told")));
        let node = world.redis("redis");
        let (hers, judged, what) = (Arc::clone(&log), Arc::clone(&log), self.what);
        let (locked, mut queue) = (Arc::clone(&held), node.connect());
        world.actor("alice", move |me| {
            let _guard = (what == "lock").then(|| locked.0.lock());
            me.clock().sleep(Duration::from_millis(10));
            if what == "notify" {
                let _guard = locked.0.lock();
                locked.1.notify_all();
            }
            if what == "push" {
                let _: i64 = queue.rpush("list", 1).unwrap();
            }
            hers.with("wake", |log| log.push('a'));
        });
        let mut connection = node.connect();
        world.actor("bob", move |me| {
            log.with("first", |log| log.push('b'));
            match what {
                "lock" => drop(held.0.lock()),
                "notify" => drop(held.1.wait(held.0.lock())),
                "push" => drop(connection.blpop::<_, Option<(String, i64)>>("list", 0.0).unwrap()),
                "late" => {
                    drop(connection.blpop::<_, Option<(String, i64)>>("list", 0.005).unwrap())
                }
                "child" => {
                    let (clock, log) = (me.clock(), Arc::clone(&log));
                    let child = spawn::<R, ()>("child", move || {
                        clock.sleep(Duration::from_millis(5));
                        log.with("child", |log| log.push('c'));
                    });
                    child.join();
                }
                "moves" => me.clock().advance_to(10),
                "quick" => {}
                _ => me.clock().sleep(Duration::from_millis(20)),
            }
            log.with("last", |log| log.push('B'));
        });
        world.finally(Property::Linearizable, move || {
            let log = judged.peek(Clone::clone);
            let orders: &[&str] = match what {
                "lock" | "notify" | "push" | "moves" => &["baB", "bBa"],
                "late" | "quick" => &["bBa"],
                "child" => &["bcBa"],
                _ => &["baB"],
            };
            orders.contains(&log.as_str()).then_some(()).ok_or(log)
        });
    }
}

#[test]
fn time_passes_for_who_waits_once_all_others_wait() {
    for what in ["lock", "notify", "push", "late", "child", "moves", "sleep", "quick"] {
        both_say("exhausted", &Wakes { what, ticks: 0 });
    }
}

#[test]
fn a_tick_wakes_a_sleeper_while_others_can_go_on() {
    a_tick_wakes_early("quick");
}

#[test]
fn a_tick_wakes_a_sleeper_while_a_child_can_go_on() {
    a_tick_wakes_early("child");
}

#[track_caller]
fn a_tick_wakes_early(what: &'static str) {
    for found in [
        exhaustive(&Wakes { what, ticks: 1 }, Search::default()),
        by_loom(&Wakes { what, ticks: 1 }),
    ] {
        let violation = found.violation().unwrap_or_else(|| panic!("{what}: {found}"));
        assert_eq!(violation.property, Property::Linearizable, "{what}: {violation}");
    }
}

/// Sleeps with a mutex that is never released.
#[derive(Clone)]
struct SleepsThenStuck;

impl Scenario for SleepsThenStuck {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let mutex = Arc::new(Mutex::<R, ()>::new("mutex", ()));
        let same = Arc::clone(&mutex);
        world.actor("alice", move |me| {
            std::mem::forget(mutex.lock());
            me.clock().sleep(Duration::from_millis(10));
        });
        world.actor("bob", move |me| {
            me.clock().sleep(Duration::from_millis(5));
            drop(same.lock());
        });
    }
}

#[test]
fn who_is_stuck_after_all_sleeps_is_in_a_deadlock() {
    both_say("broken: no-deadlock: bob waits for mutex, which alice holds", &SleepsThenStuck);
}

/// Looks at something right after a step, without one of its own.
#[derive(Clone)]
struct Peeks {
    at: &'static str,
    /// With a step in between, in which it may have changed.
    later: bool,
}

impl Scenario for Peeks {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let node = world.redis("redis");
        let cell = Arc::new(Shared::<R, u8>::new("cell", 0));
        let (other, mut writer) = (Arc::clone(&cell), node.connect());
        let Self { at, later } = *self;
        let mut reader = node.connect();
        world.actor("alice", move |me| {
            let (before, after) = match at {
                "clock" => {
                    let before = me.clock().now().as_millis() as u64;
                    if later {
                        cell.with("step", |_| ());
                    }
                    (before, me.clock().peek_ms())
                }
                "server" => {
                    let before: Option<u64> = reader.get("key").unwrap();
                    if later {
                        cell.with("step", |_| ());
                    }
                    let after = node.peek(|keys, now| keys.entries(now).count());
                    (u64::from(before.is_some()), after as u64)
                }
                _ => {
                    let before = cell.with("get", |cell| *cell);
                    if later {
                        let _: Option<u64> = reader.get("key").unwrap();
                    }
                    (before.into(), cell.peek(|cell| *cell).into())
                }
            };
            assert_eq!(before, after, "it has changed");
        });
        world.actor("bob", move |me| match at {
            "clock" => {
                other.with("step", |_| ());
                me.clock().advance_to(10);
            }
            "server" => writer.set("key", 1).unwrap(),
            _ => other.with("set", |cell| *cell = 1),
        });
    }
}

#[test]
fn a_peek_is_part_of_the_step_before_it() {
    for at in ["clock", "server", "cell"] {
        both_say("exhausted", &Peeks { at, later: false });
        for found in [
            exhaustive(&Peeks { at, later: true }, Search::default()),
            by_loom(&Peeks { at, later: true }),
        ] {
            let violation = found.violation().unwrap_or_else(|| panic!("{at}: {found}"));
            assert_eq!(violation.property, Property::NoPanic, "{at}: {violation}");
        }
    }
}

#[test]
fn a_bound_on_executions_is_reported_and_nothing_is_exhausted_by_none() {
    for executions in [0, 1, 2] {
        let bounds = LoomBounds { executions, preemptions: None };
        let found = loom(&Poll { ttl: 1_000 }, bounds);
        assert_eq!(found.verdict, Verdict::BoundHit(Bound::Executions(executions)), "{found}");
        assert_eq!(found.executions, executions);
    }
}
