//! What the engines do when it gets rough: many at once, scenarios that go wrong, strange surroundings.
#![cfg(not(loom))]

mod abandoned;
mod again;
mod crowd;
mod estimate;
mod foreign;
mod idle;
mod minimising;
mod namesakes;
mod not_simulated;
mod outside;
mod rough;
mod scenes;
mod stressed;
mod surroundings;
mod vacuous;

use lockproof::explore::{
    Exploration, LoomBounds, Sampling, Search, exhaustive, loom, minimal, pct, random, urw,
};
use lockproof::scenario::Scenario;

const SAMPLING: Sampling = Sampling { seed: 1, executions: 300, max_steps: 1_000 };
const SEARCH: Search = Search { executions: 100_000, max_steps: 1_000, ..Search::DEFAULT };

/// The engines that come to the same result each time.
const CHECKERS: [&str; 6] = ["random", "pct", "urw", "exhaustive", "minimal", "loom"];

fn check<S: Scenario>(engine: &str, scenario: &S) -> Exploration {
    match engine {
        "random" => random(scenario, SAMPLING),
        "pct" => pct(scenario, 3, SAMPLING),
        "urw" => urw(scenario, SAMPLING),
        "exhaustive" => exhaustive(scenario, SEARCH),
        "minimal" => minimal(scenario, SEARCH),
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
