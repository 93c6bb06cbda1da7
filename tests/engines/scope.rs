//! What a verdict says of its scope: the budgets it holds within, and the instants at which time stopped.

use std::sync::Arc;
use std::time::Duration;

use lockproof::explore::{
    Bound, Exploration, LoomBounds, Search, Verdict, brute_force, exhaustive, loom, minimal, stress,
};
use lockproof::races::get_del_release;
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Runtime, Shared};
use redis::{Commands, ExistenceCheck, SetExpiry, SetOptions};

use crate::explore;

/// The engines that can have time pass at every moment.
const LIVE: [&str; 3] = ["random", "pct", "urw"];

fn every_engine<S: Scenario>(scenario: &S) -> Vec<(&'static str, Exploration)> {
    let mut all = vec![
        ("exhaustive", exhaustive(scenario, Search::DEFAULT)),
        ("minimal", minimal(scenario, Search::DEFAULT)),
        ("brute force", brute_force(scenario, Search::DEFAULT)),
        ("loom", loom(scenario, LoomBounds { executions: 500, ..LoomBounds::default() })),
        ("stress", stress(scenario, 100)),
    ];
    all.extend(LIVE.map(|engine| (engine, explore(engine, scenario))));
    all
}

fn instants(found: &Exploration) -> Vec<u64> {
    found.instants_ms().collect()
}

/// A client that takes its own lock for gone after 4 s, while the server keeps it for 5 s. It may look at the
/// server at an instant of its own.
#[derive(Clone)]
struct Between {
    looks_at: Option<u64>,
}

impl Scenario for Between {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let node = world.redis("redis");
        for name in ["alice", "bob"] {
            let (mut connection, looks_at) = (node.connect(), self.looks_at);
            world.actor(name, move |me| {
                let nx = SetOptions::default().conditional_set(ExistenceCheck::NX);
                let nx = nx.with_expiration(SetExpiry::PX(5_000));
                if !connection.set_options::<_, _, bool>("lock", me.name(), nx).unwrap() {
                    return;
                }
                let since = me.clock().peek_ms();
                looks_at.into_iter().for_each(|at| me.clock().sleep(Duration::from_millis(at)));
                if me.clock().now().as_millis() as u64 >= since + 4_000 {
                    let holder: Option<String> = connection.get("lock").unwrap();
                    assert!(holder.as_deref() != Some(me.name()), "what was gone is still held");
                }
            });
        }
        world.finally(Property::NoOverdraft, || Ok(()));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

/// What goes wrong between 4 s and 5 s is not found, and the verdict says where time stopped.
#[test]
fn between_two_deadlines_nothing_is_tried_and_the_verdict_says_so() {
    let found = exhaustive(&Between { looks_at: None }, Search::DEFAULT);
    let said = found.to_string();
    assert!(said.starts_with("exhausted within 1 tick, 0 crashes; instants: 5000 ms; "), "{said}");
    for engine in [exhaustive, minimal] {
        let found = engine(&Between { looks_at: Some(4_500) }, Search::DEFAULT);
        assert_eq!(found.violation().map(|it| it.property), Some(Property::NoPanic), "{found}");
        assert!(instants(&found).contains(&4_500), "{found}");
    }
}

#[test]
fn the_verdict_of_every_engine_names_its_budgets_and_instants() {
    for (engine, found) in every_engine(&Between { looks_at: None }) {
        let said = found.to_string();
        assert_eq!(found.budgets, Some(Budgets::none().ticks(1)), "{engine}: {said}");
        // When threads run is up to the machine.
        if engine != "stress" {
            assert_eq!(instants(&found), [5_000], "{engine}: {said}");
            assert!(said.contains("within 1 tick, 0 crashes; instants: 5000 ms"), "{said}");
        }
    }
}

#[test]
fn a_broken_verdict_and_a_bound_name_them_too() {
    let broken = exhaustive(&get_del_release::Buggy, Search::DEFAULT).to_string();
    let expected = ", which bob had obtained as bob; within 1 tick, 0 crashes; instants: 5000 ms";
    assert!(broken.starts_with("broken: owner-only-release: "), "{broken}");
    assert!(broken.contains(expected), "{broken}");
    let few = Search { live_ends: 1, ..Search::DEFAULT };
    let bound = exhaustive(&get_del_release::Fixed, few);
    assert_eq!(bound.verdict, Verdict::BoundHit(Bound::LiveEnds(1)));
    let said = bound.to_string();
    assert!(said.contains("; within 1 tick, 0 crashes; instants: 5000 ms; "), "{said}");
}

/// Actors that sleep, each until instants of its own; they may as well not.
#[derive(Clone)]
struct Sleeps {
    times: u64,
}

impl Scenario for Sleeps {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let total = Arc::new(Shared::<R, u64>::new("total", 0));
        for (name, ms) in [("alice", 10), ("bob", 15)] {
            let (total, times) = (Arc::clone(&total), self.times);
            world.actor(name, move |me| {
                for _ in 0..times {
                    me.clock().sleep(Duration::from_millis(ms));
                }
                total.with("add 1", |total| *total += 1);
            });
        }
        world.finally(Property::ConservedBalance, move || match total.peek(|total| *total) {
            2 => Ok(()),
            other => Err(format!("two additions made {other}")),
        });
    }
}

#[test]
fn where_time_never_passes_no_instant_is_named() {
    for (engine, found) in every_engine(&Sleeps { times: 0 }) {
        let said = found.to_string();
        assert!(said.contains("within 0 ticks, 0 crashes; "), "{engine}: {said}");
        assert!(!said.contains("instant"), "{engine}: {said}");
        assert!(instants(&found).is_empty(), "{engine}");
    }
}

/// Time that passes for free is considered as well: 10, 20 … 100 and 15, 30 … 150 ms, of which 30, 60 and 90
/// are in both.
#[test]
fn of_many_instants_the_first_are_named_and_the_others_counted() {
    let scenario = Sleeps { times: 10 };
    let searches = [exhaustive(&scenario, Search::DEFAULT), minimal(&scenario, Search::DEFAULT)];
    let drawn = LIVE.map(|engine| explore(engine, &scenario));
    for found in searches.into_iter().chain(drawn) {
        let mut expected: Vec<u64> = (1..=10).flat_map(|n| [10 * n, 15 * n]).collect();
        expected.sort_unstable();
        expected.dedup();
        assert_eq!((instants(&found), expected.len()), (expected, 17), "{found}");
        let said =
            "; instants: 10 ms, 15 ms, 20 ms, 30 ms, 40 ms, 45 ms, 50 ms, 60 ms and 9 more; ";
        assert!(found.to_string().contains(said), "{found}");
    }
}

/// Two clients, and a fault of each kind.
#[derive(Clone)]
struct Struck;

impl Scenario for Struck {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let node = world.redis("redis");
        for name in ["alice", "bob"] {
            let mut connection = node.connect();
            world.actor(name, move |_| {
                let _: redis::RedisResult<i64> = connection.incr("total", 1);
            });
        }
        world.finally(Property::ConservedBalance, || Ok(()));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().crash("alice").crash("bob").lose_reply("alice", 2).delay("bob", 1)
    }
}

#[test]
fn every_fault_that_may_strike_is_named() {
    let named =
        "within 0 ticks, 1 crash each of alice and bob, 2 lost replies of alice, 1 delay of bob; ";
    for (engine, found) in every_engine(&Struck) {
        let said = found.to_string();
        // Threads that nobody controls cannot have them: nothing was run, and nothing is claimed.
        let claims = !["loom", "stress"].contains(&engine);
        assert_eq!(said.contains(named), claims, "{engine}: {said}");
        assert_eq!(said.contains("within"), claims, "{engine}: {said}");
    }
}

#[test]
fn a_loop_or_hidden_state_is_within_a_scope_as_well() {
    /// Goes round for ever.
    #[derive(Clone)]
    struct Endless;
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
    let said = exhaustive(&Endless, Search { max_steps: 1_000, ..Search::DEFAULT }).to_string();
    assert!(said.starts_with("bound hit: ") && said.contains("; within 0 ticks, "), "{said}");
}
