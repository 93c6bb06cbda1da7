//! Scenarios that say what a runtime has to supply, one each.

use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex};

use lockproof::scenario::monitors::Monitor;
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Atomic, Condvar, Mutex, Runtime, Shared, spawn};
use lockproof::trace::{ActorId, Event, Kind, Trace};

/// Two actors are never in one critical section.
#[derive(Clone)]
pub struct OneAtATime;

impl Scenario for OneAtATime {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let mutex = Arc::new(Mutex::<R, ()>::new("mutex", ()));
        let inside = Arc::new(Shared::<R, i64>::new("inside", 0));
        let most = Arc::new(StdMutex::new(0));
        for name in ["alice", "bob"] {
            let (mutex, inside, most) =
                (Arc::clone(&mutex), Arc::clone(&inside), Arc::clone(&most));
            world.actor(name, move |_| {
                let guard = mutex.lock();
                let now = inside.with("enter", |inside| {
                    *inside += 1;
                    *inside
                });
                let mut most = most.lock().unwrap();
                *most = now.max(*most);
                drop(most);
                inside.with("leave", |inside| *inside -= 1);
                drop(guard);
            });
        }
        world.finally(Property::MutualExclusion, move || match *most.lock().unwrap() {
            1 => Ok(()),
            most => Err(format!("{most} were inside at once")),
        });
    }
}

/// `join` hands over what a thread returned, and raises what it panicked with.
#[derive(Clone)]
pub struct JoinReturnsAndRaises;

impl Scenario for JoinReturnsAndRaises {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let answers = Arc::new(StdMutex::new(Vec::new()));
        let noted = Arc::clone(&answers);
        world.actor("parent", move |_| {
            let shared = Arc::new(Shared::<R, i64>::new("shared", 20));
            let child = spawn::<R, i64>("child", move || shared.with("read", |value| *value + 22));
            noted.lock().unwrap().push(child.join());
            let child = spawn::<R, ()>("thrower", || std::panic::panic_any("thrown"));
            child.join();
            noted.lock().unwrap().push(0);
        });
        world.finally(Property::ConservedBalance, move || {
            match answers.lock().unwrap().as_slice() {
                [42] => Err("returned 42, and raised".to_owned()),
                other => Err(format!("{other:?}")),
            }
        });
    }
}

/// A condition variable hands a value over, whoever comes first.
#[derive(Clone)]
pub struct HandOver;

impl Scenario for HandOver {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let slot =
            Arc::new((Mutex::<R, Option<i64>>::new("slot", None), Condvar::<R>::new("filled")));
        let taken = Arc::new(StdMutex::new(None));
        let (from, noted) = (Arc::clone(&slot), Arc::clone(&taken));
        world.actor("taker", move |_| {
            let (slot, filled) = &*from;
            let mut value = slot.lock();
            while value.is_none() {
                value = filled.wait(value);
            }
            *noted.lock().unwrap() = value.take();
        });
        world.actor("giver", move |_| {
            let (slot, filled) = &*slot;
            *slot.lock() = Some(7);
            filled.notify_one();
        });
        world.finally(Property::ConservedBalance, move || match *taken.lock().unwrap() {
            Some(7) => Ok(()),
            other => Err(format!("taken: {other:?}")),
        });
    }
}

/// Counts in how many different orders two actors were seen to step.
#[derive(Clone, Default)]
pub struct Orders(pub Arc<StdMutex<std::collections::BTreeSet<Vec<i64>>>>);

impl Scenario for Orders {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let order = Arc::new(Shared::<R, Vec<i64>>::new("order", Vec::new()));
        for (name, number) in [("alice", 1), ("bob", 2)] {
            let order = Arc::clone(&order);
            world.actor(name, move |_| {
                for _ in 0..2 {
                    order.with("step", |order| order.push(number));
                }
            });
        }
        let seen = Arc::clone(&self.0);
        world.finally(Property::Linearizable, move || {
            seen.lock().unwrap().insert(order.peek(Clone::clone));
            Ok(())
        });
    }
}

/// An actor that dies with a value whose destructor uses everything the seam has. `panics` says how it
/// dies; where it is crashed, that can happen before any of its steps.
#[derive(Clone)]
pub struct UsesTheSeamWhileUnwound {
    pub panics: bool,
    pub dropped: Arc<AtomicU64>,
}

struct Things<R: Runtime> {
    atomic: Atomic<R>,
    shared: Shared<R, i64>,
    mutex: Mutex<R, i64>,
    condvar: Condvar<R>,
}

struct OnDrop<R: Runtime>(Arc<Things<R>>, Arc<AtomicU64>);

impl<R: Runtime> Drop for OnDrop<R> {
    fn drop(&mut self) {
        self.0.atomic.fetch_add(1, Ordering::SeqCst);
        self.0.shared.with("in drop", |value| *value += 1);
        *self.0.mutex.lock() += 1;
        self.0.condvar.notify_all();
        self.1.fetch_add(1, Ordering::SeqCst);
    }
}

impl Scenario for UsesTheSeamWhileUnwound {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let things = Arc::new(Things::<R> {
            atomic: Atomic::new("atomic", 0),
            shared: Shared::new("shared", 0),
            mutex: Mutex::new("mutex", 0),
            condvar: Condvar::new("condvar"),
        });
        let (panics, dropped) = (self.panics, Arc::clone(&self.dropped));
        world.monitor(SilentOnceDead::default());
        let held = Arc::clone(&things);
        world.actor("alice", move |_| {
            let _on_drop = OnDrop(Arc::clone(&held), dropped);
            held.shared.with("first", |value| *value += 1);
            if panics {
                std::panic::panic_any("alice's own panic".to_owned());
            }
            held.shared.with("second", |value| *value += 1);
        });
        world.actor("bob", move |_| things.shared.with("bob's", |value| *value += 1));
    }

    fn budgets(&self) -> Budgets {
        if self.panics { Budgets::none() } else { Budgets::none().crash("alice") }
    }
}

/// An actor that was crashed, or that panicked, takes no further step.
#[derive(Clone, Default)]
struct SilentOnceDead(Vec<ActorId>);

impl Monitor for SilentOnceDead {
    fn property(&self) -> Property {
        Property::NoPanic
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        match event.kind {
            Kind::Crash(actor) => self.0.push(actor),
            Kind::Panic(_) => self.0.push(event.actor),
            _ if event.kind.is_step() && self.0.contains(&event.actor) => {
                return Err(format!("{} is dead, and steps", names.actor(event.actor)));
            }
            _ => {}
        }
        Ok(())
    }

    fn remember(&self, mut memory: &mut dyn Hasher) {
        self.0.hash(&mut memory);
    }
}

/// Names that are wrong, in the scenario or in its budgets.
#[derive(Clone)]
pub struct Misnamed {
    pub actor: &'static str,
    pub victim: &'static str,
}

impl Scenario for Misnamed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        world.actor(self.actor, |_| ());
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().crash(self.victim)
    }
}

/// The main actor starts and joins threads itself. On the model it only sets up and judges.
#[derive(Clone)]
pub struct MainTakesPart;

impl Scenario for MainTakesPart {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let balance = Arc::new(Shared::<R, i64>::new("balance", 0));
        let children: Vec<_> = ["alice", "bob"]
            .map(|name| {
                let balance = Arc::clone(&balance);
                spawn::<R, ()>(name, move || {
                    let read = balance.with("read", |balance| *balance);
                    balance.with("write", |balance| *balance = read + 1);
                })
            })
            .into();
        let read = balance.with("read", |balance| *balance);
        balance.with("write", |balance| *balance = read + 1);
        children.into_iter().for_each(lockproof::sync::JoinHandle::join);
        world.finally(Property::ConservedBalance, move || match balance.peek(|balance| *balance) {
            3 => Ok(()),
            other => Err(format!("three additions of 1 made {other}")),
        });
    }
}

/// Two actors take two steps each, and the run of a certain number is broken in any order of them. How many
/// runs there were is outside the world, so what breaks is up to no engine and no machine.
#[derive(Clone)]
pub struct BreaksInALaterRun {
    pub first: u64,
    pub runs: Arc<AtomicU64>,
}

impl Scenario for BreaksInALaterRun {
    fn run<R: Runtime>(&self, world: &World<R>) {
        Orders::default().run(world);
        let run = self.runs.fetch_add(1, Ordering::SeqCst) + 1;
        let first = self.first;
        world.finally(Property::ConservedBalance, move || match run {
            run if run < first => Ok(()),
            run => Err(format!("this is run {run}")),
        });
    }
}
