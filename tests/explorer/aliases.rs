//! Values whose clones share what can change: a search takes a clone for a copy, and must not be wrong in
//! silence where it is none.

use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex};

use lockproof::explore::{Exploration, Search, Verdict, brute_force, exhaustive, minimal};
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::{Mutex, Runtime, Shared, spawn};

/// A number that clones share.
#[derive(Clone, Debug, Default)]
struct Counter(Arc<AtomicU64>);

impl Counter {
    fn get(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn set(&self, value: u64) {
        self.0.store(value, Ordering::SeqCst);
    }
}

impl Hash for Counter {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.get().hash(state);
    }
}

/// A list that clones share, as an `Rc<RefCell<_>>` would be shared if it could be sent.
#[derive(Clone, Debug, Default)]
struct List(Arc<StdMutex<Vec<u64>>>);

impl Hash for List {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.lock().unwrap().hash(state);
    }
}

/// Where such a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Two clients read it and write one more, in two steps.
    Shared,
    /// The same under a mutex that is let go between the two.
    Mutex,
    /// A list, to which each appends.
    List,
    /// Each keeps a clone, and changes that outside of its steps.
    Kept,
    /// A change that is undone within the step.
    Undone,
}

const PLACES: [Place; 5] = [Place::Shared, Place::Mutex, Place::List, Place::Kept, Place::Undone];

#[derive(Clone)]
struct Aliased(Place);

impl Scenario for Aliased {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let place = self.0;
        let total = Arc::new(Shared::<R, Counter>::new("total", Counter::default()));
        let mutex = Arc::new(Mutex::<R, Counter>::new("total", Counter::default()));
        let list = Arc::new(Shared::<R, List>::new("list", List::default()));
        for name in ["alice", "bob"] {
            let (total, mutex, list) = (Arc::clone(&total), Arc::clone(&mutex), Arc::clone(&list));
            world.actor(name, move |_| match place {
                Place::Shared => {
                    let read = total.with("read", |total| total.get());
                    total.with("write", |total| total.set(read + 1));
                }
                Place::Mutex => {
                    let read = mutex.lock().get();
                    mutex.lock().set(read + 1);
                }
                Place::List => {
                    let length = list.with("length", |list| list.0.lock().unwrap().len() as u64);
                    list.with("append", |list| list.0.lock().unwrap().push(length));
                }
                Place::Kept => {
                    let own = total.with("take a clone", |total| total.clone());
                    own.set(own.get() + 1);
                    total.with("look", |total| total.get());
                }
                Place::Undone => {
                    total.with("there and back", |total| {
                        let before = total.get();
                        total.set(before + 1);
                        total.set(before);
                    });
                }
            });
        }
        world.finally(Property::ConservedBalance, move || {
            let counted = match place {
                Place::Mutex => mutex.lock().get(),
                Place::List => list.peek(|list| list.0.lock().unwrap().iter().sum::<u64>() + 1),
                Place::Undone => 2,
                Place::Shared | Place::Kept => total.peek(Counter::get),
            };
            if counted == 2 { Ok(()) } else { Err(format!("{counted} was counted")) }
        });
    }
}

fn searches(scenario: &Aliased) -> [Exploration; 2] {
    [exhaustive(scenario, Search::DEFAULT), minimal(scenario, Search::DEFAULT)]
}

#[test]
fn a_value_that_its_clones_share_is_uncontrolled_and_the_sentence_names_it() {
    for place in [Place::Shared, Place::Mutex, Place::List] {
        let name = if place == Place::List { "list" } else { "total" };
        let expected = format!(
            "the value of {name} is shared by its clones: a change to one of them shows in all. Let `Clone` \
             copy all that can change, or share the value with `Shared::opaque` or `Mutex::opaque`"
        );
        for found in searches(&Aliased(place)) {
            assert_eq!(found.verdict, Verdict::Uncontrolled(expected.clone()), "{place:?}");
        }
    }
}

/// The sentence may be another one where what is shared is changed outside of a step.
#[test]
fn no_search_calls_such_a_scenario_exhausted_that_brute_force_breaks() {
    for place in PLACES {
        let broken = brute_force(&Aliased(place), Search::DEFAULT).violation().is_some();
        assert_eq!(broken, place != Place::Undone && place != Place::Kept, "{place:?}");
        for found in searches(&Aliased(place)) {
            let clean = matches!(found.verdict, Verdict::Exhausted | Verdict::BoundHit(_));
            assert!(!clean || place == Place::Undone, "{place:?}: {found}");
        }
    }
}

/// A thread returns what its clones share, and the two that have it change it.
#[derive(Clone)]
struct Returned;

impl Scenario for Returned {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let total = Arc::new(Shared::<R, u64>::new("total", 0));
        for name in ["alice", "bob"] {
            let total = Arc::clone(&total);
            world.actor(name, move |_| {
                let child = spawn::<R, Counter>("child", Counter::default);
                let counter = child.join();
                counter.set(counter.get() + 1);
                total.with("add", |total| *total += counter.get());
                counter.get()
            });
        }
        world.finally(Property::ConservedBalance, move || match total.peek(|total| *total) {
            2 => Ok(()),
            other => Err(format!("{other} was counted")),
        });
    }
}

#[test]
fn what_a_thread_returns_is_looked_at_as_well() {
    for engine in [exhaustive, minimal] {
        let found = engine(&Returned, Search::DEFAULT);
        let said = found.verdict.to_string();
        assert!(
            said.starts_with("uncontrolled: what child returned is shared by its clones: "),
            "{said}"
        );
    }
}

/// Clones may share what cannot change.
#[test]
fn a_value_that_clones_share_and_nobody_changes_is_a_value_like_any_other() {
    /// Numbers, each behind an `Arc`.
    #[derive(Clone)]
    struct Unchanged;
    impl Scenario for Unchanged {
        fn run<R: Runtime>(&self, world: &World<R>) {
            let total = Arc::new(Shared::<R, Vec<Arc<u64>>>::new("total", Vec::new()));
            for name in ["alice", "bob"] {
                let total = Arc::clone(&total);
                world.actor(name, move |_| total.with("push", |total| total.push(Arc::new(1))));
            }
            world.finally(Property::ConservedBalance, || Ok(()));
        }
    }
    assert_eq!(exhaustive(&Unchanged, Search::DEFAULT).verdict, Verdict::Exhausted);
}
