//! A search stops at its bounds, always at the same place, and says which.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use lockproof::explore::{Bound, Exploration, Search, Verdict, exhaustive, minimal};
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::{Atomic, Runtime, Shared};

/// Three actors write their names into one list: each order is an end of its own.
#[derive(Clone, Debug)]
struct Orders {
    /// How often each of them writes.
    rounds: usize,
    /// The list that breaks a property as soon as it is there.
    wrong: &'static str,
    /// The list that breaks one at the end.
    wrong_end: &'static str,
}

const ORDERS: Orders = Orders { rounds: 1, wrong: "", wrong_end: "" };

impl Scenario for Orders {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let list = Arc::new(Shared::<R, String>::new("list", String::new()));
        for name in ["a", "b", "c"] {
            let (list, Self { rounds, wrong, .. }) = (Arc::clone(&list), self.clone());
            world.actor(name, move |_| {
                for _ in 0..rounds {
                    let is_wrong = list.with("write", |list| {
                        list.push_str(name);
                        list == wrong
                    });
                    assert!(!is_wrong, "{wrong} was written");
                }
            });
        }
        let wrong = self.wrong_end;
        world.finally(Property::ConservedBalance, move || {
            match list.peek(|list| !wrong.is_empty() && list == wrong) {
                true => Err(format!("{wrong} is left")),
                false => Ok(()),
            }
        });
    }
}

type Engine = fn(&Orders, Search) -> Exploration;

const ENGINES: [Engine; 2] = [exhaustive::<Orders>, minimal::<Orders>];

#[test]
fn a_search_stops_when_it_holds_too_much() {
    let orders = Orders { rounds: 6, ..ORDERS };
    for engine in ENGINES {
        let search = |max_memory| engine(&orders, Search { max_memory, ..Search::DEFAULT });
        let found = search(1 << 20);
        assert_eq!(found.verdict, Verdict::BoundHit(Bound::Memory(1 << 20)));
        let sentence = "bound hit: 1 MiB of memory, by the estimate of the search";
        assert_eq!(found.verdict.to_string(), sentence);
        let states = found.states.expect("states are counted");
        assert!((100..20_000).contains(&states), "{found}: {states}");
        // The estimate depends on nothing but the search.
        assert_eq!(search(1 << 20).figures, found.figures);
        assert!(search(2 << 20).states > found.states);
    }
}

#[test]
fn a_search_that_holds_little_is_not_stopped() {
    for engine in ENGINES {
        let found = engine(&ORDERS, Search { max_memory: 1 << 20, ..Search::DEFAULT });
        assert_eq!(found.verdict, Verdict::Exhausted, "{found}");
    }
}

#[test]
fn a_search_goes_on_beyond_the_ends_that_it_executes() {
    // The last of six orders is broken on the way, or at its end.
    let few = Search { live_ends: 2, ..Search::DEFAULT };
    for engine in ENGINES {
        let found = engine(&ORDERS, few);
        assert_eq!(found.verdict, Verdict::BoundHit(Bound::LiveEnds(2)));
        let sentence = "bound hit: 2 distinct ends executed live, all states visited; the other ends \
            were judged as they are predicted";
        assert_eq!(found.verdict.to_string(), sentence);
        let all = engine(&ORDERS, Search::DEFAULT);
        assert_eq!((all.verdict, all.states), (Verdict::Exhausted, found.states));
        assert_eq!(found.figures.expect("a search has figures").ends, 6);

        let wrong = Orders { wrong: "cba", ..ORDERS };
        let found = engine(&wrong, few);
        assert!(matches!(found.verdict, Verdict::Broken(_)), "{found}");

        let wrong_end = Orders { wrong_end: "cba", ..ORDERS };
        for search in [few, Search::DEFAULT] {
            let found = engine(&wrong_end, search);
            assert!(matches!(found.verdict, Verdict::Broken(_)), "{found}");
        }
    }
}

/// Each of two actors writes one atomic and reads another, all relaxed.
#[derive(Clone, Debug)]
struct Relaxed;

impl Scenario for Relaxed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let both = Arc::new(["x", "y"].map(|name| Atomic::<R>::new(name, 0)));
        for (name, own) in [("alice", 0), ("bob", 1)] {
            let both = Arc::clone(&both);
            world.actor(name, move |_| {
                both[own].store(1, Ordering::Relaxed);
                both[1 - own].load(Ordering::Relaxed)
            });
        }
    }
}

/// As with the engines that draw interleavings: what is not seen anyway is more than a bound.
#[test]
fn a_bound_on_the_search_does_not_hide_that_it_is_blind() {
    let bounds = [
        Search::DEFAULT,
        Search { live_ends: 1, ..Search::DEFAULT },
        Search { max_states: 7, ..Search::DEFAULT },
    ];
    for search in bounds {
        for engine in [exhaustive::<Relaxed>, minimal::<Relaxed>] {
            let found = engine(&Relaxed, search);
            assert!(matches!(found.verdict, Verdict::Blind(_)), "{search:?}: {found}");
            assert!(!found.held());
        }
    }
}
