//! The same search finds the same: again, and on other threads at the same time.

use lockproof::explore::{Exploration, census, exhaustive, minimal};

use crate::cheapest::picky;
use crate::compare::{Program, SEARCH, all};
use crate::redis::clients;
use crate::threads_drawn::threads;

#[test]
fn a_search_repeats_itself() {
    all((21, 6), picky(clients(200.0)), |program| repeats(&program));
    all((22, 6), picky(threads(200.0)), |program| repeats(&program));
}

fn repeats(program: &impl Program) -> Result<(), String> {
    let first = findings(program);
    let again = || (findings(program) == first).then_some(()).ok_or("it found something else");
    again()?;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(again)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no search panics"))
    })?;
    Ok(())
}

/// All that three searches say, but for the time they took.
fn findings(program: &impl Program) -> String {
    let timeless = |mut exploration: Exploration| {
        exploration.elapsed = std::time::Duration::ZERO;
        format!("{exploration:?}")
    };
    let all = census(program, SEARCH);
    let (violations, all) = (all.violations, timeless(all.exploration));
    let first = timeless(exhaustive(program, SEARCH));
    format!("{violations:?} {all} {first} {}", timeless(minimal(program, SEARCH)))
}
