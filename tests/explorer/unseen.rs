//! What an actor learns without a step, and what it leaves behind outside of the world.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use lockproof::explore::{
    Search, Verdict, brute_force, brute_force_census, census, exhaustive, minimal, replay,
};
use lockproof::redis::Node;
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Clock, Runtime, Shared};
use redis::cmd;

use crate::compare::{GRAPH, SEARCH};

/// What can be looked at without a step.
#[derive(Clone, Copy, Debug)]
enum Look {
    Shared,
    Server,
    Deadline,
    Time,
    Alarm,
}

const LOOKS: [Look; 5] = [Look::Shared, Look::Server, Look::Deadline, Look::Time, Look::Alarm];

/// Alice takes a step that is nobody's business, looks at what bob changes, and writes down what she saw.
/// Whether bob or she came first is then nowhere but in her own variable.
#[derive(Clone, Debug)]
struct Looks(Look);

struct Sights<R: Runtime> {
    cell: Shared<R, u64>,
    server: Node<R>,
    clock: Clock<R>,
}

impl<R: Runtime> Sights<R> {
    /// What is to be seen: 0 until bob has changed it.
    fn look(&self, look: Look) -> u64 {
        match look {
            Look::Shared => self.cell.peek(|cell| *cell),
            Look::Server => self.server.peek(|keys, now| keys.entries(now).count() as u64),
            Look::Deadline => self.server.next_deadline(0).unwrap_or_default(),
            Look::Time => self.clock.peek_ms(),
            Look::Alarm => self.clock.next_alarm().unwrap_or_default(),
        }
    }
}

impl Scenario for Looks {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let cell = Shared::new("cell", 0);
        let sights = Sights { cell, server: world.redis("redis"), clock: world.clock() };
        let (sights, look) = (Arc::new(sights), self.0);
        let [aside, written] =
            ["aside", "written"].map(|name| Arc::new(Shared::<R, u64>::new(name, 0)));
        let (seen, note) = (Arc::clone(&sights), Arc::clone(&written));
        world.actor("alice", move |_| {
            aside.with("put", |aside| *aside = 1);
            let saw = seen.look(look);
            note.with("write", |note| *note = saw);
        });
        world.actor("bob", move |_| {
            sights.cell.with("put", |cell| *cell = 1);
            let mut redis = sights.server.connect();
            cmd("SET").arg("k").arg("v").arg("PX").arg(50).exec(&mut redis).expect("an answer");
            sights.clock.sleep(Duration::from_millis(70));
        });
        world.finally(Property::Linearizable, move || match written.peek(|written| *written) {
            0 => Ok(()),
            saw => Err(format!("alice saw {saw}")),
        });
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

#[test]
fn what_an_actor_peeks_at_is_part_of_the_state() {
    for look in LOOKS.map(Looks) {
        let all = brute_force_census(&look, SEARCH).violations;
        let found = census(&look, SEARCH).violations;
        assert!(all.keys().eq(found.keys()), "{look:?}: {all:?}, but {found:?}");
        let broken = exhaustive(&look, SEARCH);
        assert!(!all.is_empty() && broken.violation().is_some(), "{look:?}: {broken}");
    }
}

/// Where actors leave something behind, or find something, that is no part of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    StaticAtomic,
    CapturedAtomic,
    CapturedMutex,
    ThreadLocal,
    RealThread,
}

const PLACES: [Place; 5] = [
    Place::StaticAtomic,
    Place::CapturedAtomic,
    Place::CapturedMutex,
    Place::ThreadLocal,
    Place::RealThread,
];

static STATIC: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static LOCAL: Cell<u64> = const { Cell::new(0) };
}

/// Each actor takes a step, reads a number, takes another step, and writes one more where no explorer
/// looks, as in a lost update; twelve more steps follow. That both read the same is wrong.
#[derive(Clone, Debug)]
struct Hidden {
    place: Place,
    after: usize,
    /// Clients that are alike, or actors with names.
    alike: bool,
}

/// Hidden state of one execution.
#[derive(Clone, Debug, Default)]
struct Hideout {
    atomic: Arc<AtomicU64>,
    mutex: Arc<StdMutex<u64>>,
}

impl Hideout {
    fn read(&self, place: Place) -> u64 {
        match place {
            Place::StaticAtomic => STATIC.load(SeqCst),
            Place::CapturedAtomic => self.atomic.load(SeqCst),
            Place::CapturedMutex => *self.mutex.lock().unwrap(),
            Place::ThreadLocal => LOCAL.get(),
            Place::RealThread => {
                let mutex = Arc::clone(&self.mutex);
                std::thread::spawn(move || *mutex.lock().unwrap()).join().expect("it ends")
            }
        }
    }

    fn write(&self, place: Place, number: u64) {
        match place {
            Place::StaticAtomic => STATIC.store(number, SeqCst),
            Place::CapturedAtomic => self.atomic.store(number, SeqCst),
            Place::CapturedMutex => *self.mutex.lock().unwrap() = number,
            Place::ThreadLocal => LOCAL.set(number),
            Place::RealThread => {
                let mutex = Arc::clone(&self.mutex);
                std::thread::spawn(move || *mutex.lock().unwrap() = number)
                    .join()
                    .expect("it ends");
            }
        }
    }
}

impl Scenario for Hidden {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let Self { place, after, alike } = *self;
        let hideout = Hideout::default();
        if place == Place::StaticAtomic || place == Place::ThreadLocal {
            hideout.write(place, 0);
        }
        let turns = Arc::new(Shared::<R, u64>::new("turns", 0));
        let end = hideout.clone();
        let body = move || {
            let (turns, hideout) = (Arc::clone(&turns), hideout.clone());
            turns.with("take", |_| ());
            let number = hideout.read(place);
            turns.with("take", |_| ());
            hideout.write(place, number + 1);
            for _ in 0..after {
                turns.with("take", |_| ());
            }
        };
        if alike {
            world.clients(2, move |_| body());
        } else {
            for name in ["alice", "bob"] {
                let body = body.clone();
                world.actor(name, move |_| body());
            }
        }
        world.finally(Property::Linearizable, move || match end.read(place) {
            2 => Ok(()),
            count => Err(format!("{count} were counted")),
        });
    }
}

/// A static is shared by all tests of this process that use it.
static ONE_AT_A_TIME: StdMutex<()> = StdMutex::new(());

#[test]
fn state_outside_the_world_is_never_exhausted() {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    for place in PLACES {
        for (after, alike) in [(0, false), (12, false), (0, true), (12, true)] {
            let hidden = Hidden { place, after, alike };
            for engine in [exhaustive::<Hidden>, minimal::<Hidden>] {
                let found = engine(&hidden, Search::default());
                assert!(
                    matches!(found.verdict, Verdict::Uncontrolled(_) | Verdict::Broken(_)),
                    "{hidden:?}: {found}"
                );
                // What is said to be broken is.
                if let (Verdict::Broken(_), Some(schedule)) = (&found.verdict, &found.schedule) {
                    let again = replay(&hidden, schedule).expect("it replays");
                    assert_eq!(again.verdict, found.verdict, "{hidden:?}");
                }
                println!("{hidden:?}: {}", found.verdict);
            }
        }
    }
}

/// Two actors each take two steps, and write their names where no explorer looks after each.
#[derive(Clone, Debug)]
struct WritesElsewhere;

impl Scenario for WritesElsewhere {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let turns = Arc::new(Shared::<R, u64>::new("turns", 0));
        let order = Arc::<StdMutex<Vec<&str>>>::default();
        for name in ["alice", "bob"] {
            let (turns, order) = (Arc::clone(&turns), Arc::clone(&order));
            world.actor(name, move |_| {
                for _ in 0..2 {
                    turns.with("take", |turns| *turns += 1);
                    order.lock().unwrap().push(name);
                }
            });
        }
        world.finally(Property::Linearizable, move || match order.lock().unwrap().as_slice() {
            ["bob", "alice", "alice", "bob"] => Err("bob was first, and last".to_owned()),
            _ => Ok(()),
        });
    }
}

/// What actors only leave behind, for `finally` to find, is met by the live executions beside the graph,
/// and by nothing else.
#[test]
fn what_is_left_behind_outside_the_world_is_met_by_live_executions() {
    assert!(brute_force(&WritesElsewhere, SEARCH).violation().is_some());
    let found = exhaustive(&WritesElsewhere, SEARCH);
    let schedule = found.schedule.as_ref().expect("a real interleaving");
    let again = replay(&WritesElsewhere, schedule).expect("it replays");
    assert!(found.violation().is_some(), "{found}");
    assert_eq!((again.verdict, again.schedule), (found.verdict, found.schedule));
    assert_eq!(exhaustive(&WritesElsewhere, GRAPH).verdict, Verdict::Exhausted);
}

/// Takes its steps in the order of a `HashMap`.
#[derive(Clone, Debug)]
struct Unordered;

impl Scenario for Unordered {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let cell = Arc::new(Shared::<R, u64>::new("cell", 0));
        for name in ["alice", "bob"] {
            let cell = Arc::clone(&cell);
            world.actor(name, move |_| {
                let all: HashMap<u64, ()> = (0..8).map(|number| (number, ())).collect();
                for number in all.into_keys() {
                    cell.with(&format!("add {number}"), move |cell| *cell += number);
                }
            });
        }
    }
}

#[test]
fn the_order_of_a_hash_map_is_uncontrolled_each_time() {
    for _ in 0..100 {
        for engine in [exhaustive::<Unordered>, minimal::<Unordered>] {
            let found = engine(&Unordered, SEARCH);
            assert!(matches!(found.verdict, Verdict::Uncontrolled(_)), "{found}");
        }
    }
}
