//! Steps that are said to be invisible make no difference: a search in which each of them is a choice comes
//! to the same ends.

use lockproof::explore::{Mutation, Search, brute_force_census, census, exhaustive};
use lockproof::races::fence_only_on_writes::Fixed;
use lockproof::races::lost_update::Buggy;
use proptest::strategy::Strategy;

use crate::compare::{Program, SEARCH, all, ends, same, smallest_failure};
use crate::judge::Judge;
use crate::queues::queues;
use crate::redis::clients;
use crate::threads::{Step, Threads};
use crate::threads_drawn::{mutexes, threads};

/// To begin, to start a thread, to see one end, to end and to release a mutex are choices as well.
const EVERY_STEP: Search = Search { invisible: false, executions: 2_000_000, ..SEARCH };

/// What this search misses or invents, by one that takes no step for invisible.
fn by_memory(program: &impl Program, search: Search) -> Result<(), String> {
    let every_step = ends(program, census(program, EVERY_STEP));
    same(&every_step, &ends(program, census(program, search)))
}

/// What brute force misses or invents, by brute force that takes nothing at all for granted.
fn by_force(program: &impl Program) -> Result<(), String> {
    let every_step = ends(program, brute_force_census(program, EVERY_STEP));
    same(&every_step, &ends(program, brute_force_census(program, SEARCH)))
}

#[test]
fn clients_of_redis_cannot_tell() {
    all((41, 40), clients(100.0), |program| by_memory(&program, SEARCH));
    all((42, 12), clients(3.0), |program| by_force(&program));
}

#[test]
fn clients_that_wait_for_each_other_cannot_tell() {
    all((43, 60), queues(100.0), |program| by_memory(&program, SEARCH));
    all((44, 10), queues(3.0), |program| by_force(&program));
}

#[test]
fn threads_cannot_tell() {
    // A child has nothing but invisible steps in front of it.
    let programs =
        threads(100.0).prop_filter("too many children", |program| children(program) <= 2);
    all((45, 60), programs, |program| by_memory(&program, SEARCH));
}

fn children(program: &Threads) -> usize {
    let each = if program.alike { program.actors.len() } else { 1 };
    let steps = program.actors.iter().take(program.actors.len() / each).flatten();
    each * steps.filter(|step| matches!(step, Step::Spawn(_))).count()
}

#[test]
fn threads_with_mutexes_cannot_tell() {
    all((47, 60), mutexes(100.0), |program| by_memory(&program, SEARCH));
    all((48, 40), mutexes(3.0), |program| by_force(&program));
}

/// Fails unless the comparison finds out an explorer that makes this mistake.
#[track_caller]
fn found_out<P: Program>(mutation: Mutation, programs: impl Strategy<Value = P>) {
    let search = Search { mutation: Some(mutation), ..SEARCH };
    let found = smallest_failure((49, 200), programs, |program| by_memory(&program, search));
    let found = found.unwrap_or_else(|| panic!("{mutation:?} went unnoticed"));
    println!("{mutation:?} is found out by {found}\n");
}

#[test]
fn taking_a_visible_step_for_invisible_is_found_out() {
    found_out(Mutation::LocksAtOnce, mutexes(60.0));
    found_out(Mutation::LocksAtOnce, threads(60.0));
    found_out(Mutation::FirstStepsAtOnce, clients(60.0));
    found_out(Mutation::FirstStepsAtOnce, queues(60.0));
}

/// A switch that does nothing makes no difference either.
#[test]
fn each_invisible_step_can_be_made_a_choice() {
    use Step::{Join, Lock, Notify, Now, Spawn, Unlock, Wait};
    let executions = |alice, bob| {
        let actors = vec![alice, bob];
        let judge = Judge::default();
        let program = Threads { actors, alike: false, ticks: 0, crash: None, judge };
        assert_eq!(by_force(&program), Ok(()));
        let census = |search| brute_force_census(&program, search).exploration.executions;
        [SEARCH, EVERY_STEP].map(census)
    };
    // The beginning and the end of both: 4! / (2! 2!).
    assert_eq!(executions(vec![], vec![]), [1, 6]);
    assert_eq!(executions(vec![], vec![Now]), [1, 10]);
    // Four of alice's, three of bob's: 7! / (4! 3!).
    assert_eq!(executions(vec![Lock(0)], vec![Now]), [2, 35]);
    assert_eq!(executions(vec![Lock(0), Unlock], vec![Now]), [2, 35]);
    // The parent may end before its child begins, between, and after it: 3 · 8! / (5! 3!).
    assert_eq!(executions(vec![Spawn(vec![])], vec![Now]), [1, 168]);
    assert_eq!(executions(vec![Spawn(vec![]), Join], vec![Now]), [1, 84]);
    // Told in time, or between taking the mutex and waiting, or before: 16 + 16.
    assert_eq!(executions(vec![Lock(0), Wait(0)], vec![Notify(0, true)]), [2, 32]);
    let fixed = |search| exhaustive(&Fixed { clients: 2 }, search).executions;
    assert_eq!([SEARCH, EVERY_STEP].map(fixed), [54, 338]);
}

/// A schedule names visible steps only.
#[test]
fn there_is_no_schedule_where_every_step_is_a_choice() {
    let found = exhaustive(&Buggy, EVERY_STEP);
    assert!(found.violation().is_some(), "{found}");
    assert_eq!(found.schedule, None);
    assert!(exhaustive(&Buggy, SEARCH).schedule.is_some());
}
