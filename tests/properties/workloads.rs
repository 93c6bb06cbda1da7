//! Random workloads of the lock and of the bank in Redis, in sampled interleavings: proptest draws and
//! shrinks the workload, shuttle the interleaving. A failure names its engine, seed and schedule.

use std::time::Duration;

use lockproof::explore::{Exploration, Sampling, Search, Verdict, exhaustive, pct, random, replay};
use lockproof::lock::Retry;
use lockproof::scenario::{Budgets, Property, Scenario};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};

use super::config::config;

mod bank;
mod plain;

use bank::Banking;
use plain::{Holder, Locking};

const NAMES: [&str; 3] = ["alice", "bob", "carol"];
const SEED: u64 = 20_260_731;
/// So many with each of the schedulers.
const EXECUTIONS: u64 = 32;

/// What may go wrong in a workload.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    pub ticks: u32,
    /// Who may crash, if there is such a client.
    pub crash: Option<usize>,
}

impl Faults {
    fn budgets(&self, clients: usize) -> Budgets {
        let budgets = Budgets::none().ticks(self.ticks);
        let crash = self.crash.filter(|client| *client < clients);
        crash.into_iter().fold(budgets, |budgets, client| budgets.crash(NAMES[client]))
    }
}

/// How often clients ask for a lock that is taken, and after how long a wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patience {
    pub attempts: u32,
    pub wait_ms: u64,
}

impl Patience {
    const fn retry(self) -> Retry {
        Retry::every(Duration::from_millis(self.wait_ms), self.attempts)
    }
}

fn faults() -> impl Strategy<Value = Faults> {
    let crash = prop::option::of(0..NAMES.len());
    (0..=3_u32, crash).prop_map(|(ticks, crash)| Faults { ticks, crash })
}

fn patience() -> impl Strategy<Value = Patience> {
    (1..=3_u32, 1..=400_u64).prop_map(|(attempts, wait_ms)| Patience { attempts, wait_ms })
}

/// Too short for any lease, barely long enough, and longer than some waits.
fn ttl() -> impl Strategy<Value = u64> {
    prop_oneof![1..=8_u64, 1..=300_u64]
}

fn banking(fenced: bool) -> impl Strategy<Value = Banking> {
    let amounts = prop::collection::vec(-300..=300_i64, 1..=NAMES.len());
    // Shrunk in this order: when little else happens, one pause is seen to be enough.
    let workload = (amounts, 0..=300_i64, ttl(), patience(), 1..=2_u32, any::<bool>(), faults());
    workload.prop_map(move |(amounts, opening, ttl_ms, patience, attempts, cold, faults)| Banking {
        amounts,
        opening,
        ttl_ms,
        faults,
        patience,
        attempts,
        cold,
        fenced,
    })
}

fn locking(compares: bool) -> impl Strategy<Value = Locking> {
    let renewals = prop::collection::vec(ttl(), 0..=2);
    // Shrunk in this order: without an allowance for drift, a lease can be shorter.
    let holder = (any::<bool>(), any::<bool>(), 1..=2_u32, renewals, ttl()).prop_map(
        |(drift, fenced, rounds, renewals_ms, ttl_ms)| Holder {
            rounds,
            ttl_ms,
            renewals_ms,
            fenced,
            drift,
        },
    );
    let clients = prop::collection::vec(holder, 1..=NAMES.len());
    // Shrunk in this order too: when little else happens, a third client is seen to be idle.
    let workload = (any::<bool>(), patience(), faults(), clients);
    workload.prop_map(move |(cold, patience, faults, clients)| Locking {
        clients,
        faults,
        patience,
        cold,
        compares,
    })
}

/// What is left of a workload is small enough to search every interleaving of it: luck shrinks nothing.
fn searched(workload: &impl Scenario) -> Option<(&'static str, Exploration)> {
    let search = Search { max_states: 2_000, ..Search::default() };
    let found = exhaustive(workload, search);
    assert!(!matches!(found.verdict, Verdict::Uncontrolled(_) | Verdict::NotRun(_)), "{found}");
    found.violation().is_some().then_some(("exhaustive", found))
}

/// The first exploration that broke something: a PCT one, or else a random one.
fn broken(workload: &impl Scenario, executions: u64) -> Option<(&'static str, Exploration)> {
    let sampling = Sampling { seed: SEED, executions, ..Sampling::default() };
    ["pct", "random"].into_iter().find_map(|engine| {
        let found = match engine {
            "pct" => pct(workload, 3, sampling),
            _ => random(workload, sampling),
        };
        if found.verdict == Verdict::Sampled {
            assert_eq!(found.executions, executions, "{engine}: {found}");
            return None;
        }
        Some((engine, found))
    })
}

/// No property of the workload is broken; or else by which schedule, in whose exploration.
fn holds(workload: &impl Scenario, executions: u64) -> Result<(), TestCaseError> {
    match broken(workload, executions) {
        None => Ok(()),
        Some((engine, found)) => Err(TestCaseError::fail(format!("{engine}: {found}"))),
    }
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn the_fenced_bank_holds_in_every_workload(workload in banking(true)) {
        holds(&workload, EXECUTIONS)?;
    }

    #[test]
    fn without_a_pause_even_the_bank_with_no_fence_holds(workload in banking(false)) {
        let faults = Faults { ticks: 0, ..workload.faults };
        holds(&Banking { faults, ..workload }, EXECUTIONS)?;
    }

    #[test]
    fn the_lock_holds_in_every_workload_and_is_lost_only_to_a_pause(workload in locking(true)) {
        holds(&workload, EXECUTIONS)?;
    }
}

/// What proptest leaves of the first workload that breaks, as small as it can make it, and how that
/// breaks. Many executions each: a workload that merely was not caught would end the shrinking early.
fn smallest<S>(workloads: impl Strategy<Value = S>, executions: u64) -> (S, Exploration)
where
    S: Scenario + std::fmt::Debug,
{
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config(256), random);
    let broken = |workload: &S| broken(workload, executions).or_else(|| searched(workload));
    let holds = |workload: S| match broken(&workload) {
        None => Ok(()),
        Some((engine, found)) => Err(TestCaseError::fail(format!("{engine}: {found}"))),
    };
    match runner.run(&workloads, holds) {
        Err(TestError::Fail(reason, workload)) => {
            let (engine, found) = broken(&workload).expect("equal runs are equal");
            println!("{workload:?}\n{engine}: {found}");
            assert!(reason.to_string().contains(&found.to_string()), "{reason}");
            (workload, found)
        }
        other => panic!("nothing was found: {other:?}"),
    }
}

/// The schedule breaks the same property again, in the same way.
fn fails_again(workload: &impl Scenario, found: &Exploration, property: Property) {
    let violation = found.violation().expect("something was broken");
    assert_eq!(violation.property, property);
    assert!(found.seed.is_none_or(|seed| seed == SEED), "{found}");
    let schedule = found.schedule.as_ref().expect("a sequentially consistent checker has one");
    let again = replay(workload, &schedule.to_string().parse().unwrap()).unwrap();
    assert_eq!(again.violation(), Some(violation));
    assert_eq!(again.trace, found.trace);
}

#[test]
fn a_bank_with_no_fence_loses_money_to_two_clients_and_one_pause() {
    let (mut least, found) = smallest(banking(false), 100);
    fails_again(&least, &found, Property::ConservedBalance);
    least.amounts.sort_unstable();
    let patience = Patience { attempts: 1, wait_ms: 1 };
    let expected = Banking {
        amounts: vec![0, 1],
        opening: 0,
        // Of 2 ms, the allowance for drift leaves nothing.
        ttl_ms: 3,
        faults: Faults { ticks: 1, crash: None },
        patience,
        attempts: 1,
        cold: false,
        fenced: false,
    };
    assert_eq!(least, expected);
    let smaller = [
        Banking { amounts: vec![1], ..expected.clone() },
        Banking { amounts: vec![0, 0], ..expected.clone() },
        Banking { ttl_ms: 2, ..expected.clone() },
        Banking { faults: Faults::default(), ..expected.clone() },
        Banking { fenced: true, ..expected },
    ];
    for workload in smaller {
        assert!(searched(&workload).is_none(), "{workload:?}");
    }
}

#[test]
fn a_release_that_does_not_compare_deletes_anothers_lock_after_one_pause() {
    let (least, found) = smallest(locking(false), 100);
    fails_again(&least, &found, Property::OwnerOnlyRelease);
    let holder = Holder { rounds: 1, ttl_ms: 1, renewals_ms: vec![], fenced: false, drift: false };
    let expected = Locking {
        clients: vec![holder.clone(), holder],
        faults: Faults { ticks: 1, crash: None },
        patience: Patience { attempts: 1, wait_ms: 1 },
        cold: false,
        compares: false,
    };
    assert_eq!(least, expected);
    assert!(broken(&Locking { compares: true, ..expected }, 200).is_none());
}
