//! Random exploration of the lock protocol on the simulated Redis: random walk, probabilistic
//! concurrency testing and uniform random walk, with the clock as an actor, so that a time to live can
//! end between any two steps.
//!
//! Every seed is fixed. A failure prints the engine, the seed and the schedule as actor names; a bug
//! that is found is replayed by those names, and has to come out the same.
#![cfg(not(loom))]

mod clients;
mod guards;
mod tellers;

use clients::{Clients, Seen};
use lockproof::explore::{Exploration, Sampling, Verdict, pct, random, replay, urw};
use lockproof::races::{get_del_release, shared_token};
use lockproof::scenario::{Budgets, Property, Scenario};
use tellers::Tellers;

/// Each scheduler of the shuttle family, drawing this many executions.
fn schedulers<S: Scenario>(
    scenario: &S,
    executions: u64,
) -> impl Iterator<Item = (&'static str, Exploration)> {
    let sampling = Sampling { seed: 20_260_731, executions, ..Sampling::default() };
    ["random", "pct", "urw"].into_iter().map(move |name| {
        let exploration = match name {
            "random" => random(scenario, sampling),
            "pct" => pct(scenario, 3, sampling),
            _ => urw(scenario, sampling),
        };
        println!("{name}: {exploration} in {:?}", exploration.elapsed);
        (name, exploration)
    })
}

/// No scheduler breaks anything, and each has drawn all its executions.
#[track_caller]
fn holds(executions: u64, scenario: &impl Scenario) {
    for (name, exploration) in schedulers(scenario, executions) {
        assert_eq!(exploration.verdict, Verdict::Sampled, "{name}: {exploration}");
        assert_eq!(exploration.executions, executions, "{name}: {exploration}");
    }
}

/// Every scheduler breaks this property, and each of their schedules breaks it again, with the same
/// trace.
#[track_caller]
fn is_found(property: Property, executions: u64, scenario: &impl Scenario) {
    for (name, found) in schedulers(scenario, executions) {
        let violation = found.violation().unwrap_or_else(|| panic!("{name}: {found}"));
        assert_eq!(violation.property, property, "{name}: {found}");
        let schedule = found.schedule.as_ref().expect("a sequentially consistent checker has one");
        let written: String = schedule.to_string();
        let again = replay(scenario, &written.parse().expect("what is printed can be read"))
            .unwrap_or_else(|divergence| panic!("{name}: {divergence}"));
        assert_eq!(again.violation(), Some(violation), "{name}: {written}");
        assert_eq!(again.trace, found.trace, "{name}: {written}");
    }
}

fn one_tick() -> Budgets {
    Budgets::none().ticks(1)
}

#[test]
fn three_clients_acquire_work_and_release() {
    let clients = Clients::new(3, Budgets::none());
    holds(2_000, &clients);
    assert!(Seen::take(&clients.seen.released) > 0);
    assert!(Seen::take(&clients.seen.taken) > 0, "the clients never met");
    // No time passes, so nobody's lock can have expired.
    assert_eq!(Seen::take(&clients.seen.not_held), 0);
}

#[test]
fn ttl_expires_in_the_middle_of_a_holders_work() {
    let clients = Clients::new(3, Budgets::none().ticks(2));
    holds(2_000, &clients);
    assert!(Seen::take(&clients.seen.not_held) > 0, "no lock expired while its holder worked");
    assert!(Seen::take(&clients.seen.released) > 0);
}

#[test]
fn finds_wrong_owner_release_by_get_then_del() {
    is_found(Property::OwnerOnlyRelease, 20_000, &get_del_release::Buggy);
}

#[test]
fn compare_and_delete_releases_only_its_own() {
    holds(5_000, &get_del_release::Fixed);
}

#[test]
fn finds_the_shared_token_of_the_seed() {
    is_found(Property::OwnerOnlyRelease, 20_000, &shared_token::Buggy);
    holds(2_000, &shared_token::Fixed);
}

#[test]
fn renewal_racing_expiry_never_extends_anothers_lock() {
    let clients = Clients { renewals: 2, ..Clients::new(2, Budgets::none().ticks(2)) };
    holds(2_000, &clients);
    assert!(Seen::take(&clients.seen.renewed) > 0);
    assert!(Seen::take(&clients.seen.lost) > 0, "no renewal came too late");
}

#[test]
fn lock_is_free_after_a_crash_and_the_ttl() {
    let clients = Clients { patient: true, ..Clients::new(2, Budgets::none().crash("alice")) };
    holds(2_000, &clients);
    // Whoever waited had it in the end, in every execution; and alice, when she lived.
    assert_eq!(Seen::take(&clients.seen.taken), 0);
    assert!(Seen::take(&clients.seen.released) < 3 * 2 * 2_000, "alice never crashed");
}

#[test]
fn distributed_bank_conserves_money_with_the_fence() {
    let tellers = Tellers { amounts: &[1_000, -2_000], fenced: true, budgets: one_tick() };
    holds(3_000, &tellers);
}

#[test]
fn finds_money_lost_without_the_fence() {
    let tellers = Tellers { amounts: &[1_000, -2_000], fenced: false, budgets: one_tick() };
    is_found(Property::ConservedBalance, 20_000, &tellers);
}
