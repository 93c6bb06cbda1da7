//! Steps that are said to be invisible make no difference: brute force that takes each of them for a choice
//! comes to the same ends as brute force that takes none.

use lockproof::explore::{Search, brute_force, brute_force_census};
use lockproof::races::fence_only_on_writes::Fixed;
use lockproof::races::lost_update::Buggy;
use proptest::strategy::Strategy;

use crate::compare::{Program, SEARCH, all, brute_force_ends, same};
use crate::judge::Judge;
use crate::queues::queues;
use crate::redis::clients;
use crate::threads::{Step, Threads};
use crate::threads_drawn::{mutexes, threads};

/// To begin, to start a thread, to see one end, to end and to release a mutex are choices as well.
const EVERY_STEP: Search = Search { invisible: false, executions: 2_000_000, ..SEARCH };

/// What brute force misses or invents, by brute force that takes nothing at all for granted.
fn by_force(program: &impl Program) -> Result<(), String> {
    same(&brute_force_ends(program, EVERY_STEP), &brute_force_ends(program, SEARCH))
}

#[test]
fn clients_of_redis_cannot_tell() {
    all((42, 25), clients(3.0), |program| by_force(&program));
}

#[test]
fn clients_that_wait_for_each_other_cannot_tell() {
    all((44, 20), queues(3.0), |program| by_force(&program));
}

#[test]
fn threads_cannot_tell() {
    // A child has nothing but invisible steps in front of it.
    let programs = threads(3.0).prop_filter("too many invisible steps", |it| invisible(it) <= 7);
    all((45, 40), programs, |program| by_force(&program));
}

#[test]
fn threads_with_mutexes_cannot_tell() {
    all((48, 25), mutexes(3.0), |program| by_force(&program));
}

/// How many invisible steps the actors and their children have.
fn invisible(program: &Threads) -> usize {
    let own = |steps: &[Step]| -> usize {
        let count = |step: &Step| match step {
            Step::Lock(_) | Step::Join => 1,
            Step::Spawn(steps) => 3 + steps.len(),
            _ => 0,
        };
        2 + steps.iter().map(count).sum::<usize>()
    };
    let first =
        |actor: &Vec<Step>| if program.alike { own(&program.actors[0]) } else { own(actor) };
    program.actors.iter().map(first).sum()
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
    let fixed = |search| brute_force(&Fixed { clients: 2 }, search).executions;
    assert_eq!([SEARCH, EVERY_STEP].map(fixed)[0], 318);
}

/// A schedule names visible steps only.
#[test]
fn there_is_no_schedule_where_every_step_is_a_choice() {
    let found = brute_force(&Buggy, EVERY_STEP);
    assert!(found.violation().is_some(), "{found}");
    assert_eq!(found.schedule, None);
    assert!(brute_force(&Buggy, SEARCH).schedule.is_some());
}
