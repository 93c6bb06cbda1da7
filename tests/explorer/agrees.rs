//! The explorer reaches what brute force reaches: no less, and no more.

use std::cell::RefCell;
use std::collections::BTreeSet;

use lockproof::explore::{Search, brute_force, census, exhaustive};
use lockproof::races::fence_only_on_writes::Fixed;

use crate::compare::{Program, SEARCH, all, difference, ends, same};
use crate::queues::queues;
use crate::redis::{Clients, Fault, clients};
use crate::threads_drawn::threads;

/// Every combination of the reductions but the fastest; invisible steps have a file of their own.
const SLOWER: [Search; 2] =
    [Search { symmetry: false, ..SEARCH }, Search { memory: false, symmetry: false, ..SEARCH }];

#[test]
fn clients_of_redis_come_to_the_same_ends() {
    all((1, 450), clients(250.0), |program| difference(&program, SEARCH));
}

#[test]
fn other_clients_of_redis_come_to_the_same_ends() {
    all((2, 450), clients(250.0), |program| difference(&program, SEARCH));
}

/// A fault that is never drawn, or that never strikes, agrees with everything.
#[test]
fn each_fault_is_drawn_often_and_some_clients_come_to_more_ends_with_it() {
    let drawn = RefCell::new(Vec::new());
    for seed in [1, 2] {
        all((seed, 450), clients(250.0), |program| {
            drawn.borrow_mut().push(program);
            Ok(())
        });
    }
    let drawn = drawn.into_inner();
    for kind in Fault::ALL {
        let has = |it: &&Clients| it.fault.is_some_and(|(fault, _)| fault == kind);
        let count = drawn.iter().filter(has).count();
        assert!(count >= drawn.len() / 10, "{kind:?} is in {count} of {}", drawn.len());
        // Ends are told apart by name, with the fault and without.
        let matters = |program: &&Clients| {
            let without = Clients { fault: None, ..(*program).clone() };
            let [without, with] =
                [&without, program].map(|program| ends(program, census(program, SEARCH)));
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
    all((3, 400), threads(250.0), |program| difference(&program, SEARCH));
}

#[test]
fn other_threads_come_to_the_same_ends() {
    all((4, 400), threads(250.0), |program| difference(&program, SEARCH));
}

#[test]
fn clients_that_wait_for_each_other_come_to_the_same_ends() {
    all((8, 400), queues(250.0), |program| difference(&program, SEARCH));
}

#[test]
fn each_reduction_can_be_switched_off() {
    fn slower(program: &impl Program) -> Result<(), String> {
        SLOWER.iter().try_for_each(|search| difference(program, *search))
    }
    all((5, 100), clients(100.0), |program| slower(&program));
    all((6, 100), threads(100.0), |program| slower(&program));
    all((9, 100), queues(100.0), |program| slower(&program));
}

/// A reduction that does nothing agrees with everything: what these save is asserted.
#[test]
fn each_reduction_makes_the_search_smaller() {
    let executions = |search| exhaustive(&Fixed { clients: 2 }, search).executions;
    assert_eq!([SEARCH, SLOWER[0], SLOWER[1]].map(executions), [54, 108, 318]);
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
