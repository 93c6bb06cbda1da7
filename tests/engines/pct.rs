//! Probabilistic concurrency testing keeps its published guarantee (Burckhardt et al., ASPLOS 2010): with `n`
//! actors, `k` steps and depth `d`, each execution finds a bug of that depth with a probability of at least
//! `1 / (n * k^(d - 1))`. A bug of a smaller depth is one of that depth, too.

use std::sync::Arc;

use lockproof::explore::{Sampling, pct};
use lockproof::races::{check_then_act, lock_order, lost_update, missed_wakeup, torn_audit};
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::{Runtime, Shared};

/// Unlocks, then commits. One preemption, right before the last step.
#[derive(Clone)]
struct UnlockThenCommit;

impl Scenario for UnlockThenCommit {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let lock = Arc::new(Shared::<R, (bool, i64)>::new("lock", (false, 0)));
        let balance = Arc::new(Shared::<R, i64>::new("balance", 0));
        for name in ["alice", "bob"] {
            let (lock, balance) = (Arc::clone(&lock), Arc::clone(&balance));
            world.actor(name, move |_| {
                let take = |it: &mut (bool, i64)| {
                    let free = !it.0;
                    if free {
                        *it = (true, it.1 + 1);
                    }
                    free
                };
                if lock.with("try lock", take) {
                    let old = balance.with("read", |it| *it);
                    lock.with("unlock", |it| it.0 = false);
                    balance.with("commit", |it| *it = old + 1);
                }
            });
        }
        world.finally(Property::ConservedBalance, move || {
            let (times, balance) = (lock.peek(|it| it.1), balance.peek(|it| *it));
            if times == balance { Ok(()) } else { Err(format!("{times} deposits made {balance}")) }
        });
    }
}

/// alice adds, takes back, and clears if that made 0, each in a step of its own. Both others see 1 if
/// they add on either side of the clearing, so the depth is 3.
#[derive(Clone)]
struct TakeBackThenClear;

impl Scenario for TakeBackThenClear {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let hits = Arc::new(Shared::<R, (i64, i64)>::new("hits", (0, 0)));
        let alice = Arc::clone(&hits);
        world.actor("alice", move |_| {
            alice.with("add", |it| it.0 += 1);
            let take_back = |it: &mut (i64, i64)| {
                it.0 -= 1;
                it.0
            };
            if alice.with("take back", take_back) == 0 {
                alice.with("clear", |it| it.0 = 0);
            }
        });
        for name in ["bob", "carol"] {
            let hits = Arc::clone(&hits);
            let add = |it: &mut (i64, i64)| {
                it.0 += 1;
                it.1 += i64::from(it.0 == 1);
            };
            world.actor(name, move |_| hits.with("add", add));
        }
        world.finally(Property::NoOverdraft, move || match hits.peek(|it| it.1) {
            0 | 1 => Ok(()),
            many => Err(format!("{many} were let in")),
        });
    }
}

/// Three actors, one letter a step, and one order of these steps that is wrong.
#[derive(Clone)]
struct WrongOrder {
    /// What each actor writes.
    actors: [&'static str; 3],
    wrong: &'static str,
}

impl Scenario for WrongOrder {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let order = Arc::new(Shared::<R, String>::new("order", String::new()));
        for (name, letters) in ["alice", "bob", "carol"].into_iter().zip(self.actors) {
            let order = Arc::clone(&order);
            world.actor(name, move |_| {
                for letter in letters.chars() {
                    order.with("write", move |order| order.push(letter));
                }
            });
        }
        let wrong = self.wrong;
        world.finally(Property::Linearizable, move || match order.peek(Clone::clone) {
            order if order == wrong => Err(format!("the order is {order}")),
            _ => Ok(()),
        });
    }
}

const SEEDS: std::ops::Range<u64> = 0..20;

/// So unlikely is it that one search of the guaranteed length misses a bug.
const MISS: f64 = 1e-6;

/// After so many executions `n` actors with `k` steps in all are guaranteed to show a bug of depth `d`.
fn enough(n: usize, k: usize, d: usize) -> u64 {
    let in_each = 1.0 / (n as f64 * (k as f64).powi(d as i32 - 1));
    (MISS.ln() / (1.0 - in_each).ln()).ceil() as u64
}

/// Each seed finds the bug of depth `bug` at this depth, and at greater ones, as soon as is guaranteed.
#[track_caller]
fn is_found(name: &str, scenario: &impl Scenario, actors: usize, bug: usize) {
    let longest = pct(scenario, 1, Sampling { executions: 100, ..Sampling::default() }).longest;
    for depth in bug..=4 {
        let executions = enough(actors, longest, depth);
        let mut needed: Vec<u64> = SEEDS
            .map(|seed| {
                let sampling = Sampling { seed, executions, ..Sampling::default() };
                let found = pct(scenario, depth, sampling);
                assert!(found.violation().is_some(), "{name}, depth {depth}, seed {seed}: {found}");
                found.executions
            })
            .collect();
        needed.sort_unstable();
        let [median, most] = [needed[needed.len() / 2], needed[needed.len() - 1]];
        println!("{name}, depth {depth}: {median} executions, at most {most} of {executions}");
    }
}

#[test]
fn every_seed_finds_at_greater_depths_what_it_finds_at_depth_two() {
    is_found("unlock-then-commit", &UnlockThenCommit, 2, 2);
    is_found("take-back-then-clear", &TakeBackThenClear, 3, 3);
    is_found("missed-wakeup", &missed_wakeup::Buggy, 3, 2);
    is_found("lost-update", &lost_update::Buggy, 2, 2);
    is_found("check-then-act", &check_then_act::Buggy, 2, 2);
    is_found("lock-order", &lock_order::Buggy, 2, 2);
    is_found("torn-audit", &torn_audit::Buggy, 2, 2);
}

/// Of two actors that are lowered, the first may have to stay below the second, or the second below the
/// first.
#[test]
fn changes_of_priority_have_priorities_of_their_own() {
    let actors = ["Aa", "Bb", "C"];
    for wrong in ["ABCab", "ABCba"] {
        is_found(wrong, &WrongOrder { actors, wrong }, 3, 3);
    }
}

/// Actors of lower priority go on where those above them wait, so one change is not enough for two
/// preemptions.
#[test]
fn a_depth_that_is_too_small_finds_nothing() {
    for wrong in ["ABCab", "ABCba"] {
        let sampling = Sampling { executions: 2_000, ..Sampling::default() };
        let found = pct(&WrongOrder { actors: ["Aa", "Bb", "C"], wrong }, 2, sampling);
        assert_eq!(found.violation(), None, "{found}");
    }
}
