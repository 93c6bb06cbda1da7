//! Who says that it does not see weak memory, and when.

use std::sync::Arc;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use lockproof::explore::{
    Bound, Engine, Exploration, LoomBounds, Options, Search, Verdict, brute_force, exhaustive,
    loom, minimal, stress,
};
use lockproof::races::double_checked_opening;
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::{Atomic, Mutex, Runtime, Shared};

/// Each of two actors stores to its own atomic, and then loads the other's: one of them should see that the
/// other was first. That holds in any interleaving, and in no memory model that lets a store wait.
#[derive(Clone, Debug)]
struct StoreBuffering {
    store: Ordering,
    load: Ordering,
}

impl Scenario for StoreBuffering {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let flags = Arc::new(["hers", "his"].map(|name| Atomic::<R>::new(name, 0)));
        let seen = Arc::new(Shared::<R, i64>::new("seen", 0));
        for (own, name) in ["alice", "bob"].into_iter().enumerate() {
            let (flags, seen, Self { store, load }) =
                (Arc::clone(&flags), seen.clone(), self.clone());
            world.actor(name, move |_| {
                flags[own].store(1, store);
                let other = flags[1 - own].load(load);
                seen.with("add", |seen| *seen += other);
            });
        }
        world.finally(Property::MutualExclusion, move || match seen.peek(|seen| *seen) {
            0 => Err("neither has seen the other".to_owned()),
            _ => Ok(()),
        });
    }
}

/// Every engine of the shuttle family.
fn family<S: Scenario>(scenario: &S) -> Vec<(&'static str, Exploration)> {
    let options = Options { executions: Some(300), ..Options::default() };
    let engines = [Engine::Random, Engine::Pct, Engine::Urw, Engine::Exhaustive, Engine::Minimal];
    let found = engines.map(|engine| (engine.name(), engine.explore(scenario, &options)));
    let mut found = Vec::from(found);
    found.push(("brute force", brute_force(scenario, Search::default())));
    found
}

/// What the engine says that it does not see; `None` if it calls the scenario clean.
#[track_caller]
fn unseen(engine: &str, found: Exploration) -> Option<String> {
    match found.verdict {
        Verdict::Blind(why) => Some(why),
        Verdict::Exhausted | Verdict::Sampled => None,
        _ => panic!("{engine}: {found}"),
    }
}

#[test]
fn no_engine_on_shuttle_calls_weak_store_buffering_clean() {
    let weak = [(Relaxed, Relaxed), (Release, Acquire), (SeqCst, Acquire), (Release, SeqCst)];
    for (store, load) in weak {
        let scenario = StoreBuffering { store, load };
        let found = loom(&scenario, LoomBounds::default());
        assert!(found.violation().is_some(), "{scenario:?}: {found}");
        let weakest = if store == SeqCst { load } else { store };
        for (engine, found) in family(&scenario) {
            let why = unseen(engine, found).unwrap_or_else(|| panic!("{engine}: {scenario:?}"));
            let expected = format!(
                "this engine takes all atomics as sequentially consistent, and hers is accessed with \
                 {weakest:?}"
            );
            let all = ["exhaustive", "minimal", "brute force"].contains(&engine);
            let before = if all { "nothing breaks in any interleaving, but " } else { "" };
            assert_eq!(why, format!("{before}{expected}"), "{engine}");
        }
        // Real threads have the memory of the machine.
        let found = stress(&scenario, 10);
        assert!(matches!(found.verdict, Verdict::Sampled | Verdict::Broken(_)), "{found}");
    }
}

#[test]
fn sequentially_consistent_atomics_are_seen() {
    for (engine, found) in family(&StoreBuffering { store: SeqCst, load: SeqCst }) {
        assert_eq!(unseen(engine, found), None, "{engine}");
    }
}

/// Two actors count in one atomic; each has another to itself, and the main one has one too.
#[derive(Clone, Debug)]
struct CountsTogether;

impl Scenario for CountsTogether {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let total = Arc::new(Atomic::<R>::new("total", 0));
        let own = Arc::new(["hers", "his"].map(|name| Atomic::<R>::new(name, 0)));
        own.iter().for_each(|own| own.store(1, Relaxed));
        for (nth, name) in ["alice", "bob"].into_iter().enumerate() {
            let (total, own) = (Arc::clone(&total), Arc::clone(&own));
            world.actor(name, move |_| {
                let add = own[nth].load(Relaxed);
                total.fetch_add(add, if nth == 0 { Relaxed } else { AcqRel });
            });
        }
        world.finally(Property::ConservedBalance, move || {
            let sum: i64 = own.iter().map(|own| own.load(Relaxed)).sum();
            (total.load(Relaxed) == sum).then_some(()).ok_or_else(|| "something is lost".to_owned())
        });
    }
}

#[test]
fn what_no_ordering_can_change_is_seen() {
    for (engine, found) in family(&CountsTogether) {
        assert_eq!(unseen(engine, found), None, "{engine}");
    }
    let found = loom(&CountsTogether, LoomBounds::default());
    assert_eq!(found.verdict, Verdict::Exhausted, "{found}");
}

/// Two weak atomics, and a mutex that is never released.
#[derive(Clone, Debug)]
struct Stuck;

impl Scenario for Stuck {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let flags = Arc::new(["x", "y"].map(|name| Atomic::<R>::new(name, 0)));
        let mutex = Arc::new(Mutex::<R, ()>::new("mutex", ()));
        for name in ["alice", "bob"] {
            let (flags, mutex) = (Arc::clone(&flags), Arc::clone(&mutex));
            world.actor(name, move |_| {
                flags.iter().for_each(|flag| flag.store(1, Relaxed));
                std::mem::forget(mutex.lock());
            });
        }
    }
}

/// Never ends, unless a store is seen; nobody stores.
#[derive(Clone, Debug)]
struct Spins;

impl Scenario for Spins {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let flags = Arc::new(["x", "y"].map(|name| Atomic::<R>::new(name, 0)));
        for name in ["alice", "bob"] {
            let flags = Arc::clone(&flags);
            world.actor(name, move |_| while flags.iter().all(|it| it.load(Relaxed) == 0) {});
        }
    }
}

#[test]
fn what_is_found_is_said_however_blind_the_engine_is() {
    for (engine, found) in family(&Stuck) {
        assert!(found.violation().is_some(), "{engine}: {found}");
    }
    let search = Search { max_steps: 50, ..Search::default() };
    for found in [exhaustive(&Spins, search), minimal(&Spins, search)] {
        assert_eq!(
            found.verdict,
            Verdict::BoundHit(Bound::Endless("alice, bob".to_owned())),
            "{found}"
        );
    }
}

/// A verdict that admits blindness is still about every interleaving: the search is no smaller for it.
#[test]
fn interleavings_are_all_run_where_the_orderings_are_not_seen() {
    let search = Search::default();
    let fixed = double_checked_opening::Fixed;
    let states = [exhaustive(&fixed, search), minimal(&fixed, search)].map(|found| {
        assert!(matches!(found.verdict, Verdict::Blind(_)), "{found}");
        found.states
    });
    assert_eq!(states, [Some(63), Some(93)]);
    let few = brute_force(&fixed, Search { executions: 5, ..search });
    let why = unseen("brute force", few).expect("it is blind");
    assert!(!why.contains("any interleaving"), "{why}");
}
