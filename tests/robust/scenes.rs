//! Scenarios in which something goes wrong.

use std::hash::Hasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lockproof::scenario::monitors::Monitor;
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Condvar, Mutex, Runtime, Shared};
use lockproof::trace::{Event, Trace};
use redis::{Commands, Script};

/// Two actors count, each in this many atomic steps.
#[derive(Clone)]
pub struct Count(pub u64);

impl Scenario for Count {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let total = Arc::new(Shared::<R, u64>::new("total", 0));
        for name in ["alice", "bob"] {
            let (total, steps) = (Arc::clone(&total), self.0);
            world.actor(name, move |_| {
                for _ in 0..steps {
                    total.with("add 1", |total| *total += 1);
                }
            });
        }
        let (counted, expected) = (total, 2 * self.0);
        world.finally(Property::ConservedBalance, move || match counted.peek(|total| *total) {
            total if total == expected => Ok(()),
            other => Err(format!("{expected} additions made {other}")),
        });
    }
}

/// Where somebody panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    SetUp,
    Actor,
    Monitor,
    Check,
}

#[derive(Clone)]
pub struct Panics(pub Place);

impl Scenario for Panics {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let place = self.0;
        Count(2).run(world);
        if place == Place::Monitor {
            world.monitor(Panicking);
        }
        world.actor("carol", move |_| {
            if place == Place::Actor {
                panic!("on purpose");
            }
        });
        world.finally(Property::ConservedBalance, move || {
            assert!(place != Place::Check, "on purpose");
            Ok(())
        });
        assert!(place != Place::SetUp, "on purpose");
    }
}

/// A monitor with a mistake in it.
#[derive(Clone)]
struct Panicking;

impl Monitor for Panicking {
    fn property(&self) -> Property {
        Property::Linearizable
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        assert!(names.actor(event.actor) != "bob", "on purpose");
        Ok(())
    }

    fn remember(&self, _: &mut dyn Hasher) {}
}

/// An actor that never stops.
#[derive(Clone)]
pub struct Endless;

impl Scenario for Endless {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let shared = Arc::new(Shared::<R, ()>::new("shared", ()));
        world.actor("alice", move |_| {
            loop {
                shared.with("look", |()| ());
            }
        });
    }
}

/// A scenario that depends on how often it has been run.
#[derive(Clone, Default)]
pub struct DependsOnTheOutside {
    pub runs: Arc<AtomicU64>,
    /// An actor takes fewer steps from run to run; otherwise it is a shared number that grows.
    pub fewer: bool,
}

impl Scenario for DependsOnTheOutside {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let run = self.runs.fetch_add(1, Ordering::SeqCst) % 16;
        let (steps, number) = if self.fewer { (20 - run, 0) } else { (4, run) };
        let total = Arc::new(Shared::<R, u64>::new("total", number));
        for (name, steps) in [("alice", steps), ("bob", 4)] {
            let total = Arc::clone(&total);
            world.actor(name, move |_| {
                for _ in 0..steps {
                    total.with("add 1", |total| *total += 1);
                }
            });
        }
    }
}

/// State that cannot be hashed.
#[derive(Clone)]
pub struct Opaque {
    pub mutex: bool,
}

impl Scenario for Opaque {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let mutex = Arc::new(Mutex::<R, f64>::opaque("rate", 1.0));
        let shared = Arc::new(Shared::<R, f64>::opaque("price", 1.0));
        for name in ["alice", "bob"] {
            let (mutex, shared, by_mutex) = (Arc::clone(&mutex), Arc::clone(&shared), self.mutex);
            world.actor(name, move |_| {
                if by_mutex {
                    *mutex.lock() *= 2.0;
                } else {
                    shared.with("double", |price| *price *= 2.0);
                }
            });
        }
        world.finally(Property::NoOverdraft, || Ok(()));
    }
}

/// A taker that looks, lets go, and then waits: the giver's word can fall in between.
#[derive(Clone)]
pub struct LostWakeUp;

impl Scenario for LostWakeUp {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let slot = Arc::new((Mutex::<R, bool>::new("slot", false), Condvar::<R>::new("filled")));
        let (taker, giver) = (Arc::clone(&slot), slot);
        world.actor("alice", move |_| {
            let (slot, filled) = &*taker;
            let is_filled = *slot.lock();
            if !is_filled {
                drop(filled.wait(slot.lock()));
            }
        });
        world.actor("bob", move |_| {
            let (slot, filled) = &*giver;
            *slot.lock() = true;
            filled.notify_one();
        });
    }
}

/// Actors that sleep, and one that may be crashed while it holds what another waits for.
#[derive(Clone)]
pub struct Sleepers {
    pub crash: bool,
}

impl Scenario for Sleepers {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let total = Arc::new(Mutex::<R, u64>::new("total", 0));
        for name in ["alice", "bob"] {
            let total = Arc::clone(&total);
            world.actor(name, move |me| {
                for _ in 0..2 {
                    *total.lock() += 1;
                    me.clock().sleep(Duration::from_secs(3_600));
                }
            });
        }
        let counted = Arc::clone(&total);
        world.finally(Property::ConservedBalance, move || match *counted.lock() {
            4 => Ok(()),
            other => Err(format!("four additions made {other}")),
        });
    }

    fn budgets(&self) -> Budgets {
        let ticks = Budgets::none().ticks(1);
        if self.crash { ticks.crash("alice") } else { ticks }
    }
}

/// Two clients of a Redis server read a number with one script, and write one more with another.
#[derive(Clone)]
pub struct Scripted;

impl Scenario for Scripted {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        let scripts =
            ["return redis.call('GET', KEYS[1])", "return redis.call('SET', KEYS[1], ARGV[1] + 1)"];
        let [read, write] = scripts.map(Script::new);
        for script in [&read, &write] {
            script.load(&mut server.connect()).expect("the server answers");
        }
        server.connect().set::<_, _, ()>("number", 1).expect("the server answers");
        for name in ["alice", "bob"] {
            let (mut connection, read, write) = (server.connect(), read.clone(), write.clone());
            world.actor(name, move |_| {
                let number: u64 =
                    read.key("number").invoke(&mut connection).expect("the server answers");
                let _: () = write
                    .key("number")
                    .arg(number)
                    .invoke(&mut connection)
                    .expect("the server answers");
            });
        }
        let mut connection = server.connect();
        world.finally(Property::ConservedBalance, move || {
            match connection.get::<_, u64>("number").expect("the server answers") {
                3 => Ok(()),
                other => Err(format!("two additions to 1 made {other}")),
            }
        });
    }
}
