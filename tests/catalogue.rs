//! The catalogue, and the reference protocol of the engines.
//!
//! * `each`: a test a race, variant and engine, made from the catalogue; and that each bug is found with the
//!   fewest faults and preemptions, and each mutant of a fix is noticed.
//! * `protocol`: the reference protocol, its buggy twins, and its workload on `RedisLock`.
#![cfg(not(loom))]

#[path = "catalogue/each.rs"]
mod each;
#[path = "catalogue/protocol.rs"]
mod protocol;

use lockproof::explore::{
    Cost, Engine, Exploration, Options, Search, Verdict, exhaustive, fewest, replay,
};
use lockproof::races::fence_only_on_writes::Fixed;
use lockproof::scenario::{Property, Scenario};
use protocol::{OnRedisLock, Twin, Without};

/// The executions that it takes to exhaust the reference protocol.
fn executions<const N: usize>(clients: [usize; N], symmetry: bool) -> [u64; N] {
    clients.map(|clients| {
        let search = Search { symmetry, ..Search::default() };
        let found = exhaustive(&Fixed { clients }, search);
        println!("{clients} clients, symmetry {symmetry}: {found} in {:?}", found.elapsed);
        assert_eq!(found.verdict, Verdict::Exhausted);
        found.executions
    })
}

/// Asked of the engine: at most 130 and 2,500.
#[test]
fn all_of_the_reference_protocol_takes_few_executions_without_symmetry() {
    assert_eq!(executions([2, 3], false), [108, 2_046]);
}

/// Asked of the engine: at most 70, 400, 1,500 and 4,200.
#[test]
fn all_of_the_reference_protocol_takes_few_executions_with_symmetry() {
    assert_eq!(executions([2, 3, 4, 5], true), [54, 347, 1_276, 3_434]);
}

#[test]
fn the_same_workload_on_redis_lock_is_exhausted_too() {
    let executions = |clients| {
        let found = exhaustive(&OnRedisLock { clients }, Search::default());
        println!("{clients} clients on RedisLock: {found} in {:?}", found.elapsed);
        assert_eq!(found.verdict, Verdict::Exhausted);
        found.executions
    };
    assert_eq!([2].map(executions), [144]);
}

#[test]
fn a_protocol_with_a_part_left_out_is_broken_with_the_fewest_switches() {
    let twins = [
        (Twin::GetThenDel, Property::OwnerOnlyRelease, Cost { faults: 1, switches: 2 }),
        (Twin::NoOwnerCheck, Property::OwnerOnlyRelease, Cost { faults: 1, switches: 2 }),
        (Twin::NoLock, Property::ConservedBalance, Cost { faults: 0, switches: 1 }),
        (Twin::NoFence, Property::ConservedBalance, Cost { faults: 1, switches: 1 }),
    ];
    for (twin, property, cost) in twins {
        let found = fewest(&Without(twin), Search::default());
        println!("{twin:?}: {found} in {:?}", found.elapsed);
        assert_eq!(
            found.violation().map(|violation| violation.property),
            Some(property),
            "{twin:?}"
        );
        assert_eq!(found.cost, Some(cost), "{twin:?}");
        assert!(found.minimal, "{twin:?}");
    }
}

/// A printed schedule replays to the same trace, every time.
#[track_caller]
fn replays_a_hundred_times<S: Scenario>(scenario: &S, found: &Exploration) {
    let written = found.schedule.as_ref().expect("a schedule").to_string();
    let schedule = written.parse().expect("what is printed can be read");
    for _ in 0..100 {
        let again = replay(scenario, &schedule).expect("it fits");
        assert_eq!(again.trace, found.trace, "{written}");
        assert_eq!(again.violation(), found.violation(), "{written}");
    }
}

#[test]
fn a_schedule_of_any_engine_replays_to_the_same_trace_a_hundred_times() {
    use lockproof::races::fence_only_on_writes::Buggy;
    let engines = [Engine::Random, Engine::Pct, Engine::Urw, Engine::Exhaustive, Engine::Fewest];
    for engine in engines {
        let buggy = Buggy { clients: 3 };
        replays_a_hundred_times(&buggy, &engine.explore(&buggy, &Options::default()));
    }
}
