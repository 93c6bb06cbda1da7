//! The explorer reaches what brute force reaches: no less, and no more.

use std::cell::RefCell;
use std::collections::BTreeSet;

use lockproof::explore::{Search, brute_force, census, exhaustive};
use lockproof::races::fence_only_on_writes::Fixed;
use proptest::strategy::Strategy;

use crate::compare::{
    Distribution, GRAPH, Program, SEARCH, SIZES, all, difference, ends, same, smallest_failure_of,
};
use crate::queues::queues;
use crate::redis::{Clients, Fault, clients};
use crate::threads_drawn::threads;

/// The most executions that brute force is expected to take.
const MOST: f64 = SIZES.1;

/// Compares programs with the graph, and says what they were like.
#[track_caller]
fn agree<P: Program>(
    name: &str,
    drawn: (u64, u32),
    programs: impl Strategy<Value = P>,
    sends_commands: bool,
) {
    let distribution = Distribution::default();
    let failure = smallest_failure_of(drawn, programs, |program| distribution.difference(&program));
    if let Some(failure) = failure {
        panic!("{failure}");
    }
    distribution.assert(name, sends_commands);
}

#[test]
fn clients_of_redis_come_to_the_same_ends() {
    agree("clients of Redis", (1, 450), clients(MOST), true);
}

#[test]
fn other_clients_of_redis_come_to_the_same_ends() {
    agree("other clients of Redis", (2, 450), clients(MOST), true);
}

/// A fault that is never drawn, or that never strikes, agrees with everything.
#[test]
fn each_fault_is_drawn_often_and_some_clients_come_to_more_ends_with_it() {
    let drawn = RefCell::new(Vec::new());
    for seed in [1, 2] {
        all((seed, 450), clients(MOST), |program| {
            drawn.borrow_mut().push(program);
            Ok(())
        });
    }
    let drawn = drawn.into_inner();
    for kind in Fault::ALL {
        let has = |it: &&Clients| it.fault.is_some_and(|(fault, _)| fault == kind);
        let count = drawn.iter().filter(has).count();
        assert!(count >= drawn.len() / 15, "{kind:?} is in {count} of {}", drawn.len());
        // Ends are told apart by name, with the fault and without.
        let matters = |program: &&Clients| {
            let without = Clients { fault: None, ..(*program).clone() };
            let [without, with] = [&without, program]
                .map(|program| ends(program, census(program, GRAPH)).expect("a whole search"));
            assert!(without.is_subset(&with), "{program:?}");
            without.len() < with.len()
        };
        let differ = drawn.iter().filter(has).filter(|it| !it.alike).take(10).filter(matters);
        println!("{kind:?} is in {count}; of ten of them, {} differ", differ.clone().count());
        assert!(differ.count() >= 5, "{kind:?}");
    }
}

#[test]
fn threads_come_to_the_same_ends() {
    agree("threads", (3, 400), threads(MOST), false);
}

#[test]
fn other_threads_come_to_the_same_ends() {
    agree("other threads", (4, 400), threads(MOST), false);
}

#[test]
fn clients_that_wait_for_each_other_come_to_the_same_ends() {
    agree("clients that wait for each other", (8, 400), queues(MOST), true);
}

/// The graph compared with live executions, as it is for users: what it says besides is not uncontrolled.
#[test]
fn whole_searches_come_to_the_same_ends() {
    all((61, 20), clients(150.0), |program| difference(&program, SEARCH));
    all((62, 20), threads(150.0), |program| difference(&program, SEARCH));
    all((63, 20), queues(150.0), |program| difference(&program, SEARCH));
}

#[test]
fn symmetry_can_be_switched_off() {
    const SLOWER: Search = Search { symmetry: false, ..GRAPH };
    all((5, 100), clients(100.0), |program| difference(&program, SLOWER));
    all((6, 100), threads(100.0), |program| difference(&program, SLOWER));
    all((9, 100), queues(100.0), |program| difference(&program, SLOWER));
}

/// A reduction that does nothing agrees with everything: what it saves is asserted.
#[test]
fn symmetry_makes_the_search_smaller() {
    let states = |symmetry| exhaustive(&Fixed { clients: 2 }, Search { symmetry, ..SEARCH }).states;
    assert_eq!([true, false].map(states), [Some(81), Some(159)]);
    assert_eq!(brute_force(&Fixed { clients: 2 }, SEARCH).executions, 318);
}

#[test]
fn the_comparison_rejects_a_search_that_missed_or_invented_something() {
    let ends = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let reached: BTreeSet<String> = ends(&["a", "b"]);
    assert_eq!(same(&reached, &ends(&["b", "a"])), Ok(()));
    assert!(same(&reached, &ends(&["a"])).is_err());
    assert!(same(&reached, &ends(&["a", "b", "c"])).is_err());
}
