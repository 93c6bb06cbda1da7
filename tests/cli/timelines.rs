//! A schedule that is kept in a file shows the same timeline to the byte, in whatever program and build.
//!
//! The program and this test are two programs made of the same sources, in two processes: what depends
//! on an address, on a hash seed or on what ran before would differ between them. What another build
//! changes, of whatever sources, is seen by comparing with the timelines that are kept in `golden/`.

use lockproof::explore::{Engine, Options, Schedule};
use lockproof::races::{self, Race, Which};
use lockproof::report::Timeline;
use serde_json::Value;

use crate::program::{file, printed};

fn find(id: &str) -> &'static Race {
    races::find(id).expect("it is in the catalogue")
}

/// The timeline as this test gets it from the library.
fn here(race: &Race, schedule: &str) -> String {
    let schedule: Schedule = schedule.parse().expect("a schedule");
    let found = (race.buggy.replay)(2, &schedule).expect("it fits");
    Timeline::of(&found.trace.expect("a replay has a trace")).to_string()
}

/// The timeline as the program prints it: what stands before the first empty line.
fn there(race: &Race, file: &str) -> String {
    let text = printed(&["replay", race.id, file]);
    let (timeline, _) = text.split_once("\n\n").expect("an empty line ends the timeline");
    format!("{timeline}\n")
}

#[test]
fn a_schedule_that_an_engine_printed_replays_from_a_file_to_the_timeline_of_its_execution() {
    for race in ["lost-update", "lock-order", "stolen-wakeup", "get-del-release"].map(find) {
        for engine in ["random", "pct", "urw", "exhaustive", "minimal"] {
            let how = ["--variant=buggy", "--engine", engine, "--format=json"];
            let line = printed(&[&["check", race.id][..], &how].concat());
            let line: Value = serde_json::from_str(&line).expect("one line of JSON");
            let schedule = line["schedule"].as_str().expect("the bug is found");
            let file = file(&format!("{}-{engine}.schedule", race.id), &format!("{schedule}\n"));
            let shown = there(race, &file);
            // The execution in which the engine met the bug, as this test meets it.
            let engine: Engine = engine.parse().expect("an engine");
            let met = (race.variant(Which::Buggy).explore)(2, engine, &Options::default());
            assert_eq!(met.schedule.map(|it| it.to_string()).as_deref(), Some(schedule));
            assert_eq!(shown, Timeline::of(&met.trace.expect("a trace")).to_string(), "{schedule}");
            assert_eq!(shown, here(race, schedule), "{schedule}");
        }
    }
}

/// Kept schedules, and the timelines that they had when they were written.
const GOLDEN: [(&str, &str, &str); 2] = [
    (
        "stolen-wakeup",
        "alice bob carol carol alice bob carol carol",
        include_str!("golden/stolen-wakeup.txt"),
    ),
    (
        "fence-only-on-writes",
        "alice alice bob clock bob bob alice alice bob bob",
        include_str!("golden/fence-only-on-writes.txt"),
    ),
];

#[test]
fn a_kept_schedule_has_the_timeline_that_was_kept_with_it() {
    for (id, schedule, golden) in GOLDEN {
        let race = find(id);
        let file = file(&format!("{id}-kept.schedule"), schedule);
        assert_eq!(there(race, &file), golden, "the program on {id}");
        assert_eq!(here(race, schedule), golden, "this test on {id}");
    }
}

#[test]
fn the_picture_in_the_readme_is_what_is_printed() {
    let readme = include_str!("../../README.md");
    let race = find("get-del-release");
    let timeline = here(race, "alice alice clock bob alice");
    assert!(readme.contains(&format!("\n{timeline}```\n")), "{timeline}");
    let found = (race.buggy.explore)(2, Engine::Minimal, &Options::default()).to_string();
    assert!(readme.replace('\n', " ").contains(&found), "{found}");
}
