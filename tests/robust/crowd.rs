//! Every engine, a thousand times in one process, on several OS threads at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use lockproof::explore::{Cost, Schedule, Verdict, stress};
use lockproof::races::{get_del_release, lock_order, lost_update};
use lockproof::scenario::Scenario;
use lockproof::trace::Trace;

use crate::scenes::{Panics, Place, Scripted, Sleepers};
use crate::{CHECKERS, again, check};

const THREADS: usize = 4;
const ROUNDS: usize = 50;

/// All of an exploration but the time it took.
type Result = (Verdict, u64, Option<u64>, usize, Option<Trace>, Option<Schedule>, Option<Cost>);

fn result(engine: &str, scenario: &impl Scenario) -> Result {
    let it = check(engine, scenario);
    (it.verdict, it.executions, it.states, it.longest, it.trace, it.schedule, it.cost)
}

/// One round of one engine: something of everything that can go wrong.
fn round(engine: &str) -> Vec<Result> {
    let mut results = vec![
        result(engine, &lost_update::Buggy),
        result(engine, &lock_order::Buggy),
        result(engine, &Panics(Place::Actor)),
        result(engine, &Sleepers { crash: true }),
        result(engine, &Scripted),
    ];
    // loom breaks it too, but after tens of thousands of executions: that is not for a crowd.
    if engine != "loom" {
        results.push(result(engine, &get_del_release::Buggy));
    }
    results
}

fn stressed() {
    assert!(stress(&Panics(Place::Actor), 3).violation().is_some());
    for exploration in [stress(&lock_order::Fixed, 1), stress(&get_del_release::Fixed, 1)] {
        assert_eq!(exploration.verdict, Verdict::Sampled, "{exploration}");
    }
    let _ = stress(&lost_update::Buggy, 1);
    let _ = stress(&Scripted, 1);
}

#[test]
fn a_thousand_runs_on_four_threads_change_no_result_and_print_nothing() {
    let output = again::run("crowd::child_runs_them_all", &[]);
    assert_eq!(again::stderr(&output), "");
    let runs: u64 = again::said(&output)[0].parse().unwrap();
    assert_eq!(runs, (5 * 6 + 2 * 5) * (THREADS * ROUNDS) as u64, "a thousand of each engine");
}

#[test]
fn child_runs_them_all() {
    if !again::is_child() {
        return;
    }
    let expected: Arc<Vec<_>> = Arc::new(CHECKERS.map(round).into_iter().collect());
    let runs = Arc::new(AtomicU64::new(0));
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let (expected, runs) = (Arc::clone(&expected), Arc::clone(&runs));
            thread::spawn(move || {
                for round_number in 0..ROUNDS {
                    for offset in 0..CHECKERS.len() {
                        // Each thread is at another engine.
                        let engine = (number + round_number + offset) % CHECKERS.len();
                        let results = round(CHECKERS[engine]);
                        assert_eq!(results, expected[engine]);
                        runs.fetch_add(results.len() as u64, Ordering::SeqCst);
                    }
                    stressed();
                    runs.fetch_add(5, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("no engine fails");
    }
    println!("SAID {}", runs.load(Ordering::SeqCst));
}
