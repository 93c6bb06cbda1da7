//! What an engine printed once comes out again, to the byte, as often as it is asked for.
//!
//! Within one build here; the timelines that are kept in `golden/` (see `timelines`) stand for others.

use lockproof::explore::{Engine, Exploration, Options, Schedule};
use lockproof::races::{self, Which};
use lockproof::report::Timeline;

use crate::program::file;

/// Races on mutexes and on a server; with expiry, a crash, a deadlock and a fence.
const RACES: [&str; 5] =
    ["lost-update", "get-del-release", "setnx-then-crash", "lost-signal", "fence-only-on-writes"];

const ENGINES: [Engine; 5] =
    [Engine::Random, Engine::Pct, Engine::Urw, Engine::Exhaustive, Engine::Minimal];

#[test]
fn a_schedule_in_a_file_replays_to_the_bytes_of_its_execution_a_hundred_times() {
    for id in RACES {
        let buggy = races::find(id).expect("it is in the catalogue").variant(Which::Buggy);
        for engine in ENGINES {
            let met = (buggy.explore)(2, engine, &Options::default());
            let schedule = met.schedule.as_ref().unwrap_or_else(|| panic!("{id}, {engine}: {met}"));
            let timeline = |it: &Exploration| {
                Timeline::of(it.trace.as_ref().expect("it has a trace")).to_string()
            };
            let bytes = timeline(&met);
            let path = file(&format!("{id}-{engine}-100.schedule"), &schedule.to_string());
            for run in 1..=100 {
                let text = std::fs::read_to_string(&path).expect("it was just written");
                let read: Schedule = text.parse().expect("a schedule");
                let again = (buggy.replay)(2, &read).expect("it fits");
                assert_eq!(timeline(&again), bytes, "{id}, {engine}: run {run}");
                // With what no timeline shows.
                assert!(again.trace == met.trace, "{id}, {engine}: run {run}: {again:#?}");
                assert_eq!(again.verdict, met.verdict, "{id}, {engine}: run {run}");
                assert_eq!(again.schedule.as_ref(), Some(schedule), "{id}, {engine}: run {run}");
            }
        }
    }
}
