//! What is left of random schedules.

use lockproof::explore::{
    MinimiseError, Sampling, Schedule, Search, minimal, minimise, random, replay, urw,
};
use lockproof::races::{
    fence_only_on_writes, get_del_release, lock_order, lost_update, shared_token,
};
use lockproof::scenario::Scenario;

/// Draws a schedule from each seed, and expects each to shrink to what `minimal` finds.
#[track_caller]
fn shrinks_to_the_least<S: Scenario>(scenario: &S, seeds: std::ops::Range<u64>) {
    let simplest = minimal(scenario, Search::default());
    let (least, property) = (simplest.cost.expect("a bug"), simplest.violation().unwrap().property);
    for seed in seeds {
        let sampling = Sampling { seed, ..Sampling::default() };
        let drawn =
            if seed % 2 == 0 { random(scenario, sampling) } else { urw(scenario, sampling) };
        if drawn.violation().expect("a bug").property != property {
            continue;
        }
        let drawn_cost = drawn.cost.unwrap();
        let schedule = drawn.schedule.expect("a schedule");
        let minimal = minimise(scenario, &schedule).expect("it breaks something");
        let case = format!("seed {seed}: {schedule} became {minimal}");
        println!("{drawn_cost} -> {case}");
        assert!(minimal.cost.unwrap() <= drawn_cost, "{case}");
        assert_eq!(minimal.cost, Some(least), "{case}; minimal: {simplest}");
        assert_eq!(minimal.violation().unwrap().property, property, "{case}");
        let short = minimal.schedule.clone().unwrap();
        let again = replay(scenario, &short).expect("a full schedule");
        assert_eq!((&again.trace, &again.schedule), (&minimal.trace, &minimal.schedule), "{case}");
        if seed < 3 {
            let twice = minimise(scenario, &schedule).unwrap();
            let same = (Some(short), minimal.executions);
            assert_eq!((twice.schedule, twice.executions), same, "{case}");
        }
    }
}

#[test]
fn lost_updates_shrink_to_the_fewest_preemptions() {
    shrinks_to_the_least(&lost_update::Buggy, 0..20);
}

#[test]
fn deadlocks_shrink_to_the_fewest_preemptions() {
    shrinks_to_the_least(&lock_order::Buggy, 0..20);
}

#[test]
fn releases_of_a_strangers_lock_shrink_to_the_fewest_preemptions() {
    shrinks_to_the_least(&get_del_release::Buggy, 0..20);
    shrinks_to_the_least(&shared_token::Buggy, 0..20);
}

#[test]
fn stale_writes_shrink_to_the_fewest_preemptions() {
    shrinks_to_the_least(&fence_only_on_writes::Buggy { clients: 2 }, 0..10);
    shrinks_to_the_least(&fence_only_on_writes::Buggy { clients: 3 }, 0..4);
}

#[test]
fn what_a_person_wrote_may_be_a_beginning_and_comes_back_whole() {
    let written: Schedule = "alice bob".parse().unwrap();
    let minimal = minimise(&lost_update::Buggy, &written).expect("it loses an update");
    assert_eq!(minimal.schedule.unwrap().to_string(), "alice bob bob alice");
    assert_eq!(minimal.cost.unwrap().preemptions, 1);
}

#[test]
fn a_schedule_that_breaks_nothing_or_does_not_fit_is_refused() {
    let in_turn: Schedule = "2*alice 2*bob".parse().unwrap();
    let error = minimise(&lost_update::Buggy, &in_turn).expect_err("nothing breaks");
    assert!(matches!(error, MinimiseError::Harmless(_)), "{error:?}");
    assert!(error.to_string().starts_with("the schedule breaks nothing (sampled)"), "{error}");
    let misspelt: Schedule = "alice bbo".parse().unwrap();
    let error = minimise(&lost_update::Buggy, &misspelt).expect_err("nobody is called so");
    assert!(matches!(error, MinimiseError::Diverged(_)), "{error:?}");
    assert!(error.to_string().starts_with("step 2 of the schedule is bbo's"), "{error}");
}
