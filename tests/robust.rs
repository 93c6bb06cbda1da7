//! What the engines do when it gets rough: many at once, scenarios that go wrong, strange surroundings.
#![cfg(not(loom))]

#[path = "robust/abandoned.rs"]
mod abandoned;
#[path = "robust/again.rs"]
mod again;
#[path = "robust/crowd.rs"]
mod crowd;
#[path = "robust/minimising.rs"]
mod minimising;
#[path = "robust/rough.rs"]
mod rough;
#[path = "robust/scenes.rs"]
mod scenes;
#[path = "robust/stressed.rs"]
mod stressed;
#[path = "robust/surroundings.rs"]
mod surroundings;
#[path = "robust/vacuous.rs"]
mod vacuous;

use lockproof::explore::{
    Exploration, LoomBounds, Sampling, Search, exhaustive, fewest, loom, pct, random, urw,
};
use lockproof::scenario::Scenario;

const SAMPLING: Sampling = Sampling { seed: 1, executions: 300, max_steps: 1_000 };
const SEARCH: Search = Search { executions: 100_000, max_steps: 1_000, ..Search::DEFAULT };

/// The engines that come to the same result each time.
const CHECKERS: [&str; 6] = ["random", "pct", "urw", "exhaustive", "fewest", "loom"];

fn check<S: Scenario>(engine: &str, scenario: &S) -> Exploration {
    match engine {
        "random" => random(scenario, SAMPLING),
        "pct" => pct(scenario, 3, SAMPLING),
        "urw" => urw(scenario, SAMPLING),
        "exhaustive" => exhaustive(scenario, SEARCH),
        "fewest" => fewest(scenario, SEARCH),
        _ => loom(scenario, LoomBounds { executions: 100_000, preemptions: None }),
    }
}

/// Those of the shuttle family.
fn shuttles<S: Scenario>(scenario: &S) -> impl Iterator<Item = (&'static str, Exploration)> {
    CHECKERS.into_iter().take(5).map(move |engine| (engine, check(engine, scenario)))
}

fn checkers<S: Scenario>(scenario: &S) -> impl Iterator<Item = (&'static str, Exploration)> {
    CHECKERS.into_iter().map(move |engine| (engine, check(engine, scenario)))
}
