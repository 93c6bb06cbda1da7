//! loom comes to the same: it knows nothing of our board, so it is a second opinion on what a visible step
//! is, too.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use lockproof::explore::{Bound, LoomBounds, Verdict, brute_force_census, loom};
use lockproof::scenario::{Property, Violation};

use crate::cheapest::picky;
use crate::compare::{GRAPH, Program, SEARCH, all, difference, same};
use crate::judge::{Judge, canonical};
use crate::threads::Threads;
use crate::threads_drawn::{mutexes, sleeps, tangled_mutexes};

#[test]
fn threads_without_deadlocks_come_to_the_same_ends() {
    all((7, 80), mutexes(60.0), |program| {
        let [by_force, by_loom] = [by_force, by_loom].map(|engine| noted(&program, engine));
        assert_eq!((&by_loom.broken, by_loom.ended), (&BTreeSet::new(), true), "{program:?}");
        same(&by_force.outcomes, &by_loom.outcomes)?;
        difference(&program, GRAPH)
    });
}

#[test]
fn threads_with_deadlocks_come_to_the_same_ends() {
    let (deadlocks, all_ended) = (Cell::new(0), Cell::new(0));
    all((51, 60), tangled_mutexes(60.0), |program| {
        let [by_force, by_loom] = [by_force, by_loom].map(|engine| noted(&program, engine));
        match by_loom.ended {
            true => {
                same(&by_force.outcomes, &by_loom.outcomes)?;
                all_ended.set(all_ended.get() + 1);
            }
            false => deadlocks.set(deadlocks.get() + 1),
        }
        broken_alike(&by_force, &by_loom)?;
        difference(&program, GRAPH)
    });
    // Programs of both kinds were drawn, and not one only now and then.
    let (deadlocks, all_ended) = (deadlocks.get(), all_ended.get());
    assert!(deadlocks.min(all_ended) > deadlocks.max(all_ended) / 4, "{deadlocks}, {all_ended}");
}

#[test]
fn threads_that_break_something_break_the_same() {
    all((52, 40), picky(mutexes(60.0)), |program| {
        broken_alike(&by_force(&program), &by_loom(&program))
    });
    all((53, 40), picky(tangled_mutexes(60.0)), |program| {
        broken_alike(&by_force(&program), &by_loom(&program))
    });
}

/// Time passes only when nobody can go on, and what belongs to a step is not torn from it. loom orders all
/// accesses of the clock, so it gets through small programs only.
#[test]
fn threads_that_sleep_come_to_the_same_ends() {
    let compared = Cell::new(0);
    all((54, 40), sleeps(12.0), |program| {
        let notes = Arc::<Mutex<_>>::default();
        let noting = program.clone().judged(Judge::Noted(Arc::clone(&notes)));
        let bounds = LoomBounds { executions: 1_000, preemptions: None };
        match loom(&noting, bounds).verdict {
            Verdict::Exhausted => compared.set(compared.get() + 1),
            Verdict::BoundHit(Bound::Executions(_)) => return Ok(()),
            other => return Err(format!("{other}")),
        }
        let by_loom = std::mem::take(&mut *notes.lock().unwrap());
        same(&noted(&program, by_force).outcomes, &by_loom)
    });
    assert!(compared.get() > 20, "{}", compared.get());
}

/// What an engine comes to.
struct Found {
    broken: BTreeSet<(Property, String)>,
    /// It looked at everything: loom stops at the first violation.
    ended: bool,
    outcomes: BTreeSet<String>,
}

impl Found {
    fn of(program: &Threads, broken: impl Iterator<Item = Violation>, ended: bool) -> Self {
        let alike =
            |Violation { property, detail }| (property, canonical(&detail, program.alike()));
        Self { broken: broken.map(alike).collect(), ended, outcomes: BTreeSet::new() }
    }
}

fn by_loom(program: &Threads) -> Found {
    match loom(program, LoomBounds::default()).verdict {
        Verdict::Exhausted => Found::of(program, std::iter::empty(), true),
        Verdict::Broken(violation) => Found::of(program, std::iter::once(violation), false),
        other => panic!("{program:?}: {other}"),
    }
}

fn by_force(program: &Threads) -> Found {
    let census = brute_force_census(program, SEARCH);
    assert_eq!(census.exploration.verdict, Verdict::Exhausted, "{program:?}");
    Found::of(program, census.violations.into_keys(), true)
}

/// What an engine comes to, outcomes included, where none of those is a violation.
fn noted(program: &Threads, engine: fn(&Threads) -> Found) -> Found {
    let notes = Arc::<Mutex<_>>::default();
    let found = engine(&program.clone().judged(Judge::Noted(Arc::clone(&notes))));
    Found { outcomes: std::mem::take(&mut notes.lock().unwrap()), ..found }
}

/// loom breaks something exactly if there is something to break, and it is that.
fn broken_alike(by_force: &Found, by_loom: &Found) -> Result<(), String> {
    let same = by_force.broken.is_empty() == by_loom.broken.is_empty()
        && by_loom.broken.is_subset(&by_force.broken);
    same.then_some(()).ok_or_else(|| format!("{:?}\nbut: {:?}", by_force.broken, by_loom.broken))
}

#[test]
fn the_comparison_rejects_what_is_broken_by_one_alone() {
    let found = |details: &[&str]| Found {
        broken: details.iter().map(|it| (Property::NoDeadlock, (*it).to_owned())).collect(),
        ended: details.is_empty(),
        outcomes: BTreeSet::new(),
    };
    let two = found(&["a", "b"]);
    assert_eq!(broken_alike(&two, &found(&["b"])), Ok(()));
    assert!(broken_alike(&two, &found(&[])).is_err());
    assert!(broken_alike(&two, &found(&["c"])).is_err());
    assert!(broken_alike(&found(&[]), &two).is_err());
}
