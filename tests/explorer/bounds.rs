//! A search stops at its bounds, always at the same place, and says which.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use lockproof::explore::{Bound, Exploration, Search, Verdict, exhaustive, minimal};
use lockproof::scenario::{Budgets, Property, Scenario, World};
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

/// Many actors of one step each: each set of them that is done is a state.
#[derive(Clone, Debug)]
struct Many(usize);

impl Scenario for Many {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let total = Arc::new(Shared::<R, u64>::new("total", 0));
        for nth in 0..self.0 {
            let total = Arc::clone(&total);
            world.actor(&format!("actor{nth}"), move |_| total.with("add 1", |it| *it += 1));
        }
        world.finally(Property::ConservedBalance, || Ok(()));
    }
}

#[test]
fn fifty_actors_end_at_a_bound_that_is_named() {
    for engine in [exhaustive::<Many>, minimal::<Many>] {
        let states = Search { max_states: 2_000, ..Search::DEFAULT };
        let found = engine(&Many(50), states);
        assert_eq!(found.verdict, Verdict::BoundHit(Bound::States(2_000)), "{found}");
        let memory = Search { max_memory: 2 << 20, ..Search::DEFAULT };
        let found = engine(&Many(50), memory);
        assert_eq!(found.verdict, Verdict::BoundHit(Bound::Memory(2 << 20)), "{found}");
    }
    let found = exhaustive(&Many(8), Search::DEFAULT);
    assert_eq!((found.verdict, found.states), (Verdict::Exhausted, Some(256)));
}

/// More commands may be held back than are ever sent.
#[derive(Clone, Debug)]
struct Slow;

impl Scenario for Slow {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        for name in ["alice", "bob"] {
            let server = server.clone();
            world.actor(name, move |_| {
                let _ = redis::cmd("INCR").arg("n").exec(&mut server.connect());
            });
        }
        world.finally(Property::ConservedBalance, || Ok(()));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().delay("alice", 1_000)
    }
}

#[test]
fn a_budget_that_is_never_used_up_makes_no_states() {
    for engine in [exhaustive::<Slow>, minimal::<Slow>] {
        let found = engine(&Slow, Search::DEFAULT);
        assert_eq!(found.verdict, Verdict::Exhausted, "{found}");
        assert!(found.states.is_some_and(|states| states < 50), "{found}");
    }
}
