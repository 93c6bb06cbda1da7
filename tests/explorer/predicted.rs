//! Ends that are not executed are judged as the search predicts them, and what is wrong is shown live.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex};
use std::time::Duration;

use lockproof::bank::Money;
use lockproof::explore::{Bound, Search, Verdict, census, exhaustive, minimal, replay};
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::{Atomic, Mutex, Runtime, Shared, spawn};
use redis::Commands;

const ONE_LIVE: Search = Search { live_ends: 1, ..Search::DEFAULT };

/// Where three clients write their places down, and `finally` reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Shared,
    Mutex,
    Atomic,
    Redis,
    Result,
    Time,
}

const PLACES: [Place; 6] =
    [Place::Shared, Place::Mutex, Place::Atomic, Place::Redis, Place::Result, Place::Time];

/// Three clients come one after the other; the order in which they do is left behind as a number, such as
/// 321. One order is wrong.
#[derive(Clone, Debug)]
struct Orders {
    place: Place,
    wrong: i64,
}

impl Scenario for Orders {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let Self { place, wrong } = *self;
        let shared = Arc::new(Shared::<R, i64>::new("shared", 0));
        let mutex = Arc::new(Mutex::<R, i64>::new("mutex", 0));
        let atomic = Arc::new(Atomic::<R>::new("atomic", 0));
        let node = world.redis("redis");
        let mut threads = Vec::new();
        for digit in 1..=3 {
            let name = ["one", "two", "three"][digit as usize - 1];
            let (shared, mutex, atomic) =
                (Arc::clone(&shared), Arc::clone(&mutex), Arc::clone(&atomic));
            let (mut connection, clock) = (node.connect(), world.clock());
            let mut body = move || {
                let so_far = shared.with("come", |order| {
                    *order = *order * 10 + digit;
                    *order
                });
                match place {
                    Place::Mutex => *mutex.lock() = so_far,
                    Place::Atomic => atomic.store(so_far, Ordering::SeqCst),
                    Place::Redis => connection.rpush::<_, _, ()>("order", digit).unwrap(),
                    Place::Time => clock.sleep(Duration::from_millis(so_far as u64)),
                    Place::Shared | Place::Result => {}
                }
                so_far
            };
            match place {
                Place::Result => threads.push(spawn::<R, i64>(name, body)),
                _ => world.actor(name, move |_| body()),
            }
        }
        let (mut connection, clock) = (node.connect(), world.clock());
        world.finally(Property::ConservedBalance, move || {
            let left = match place {
                Place::Shared => shared.peek(|order| *order),
                Place::Mutex => *mutex.lock(),
                Place::Atomic => atomic.load(Ordering::SeqCst),
                Place::Redis => {
                    let digits: Vec<i64> = connection.lrange("order", 0, -1).unwrap();
                    digits.into_iter().fold(0, |order, digit| order * 10 + digit)
                }
                Place::Result => threads.into_iter().map(|it| it.join()).max().unwrap(),
                Place::Time => clock.peek_ms() as i64,
            };
            if left == wrong { Err(format!("{wrong} is left")) } else { Ok(()) }
        });
    }
}

#[test]
fn the_one_wrong_end_far_beyond_the_live_ones_is_found_wherever_it_shows() {
    for place in PLACES {
        for wrong in [123, 132, 213, 231, 312, 321] {
            let scenario = Orders { place, wrong };
            for engine in [exhaustive, minimal] {
                let found = engine(&scenario, ONE_LIVE);
                let detail = found.violation().map(|violation| violation.detail.as_str());
                let expected = format!("{wrong} is left");
                assert_eq!(detail, Some(expected.as_str()), "{scenario:?}: {found}");
                // It was executed, and can be again.
                let schedule = found.schedule.clone().expect("an execution has a schedule");
                let again = replay(&scenario, &schedule).expect("it fits");
                assert_eq!(again.verdict, found.verdict, "{scenario:?}: {found}");
            }
        }
    }
}

#[test]
fn where_nothing_is_wrong_the_bound_is_said_and_few_ends_are_executed() {
    for place in PLACES {
        let scenario = Orders { place, wrong: -1 };
        for engine in [exhaustive, minimal] {
            let found = engine(&scenario, ONE_LIVE);
            assert_eq!(found.verdict, Verdict::BoundHit(Bound::LiveEnds(1)), "{place:?}: {found}");
            assert!(found.held() && found.figures.expect("figures").ends >= 6, "{found}");
            let all = engine(&scenario, Search::DEFAULT);
            assert_eq!(all.verdict, Verdict::Exhausted, "{place:?}: {all}");
            assert!(found.executions < all.executions, "{place:?}: {found}; {all}");
        }
    }
}

#[test]
fn a_census_has_each_violation_of_a_predicted_end() {
    let scenario = Orders { place: Place::Shared, wrong: 321 };
    let [few, all] = [ONE_LIVE, Search::DEFAULT].map(|search| census(&scenario, search));
    assert_eq!(few.violations, all.violations);
    assert_eq!(few.violations.len(), 1);
}

/// The deposit of one client gets lost if another one comes first; a monitor notices at the end.
#[derive(Clone)]
struct Deposits;

impl Scenario for Deposits {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let node = world.redis("redis");
        world.guard_total(&node, &["balance"], Money::from_minor(3));
        node.connect().set::<_, _, ()>("balance", 0).unwrap();
        for name in ["alice", "bob", "carol"] {
            let mut connection = node.connect();
            world.actor(name, move |_| {
                let balance: i64 = connection.get("balance").unwrap();
                connection.set::<_, _, ()>("balance", balance + 1).unwrap();
            });
        }
    }
}

#[test]
fn monitors_judge_predicted_ends_too() {
    // The first end is that of one client after the other, which is right.
    let found = exhaustive(&Deposits, ONE_LIVE);
    assert_eq!(
        found.violation().map(|it| it.property),
        Some(Property::ConservedBalance),
        "{found}"
    );
}

/// `finally` reads a captured variable. The actors return what they wrote there, so this keeps the contract;
/// a world that is only filled does not have it.
#[derive(Clone)]
struct Captured {
    judged: Arc<AtomicU64>,
}

impl Scenario for Captured {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let shared = Arc::new(Shared::<R, u64>::new("shared", 0));
        let places = Arc::new(StdMutex::new(Vec::new()));
        for name in ["one", "two", "three"] {
            let (shared, places) = (Arc::clone(&shared), Arc::clone(&places));
            world.actor(name, move |_| {
                let place = shared.with("come", |count| {
                    *count += 1;
                    *count
                });
                places.lock().unwrap().push(place);
                place
            });
        }
        let judged = Arc::clone(&self.judged);
        world.finally(Property::ConservedBalance, move || {
            judged.fetch_add(1, Ordering::SeqCst);
            match places.lock().unwrap().len() {
                3 => Ok(()),
                other => Err(format!("{other} places were taken")),
            }
        });
    }
}

#[test]
fn where_finally_reads_what_is_not_in_the_world_it_is_not_believed() {
    let scenario = Captured { judged: Arc::default() };
    let found = exhaustive(&scenario, ONE_LIVE);
    assert_eq!(found.verdict, Verdict::BoundHit(Bound::UnjudgedEnds(1)), "{found}");
    let said = "bound hit: 1 distinct end executed live, all states visited; the other ends were not \
                judged, because `finally` reads what is not in the world";
    assert_eq!(found.verdict.to_string(), said);
    // Each live execution is judged, and one predicted end is.
    assert_eq!(scenario.judged.load(Ordering::SeqCst), found.executions + 1, "{found}");
    let all = exhaustive(&scenario, Search::DEFAULT);
    assert_eq!(all.verdict, Verdict::Exhausted, "{all}");
}
