//! The catalogue, and the reference protocol of the engines.
//!
//! * `each`: a test a race, variant and engine, made from the catalogue; and that each bug is found with the
//!   fewest faults and preemptions, and each mutant of a fix is noticed.
//! * `protocol`: the reference protocol, its buggy twins, and its workload on `RedisLock`.
#![cfg(not(loom))]

mod each;
mod protocol;

use lockproof::explore::{
    Cost, Engine, Exploration, Options, Search, Verdict, exhaustive, minimal, replay,
};
use lockproof::races::fence_only_on_writes::Fixed;
use lockproof::scenario::{Property, Scenario};
use protocol::{OnRedisLock, Twin, Without};

/// The states and the transitions of the reference protocol.
fn size(clients: usize, symmetry: bool) -> (u64, u64) {
    let search = Search { symmetry, ..Search::default() };
    let found = exhaustive(&Fixed { clients }, search);
    println!("{clients} clients, symmetry {symmetry}: {found} in {:?}", found.elapsed);
    assert_eq!(found.verdict, Verdict::Exhausted);
    let figures = found.figures.expect("a search has figures");
    assert_eq!(found.states, Some(figures.states));
    (figures.states, figures.transitions)
}

/// The published figures: see `docs/engines.md`.
#[test]
fn the_reference_protocol_has_as_many_states_and_transitions_as_is_published() {
    let sizes = [2, 3, 4, 5].map(|clients| size(clients, true));
    assert_eq!(sizes, [(81, 129), (341, 679), (983, 2_247), (2_271, 5_690)]);
}

#[test]
fn the_reference_protocol_of_eight_clients_takes_few_runs_and_commands() {
    let found = exhaustive(&Fixed { clients: 8 }, Search::default());
    println!("{found} in {:?}: {:?}", found.elapsed, found.figures);
    assert_eq!(found.verdict, Verdict::Exhausted);
    let figures = found.figures.expect("a search has figures");
    assert_eq!((figures.states, figures.transitions), (13_701, 39_889));
    assert!(figures.client_runs <= 1_500, "{figures:?}");
    assert!(figures.commands <= 8_000, "{figures:?}");
}

#[test]
fn without_symmetry_every_client_counts() {
    assert_eq!([2, 3].map(|clients| size(clients, false)), [(159, 258), (1_824, 3_849)]);
}

#[test]
fn the_same_workload_on_redis_lock_is_exhausted_too() {
    let found = exhaustive(&OnRedisLock { clients: 2 }, Search::default());
    println!("{found} in {:?}", found.elapsed);
    assert_eq!((found.verdict, found.states), (Verdict::Exhausted, Some(204)));
}

#[test]
fn a_protocol_with_a_part_left_out_is_broken_with_the_fewest_preemptions() {
    let twins = [
        (Twin::GetThenDel, Property::OwnerOnlyRelease, Cost { faults: 1, preemptions: 2 }),
        (Twin::NoOwnerCheck, Property::OwnerOnlyRelease, Cost { faults: 1, preemptions: 2 }),
        (Twin::NoLock, Property::ConservedBalance, Cost { faults: 0, preemptions: 1 }),
        (Twin::NoFence, Property::ConservedBalance, Cost { faults: 1, preemptions: 1 }),
    ];
    for (twin, property, cost) in twins {
        let found = minimal(&Without(twin), Search::default());
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
    let engines = [Engine::Random, Engine::Pct, Engine::Urw, Engine::Exhaustive, Engine::Minimal];
    for engine in engines {
        let buggy = Buggy { clients: 3 };
        replays_a_hundred_times(&buggy, &engine.explore(&buggy, &Options::default()));
    }
}
