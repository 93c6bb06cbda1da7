//! Explorers with a mistake: the comparison with brute force finds each, on random programs.

use lockproof::explore::{Mutation, Search, minimal};
use proptest::strategy::Strategy;

use crate::cheapest::picky;
use crate::compare::{GRAPH, Program, SEARCH, difference, smallest_failure};
use crate::queues::queues;
use crate::redis::clients;
use crate::threads::Threads;
use crate::threads_drawn::{mutexes, threads};

/// Fails unless the comparison finds out an explorer that makes this mistake.
#[track_caller]
fn found_out<P: Program>(mutation: Mutation, programs: impl Strategy<Value = P>) {
    let search = Search { mutation: Some(mutation), ..SEARCH };
    let found = smallest_failure((34, 1_000), programs, |program| difference(&program, search));
    let found = found.unwrap_or_else(|| panic!("{mutation:?} went unnoticed"));
    println!("{mutation:?} is found out by {found}\n");
}

#[test]
fn forgetting_a_part_of_the_state_is_found_out_by_clients() {
    found_out(Mutation::ForgetLocals, clients(100.0));
    found_out(Mutation::ForgetObjects, clients(100.0));
    found_out(Mutation::ForgetMonitors, clients(100.0));
    found_out(Mutation::ForgetDeadlines, clients(100.0));
}

#[test]
fn forgetting_a_part_of_the_state_is_found_out_by_threads() {
    found_out(Mutation::ForgetLocals, threads(100.0));
    found_out(Mutation::ForgetObjects, threads(100.0));
}

#[test]
fn forgetting_a_part_of_the_state_is_found_out_by_clients_that_wait_for_each_other() {
    found_out(Mutation::ForgetTime, queues(100.0));
    found_out(Mutation::ForgetLocals, queues(100.0));
    found_out(Mutation::ForgetObjects, queues(100.0));
    found_out(Mutation::ForgetWaiters, queues(100.0));
}

#[test]
fn taking_those_who_differ_for_interchangeable_is_found_out() {
    found_out(Mutation::TryOneClient, clients(100.0));
    found_out(Mutation::TryOneClient, threads(100.0));
    found_out(Mutation::TryOneClient, queues(100.0));
}

#[test]
fn taking_everybody_for_a_client_is_found_out() {
    found_out(Mutation::EverybodyIsAClient, clients(100.0));
    found_out(Mutation::EverybodyIsAClient, threads(100.0));
    found_out(Mutation::EverybodyIsAClient, queues(100.0));
}

#[test]
fn learning_what_an_actor_does_without_regard_to_what_it_saw_is_found_out() {
    found_out(Mutation::EdgesWithoutValues, clients(100.0));
    found_out(Mutation::EdgesWithoutValues, threads(100.0));
    found_out(Mutation::EdgesWithoutValues, queues(100.0));
}

#[test]
fn taking_a_visible_step_for_invisible_is_found_out() {
    found_out(Mutation::LocksAtOnce, mutexes(60.0));
    found_out(Mutation::LocksAtOnce, threads(60.0));
}

/// It takes longer programs, for which brute force is too slow: the mutated search is compared with the one
/// that is shown to be minimal elsewhere.
#[test]
fn forgetting_who_is_running_is_found_out() {
    let search = Search { mutation: Some(Mutation::ForgetWhoIsRunning), ..SEARCH };
    let agrees = |program: Threads| {
        let (right, wrong) = (minimal(&program, GRAPH), minimal(&program, search));
        let same = right.cost == wrong.cost;
        same.then_some(()).ok_or_else(|| format!("{wrong}\nbut: {right}"))
    };
    let found = smallest_failure((33, 1_000), picky(threads(3_000.0)), agrees);
    println!("it is found out by {}", found.expect("it did not go unnoticed"));
}
