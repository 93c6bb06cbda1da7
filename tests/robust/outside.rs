//! What actors do outside lockproof: each ends with a verdict, and nothing hangs or dies.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex as StdMutex, mpsc};
use std::thread;

use lockproof::explore::{Exploration, Verdict, exhaustive, minimal, random};
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Atomic, JoinHandle, Runtime, Shared, spawn};
use redis::Commands;

use crate::{SAMPLING, SEARCH};

/// Code that steps outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outside {
    /// A `std` mutex that is held across a step.
    HeldMutex,
    /// A connection behind a `std` mutex.
    Connection,
    /// A message that another actor sends through a `std` channel.
    Channel,
    /// A `std` barrier.
    Barrier,
    /// A loop around `catch_unwind`.
    Retries,
    /// 400 KiB of stack.
    Deep,
    /// A step inside a step.
    Nested,
    /// A guard whose destructor waits for a helper, and a crash.
    JoinsInDrop,
}

#[derive(Clone, Debug)]
struct Rough(Outside);

struct Guard<R: Runtime>(Option<JoinHandle<R, ()>>);

impl<R: Runtime> Drop for Guard<R> {
    fn drop(&mut self) {
        self.0.take().map(JoinHandle::join);
    }
}

impl Scenario for Rough {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let hits = Arc::new(Atomic::<R>::new("hits", 0));
        let totals = Arc::new(["outer", "inner"].map(|name| Shared::<R, u8>::new(name, 0)));
        let local = Arc::new(StdMutex::new(0));
        let connection = Arc::new(StdMutex::new(world.redis("redis").connect()));
        let barrier = Arc::new(std::sync::Barrier::new(2));
        let (send, receive) = mpsc::channel::<()>();
        let channel = Arc::new((StdMutex::new(send), StdMutex::new(receive)));
        let outside = self.0;
        for name in ["alice", "bob"] {
            let (hits, totals, local) =
                (Arc::clone(&hits), Arc::clone(&totals), Arc::clone(&local));
            let (connection, channel) = (Arc::clone(&connection), Arc::clone(&channel));
            let barrier = Arc::clone(&barrier);
            world.actor(name, move |_| match outside {
                Outside::HeldMutex => {
                    let mut held = local.lock().unwrap();
                    hits.fetch_add(1, SeqCst);
                    *held += 1;
                }
                Outside::Connection => {
                    let _: i64 = connection.lock().unwrap().incr("n", 1).unwrap();
                }
                Outside::Channel if name == "alice" => channel.1.lock().unwrap().recv().unwrap(),
                Outside::Channel => {
                    hits.fetch_add(1, SeqCst);
                    channel.0.lock().unwrap().send(()).unwrap();
                }
                Outside::Barrier => {
                    hits.fetch_add(1, SeqCst);
                    barrier.wait();
                }
                Outside::Retries => {
                    let attempt = || (0..6).for_each(|_| hits.store(1, SeqCst));
                    while catch_unwind(AssertUnwindSafe(attempt)).is_err() {}
                }
                Outside::Deep => {
                    hits.fetch_add(i64::try_from(deep(400)).unwrap(), SeqCst);
                }
                Outside::Nested => {
                    totals[0].with("outer", |it| *it = totals[1].with("inner", |it| *it + 1));
                }
                Outside::JoinsInDrop => {
                    let own = Arc::clone(&totals);
                    let helper = format!("{name}-helper");
                    let helper = spawn::<R, ()>(&helper, move || own[0].with("add", |it| *it += 1));
                    let guard = Guard(Some(helper));
                    totals[1].with("add", |it| *it += 1);
                    drop(guard);
                }
            });
        }
        world.finally(Property::ConservedBalance, || Ok(()));
    }

    fn budgets(&self) -> Budgets {
        match self.0 {
            Outside::JoinsInDrop => Budgets::none().crash("alice"),
            _ => Budgets::none(),
        }
    }
}

fn deep(kib: usize) -> u64 {
    let block = std::hint::black_box([kib as u8; 1024]);
    if kib == 0 { 0 } else { deep(kib - 1) + u64::from(block[7] & 1) }
}

const ENGINES: [fn(&Rough) -> Exploration; 3] = [
    |rough| exhaustive(rough, SEARCH),
    |rough| minimal(rough, SEARCH),
    |rough| random(rough, SAMPLING),
];

fn assert_not_run(outside: Outside, who: &[&str], said: &str) {
    let said: Vec<String> = who.iter().map(|who| format!("{who}{said}")).collect();
    assert_says_one_of(outside, &said);
}

fn assert_says_one_of(outside: Outside, said: &[String]) {
    let found = thread::scope(|scope| {
        let run = ENGINES.map(|engine| scope.spawn(move || engine(&Rough(outside))));
        run.map(|engine| engine.join().expect("an engine does not panic"))
    });
    for found in found {
        let Verdict::NotRun(why) = &found.verdict else { panic!("{outside:?}: {found}") };
        assert!(said.contains(why), "{outside:?}: {why}");
    }
}

const BLOCKED: &str = " has blocked the thread outside lockproof: share what actors wait for (mutexes, \
                       channels, joins) through lockproof::sync, and hold no std mutex across a step";

// Each engine waits for five seconds, so all wait at once. Whoever comes second is the one that blocks.
#[test]
fn who_blocks_the_thread_by_a_std_mutex_a_channel_or_a_barrier_is_not_run() {
    let scenes: [(Outside, &[&str]); 4] = [
        (Outside::HeldMutex, &["alice", "bob"]),
        (Outside::Connection, &["alice", "bob"]),
        (Outside::Channel, &["alice"]),
        (Outside::Barrier, &["alice", "bob"]),
    ];
    thread::scope(|scope| {
        for (outside, who) in scenes {
            scope.spawn(move || assert_not_run(outside, who, BLOCKED));
        }
    });
}

#[test]
fn a_step_inside_a_step_names_the_outer_one() {
    let said = " takes a step inside a step on outer: take them one after the other";
    assert_not_run(Outside::Nested, &["alice", "bob"], said);
}

#[test]
fn a_destructor_that_waits_while_its_actor_is_crashed_is_not_run() {
    // A search stops her to learn what she does next; where engines run her to her end, only a fault does.
    let because = [
        ", so that alice cannot be stopped before that, as a search has to",
        " while alice is unwound",
    ];
    let said = because.map(|because| {
        format!(
            "a destructor of alice waits for the end of alice-helper{because}: let destructors wait for \
             nobody"
        )
    });
    assert_says_one_of(Outside::JoinsInDrop, &said);
}

#[test]
fn panics_that_are_caught_in_a_loop_and_deep_stacks_end() {
    for outside in [Outside::Retries, Outside::Deep] {
        for found in ENGINES.map(|engine| engine(&Rough(outside))) {
            let ended = matches!(found.verdict, Verdict::Exhausted | Verdict::Sampled);
            assert!(ended, "{outside:?}: {found}");
        }
    }
}
