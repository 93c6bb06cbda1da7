//! Threads that lockproof did not start, steps inside steps, and destructors that wait: each ends in a
//! sentence that names the actor, what it did and the remedy, and not in a hang, a panic or a wrong verdict.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use lockproof::explore::{Exploration, Verdict, brute_force};
use lockproof::redis::Connection;
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Atomic, Condvar, JoinHandle, Mutex, Runtime, Shared, spawn};
use redis::Commands;

use crate::{SEARCH, checkers, shuttles};

/// What alice does on a thread of her own making.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Command,
    CommandUnasked,
    Mutex,
    Shared,
    Peek,
    Atomic,
    Condvar,
    Clock,
    Join,
    Start,
}

const USES: [(Use, &str); 9] = [
    (Use::Command, "redis"),
    (Use::CommandUnasked, "redis"),
    (Use::Mutex, "mutex"),
    (Use::Shared, "shared"),
    (Use::Peek, "shared"),
    (Use::Atomic, "atomic"),
    (Use::Condvar, "condvar"),
    (Use::Clock, "the clock"),
    (Use::Join, "what child returns"),
];

#[derive(Clone)]
struct Foreign(Use);

impl Scenario for Foreign {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let what = self.0;
        let node = world.redis("redis");
        let mutex = Arc::new(Mutex::<R, u64>::new("mutex", 0));
        let shared = Arc::new(Shared::<R, u64>::new("shared", 0));
        let atomic = Arc::new(Atomic::<R>::new("atomic", 0));
        let condvar = Arc::new(Condvar::<R>::new("condvar"));
        let (mut connection, clock) = (node.connect(), world.clock());
        let (own_mutex, own_shared) = (Arc::clone(&mutex), Arc::clone(&shared));
        world.actor("alice", move |_| {
            let child = spawn::<R, u64>("child", || 0);
            let foreign = std::thread::spawn(move || match what {
                Use::Command | Use::CommandUnasked => {
                    drop(connection.incr::<_, _, i64>("total", 1));
                }
                Use::Mutex => *own_mutex.lock() += 1,
                Use::Shared => own_shared.with("add 1", |shared| *shared += 1),
                Use::Peek => drop(own_shared.peek(|shared| *shared)),
                Use::Atomic => drop(atomic.fetch_add(1, Ordering::SeqCst)),
                Use::Condvar => condvar.notify_all(),
                Use::Clock => drop(clock.now()),
                Use::Join => drop(child.join()),
                Use::Start => drop(spawn::<R, ()>("another", || ())),
            });
            match what {
                // The scenario takes what went wrong there for nothing.
                Use::CommandUnasked => drop(foreign.join()),
                _ => foreign.join().expect("the thread ends"),
            }
        });
        let mut connection = node.connect();
        world.actor("bob", move |_| {
            *mutex.lock() += 1;
            shared.with("add 1", |shared| *shared += 1);
            let _: i64 = connection.incr("total", 1).unwrap();
        });
        world.finally(Property::ConservedBalance, || Ok(()));
    }
}

fn not_run(found: &Exploration) -> &str {
    match &found.verdict {
        Verdict::NotRun(why) => why,
        _ => panic!("{found}"),
    }
}

const REMEDY: &str = "start threads with lockproof::sync::spawn, so that their steps are scheduled";

#[test]
fn what_a_thread_uses_that_lockproof_did_not_start_is_a_sentence() {
    for (what, name) in USES {
        let begun = Instant::now();
        for (engine, found) in checkers(&Foreign(what)) {
            let who = match engine {
                // It does not say who runs.
                "loom" => format!("a thread that lockproof did not start uses {name}"),
                _ => format!("alice uses {name} from a thread that lockproof did not start"),
            };
            assert_eq!(not_run(&found), format!("{who}: {REMEDY}"), "{engine}, {what:?}");
        }
        assert_eq!(
            not_run(&brute_force(&Foreign(what), SEARCH)),
            format!("alice uses {name} from a thread that lockproof did not start: {REMEDY}")
        );
        assert!(begun.elapsed() < Duration::from_secs(20), "{what:?}");
    }
}

/// It has nothing in its hands that knows where it belongs, so it panics.
#[test]
fn a_thread_started_from_such_a_thread_is_not_passed_over() {
    for (engine, found) in shuttles(&Foreign(Use::Start)) {
        let said = found.to_string();
        assert!(
            !matches!(found.verdict, Verdict::Exhausted | Verdict::Sampled),
            "{engine}: {said}"
        );
    }
}

/// A thread within the life of the actor, as `std::thread::scope` starts them.
#[derive(Clone)]
struct Scoped;

impl Scenario for Scoped {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let node = world.redis("redis");
        for name in ["alice", "bob"] {
            let mut connection: Connection<R> = node.connect();
            world.actor(name, move |me| {
                let _: i64 = connection.incr("total", 1).unwrap();
                if me.name() == "bob" {
                    std::thread::scope(|scope| {
                        scope.spawn(|| connection.incr::<_, _, i64>("total", 1).is_ok());
                    });
                }
            });
        }
        world.finally(Property::ConservedBalance, || Ok(()));
    }
}

#[test]
fn the_sentence_names_the_client_that_started_the_thread() {
    for (engine, found) in shuttles(&Scoped) {
        let expected =
            format!("bob uses redis from a thread that lockproof did not start: {REMEDY}");
        assert_eq!(not_run(&found), expected, "{engine}");
    }
}

/// A step inside a step of alice's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inner {
    Same,
    Other,
    Mutex,
    Command,
    Clock,
}

const INNER: [Inner; 5] = [Inner::Same, Inner::Other, Inner::Mutex, Inner::Command, Inner::Clock];

#[derive(Clone)]
struct Nested(Inner);

impl Scenario for Nested {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let inner = self.0;
        let node = world.redis("redis");
        let shared = Arc::new(Shared::<R, u64>::new("outer", 0));
        let other = Arc::new(Shared::<R, u64>::new("other", 0));
        let mutex = Arc::new(Mutex::<R, u64>::new("mutex", 0));
        let bob = Arc::clone(&shared);
        world.actor("bob", move |_| bob.with("add 1", |shared| *shared += 1));
        world.actor("alice", move |me| {
            shared.with("add 1", |number| {
                match inner {
                    Inner::Same => shared.with("add 1", |shared| *shared += 1),
                    Inner::Other => other.with("add 1", |other| *other += 1),
                    Inner::Mutex => *mutex.lock() += 1,
                    Inner::Command => drop(node.connect().incr::<_, _, i64>("total", 1)),
                    Inner::Clock => drop(me.clock().now()),
                }
                *number += 1;
            });
        });
        world.finally(Property::ConservedBalance, || Ok(()));
    }
}

#[test]
fn a_step_inside_a_step_is_a_sentence() {
    for inner in INNER {
        for (engine, found) in shuttles(&Nested(inner)) {
            let expected =
                "alice takes a step inside a step on outer: take them one after the other";
            assert_eq!(not_run(&found), expected, "{engine}, {inner:?}");
        }
    }
}

/// Joins a helper when it is dropped.
struct Guard<R: Runtime>(Option<JoinHandle<R, u64>>);

impl<R: Runtime> Drop for Guard<R> {
    fn drop(&mut self) {
        if let Some(helper) = self.0.take() {
            helper.join();
        }
    }
}

/// Why the destructor runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    End,
    Panic,
    Crash,
}

#[derive(Clone)]
struct Joining(Why);

impl Scenario for Joining {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let why = self.0;
        let total = Arc::new(Shared::<R, u64>::new("total", 0));
        for name in ["alice", "bob"] {
            let total = Arc::clone(&total);
            world.actor(name, move |_| {
                let of_helper = Arc::clone(&total);
                let helper = spawn::<R, u64>("helper", move || {
                    of_helper.with("add 1", |total| {
                        *total += 1;
                        *total
                    })
                });
                let _guard = Guard(Some(helper));
                total.with("add 1", |total| *total += 1);
                assert!(why != Why::Panic || name != "alice", "on purpose");
            });
        }
        world.finally(Property::ConservedBalance, move || match total.peek(|total| *total) {
            4 => Ok(()),
            _ if why == Why::Crash => Ok(()),
            other => Err(format!("four additions made {other}")),
        });
    }

    fn budgets(&self) -> Budgets {
        match self.0 {
            Why::Crash => Budgets::none().crash("alice"),
            Why::End | Why::Panic => Budgets::none(),
        }
    }
}

const STOPPED: &str = "a destructor of alice waits for the end of helper, so that alice cannot be stopped \
                       before that, as a search has to: let destructors wait for nobody";
const UNWOUND: &str = "a destructor of alice waits for the end of helper while alice is unwound: let \
                       destructors wait for nobody";

/// Whether an engine runs actors alone, and stops them.
fn stops(engine: &str) -> bool {
    ["exhaustive", "minimal"].contains(&engine)
}

#[test]
fn a_destructor_that_joins_at_the_end_of_a_body_joins_or_is_a_sentence() {
    for (engine, found) in shuttles(&Joining(Why::End)) {
        match stops(engine) {
            true => assert_eq!(not_run(&found), STOPPED, "{engine}"),
            false => assert_eq!(found.verdict, Verdict::Sampled, "{engine}: {found}"),
        }
    }
    let all = brute_force(&Joining(Why::End), SEARCH);
    assert_eq!(all.verdict, Verdict::Exhausted, "{all}");
}

#[test]
fn a_destructor_that_joins_while_its_actor_is_unwound_is_a_sentence() {
    for why in [Why::Panic, Why::Crash] {
        for (engine, found) in shuttles(&Joining(why)) {
            let expected = if stops(engine) { STOPPED } else { UNWOUND };
            assert_eq!(not_run(&found), expected, "{engine}, {why:?}");
        }
    }
}
