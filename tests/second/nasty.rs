//! Programs that were written to be hard: each looks like one that a search might take for another.
//!
//! * `hashes`: values that hash alike, or hash only a part of themselves.
//! * `names`: clients that are not alike, or are known by their names; names that are parts of others.
//! * `children`: actors that actors start.
//! * `behind`: what programs do behind the world.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex as StdMutex};

use lockproof::explore::Verdict;
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::Runtime;

use crate::compare::{Agreement, compare};

/// Declares a scenario: its name, its budgets, and what sets it up.
macro_rules! scenario {
    ($(#[$doc:meta])* $name:ident, $budgets:expr, |$world:ident| $body:block) => {
        $(#[$doc])*
        #[derive(Clone)]
        struct $name;
        impl Scenario for $name {
            fn run<R: Runtime>(&self, $world: &World<R>) $body
            fn budgets(&self) -> Budgets { $budgets }
        }
    };
}

/// Declares tests: each checks a scenario in the same way.
macro_rules! tests {
    ($check:ident: $($test:ident $scenario:expr;)*) => { $(#[test] fn $test() { $check(&$scenario); })* };
}

// Below the macros, which they use.
mod behind;
mod children;
mod hashes;
mod names;

/// Both searches ended, and found the same.
fn agrees<S: Scenario>(scenario: &S) {
    let agreement = compare(scenario, 20_000);
    assert!(matches!(agreement, Agreement::Same { .. }), "{agreement}");
}

/// Either the search says that something is not controlled, or both found the same.
fn is_noticed<S: Scenario>(scenario: &S) {
    let agreement = compare(scenario, 20_000);
    let noticed = matches!(&agreement, Agreement::Verdicts(Verdict::Uncontrolled(_), _));
    assert!(noticed || matches!(agreement, Agreement::Same { .. }), "{agreement}");
}

/// The whole outcome is a violation.
fn told<R: Runtime, T: fmt::Debug + Send + 'static>(
    world: &World<R>,
    all: impl Fn() -> T + 'static,
) {
    world.finally(Property::ConservedBalance, move || Err(format!("{:?}", all())));
}

type Results = Arc<StdMutex<BTreeMap<String, String>>>;

fn note(results: &Results, who: &str, what: impl fmt::Debug) -> String {
    let what = format!("{what:?}");
    results.lock().unwrap().insert(who.to_owned(), what.clone());
    what
}
