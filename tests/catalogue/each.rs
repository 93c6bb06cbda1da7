//! Every race, on every engine: what is said is what its entry expects.
//!
//! A bounded engine runs fewer executions here than it does by default. What it finds with its own bound, and
//! after how many executions, is in `docs/races`, which CI compares with a release build.

use std::process::Command;
use std::time::Duration;

use lockproof::explore::{Engine, Exploration, Options, Verdict, stress_in_child};
use lockproof::races::{Counterexample, Expected, Race, Which, source};

/// How many executions loom may run here, and how many interleavings are drawn of a fix.
const FEW: u64 = 500;

pub fn is_as_expected(race: &Race, which: Which, engine: Engine) {
    let expected = race.expected(which, engine);
    let few = match (engine, expected) {
        (Engine::Stress, _) => Some(100),
        (Engine::Loom, _) | (_, Expected::Sampled | Expected::Blind(_)) => Some(FEW),
        _ => None,
    };
    let found = explore(race, which, engine, few);
    if let Some(violation) = found.violation() {
        assert_eq!(violation.property, race.breaks, "{found}");
    }
    // A bug that loom needs many executions for: `lockproof docs --check` waits for it.
    let unfinished = engine == Engine::Loom && expected == Expected::Broken;
    let fits =
        expected.fits(&found, few) || unfinished && Expected::BoundHit(FEW).fits(&found, few);
    assert!(fits, "expected {expected:?}, found {found}");
}

fn explore(race: &Race, which: Which, engine: Engine, few: Option<u64>) -> Exploration {
    let clients = *race.clients.start();
    let options = Options { executions: few, ..Options::default() };
    if engine != Engine::Stress {
        return race.explore(which, clients, engine, &options);
    }
    // Where threads may deadlock, there is nothing to wait for.
    let patience = if race.expected(which, engine) == Expected::Luck { 3 } else { 60 };
    let mut child = Command::new(env!("CARGO_BIN_EXE_lockproof"));
    child.args(["stress-here", race.id, which.name(), &clients.to_string(), "--executions", "100"]);
    stress_in_child(child, Duration::from_secs(patience))
}

/// The counterexample in the entry breaks the property, and nothing shorter does.
pub fn has_a_minimal_counterexample(race: &Race) {
    let clients = *race.clients.start();
    let breaks = |found: &Exploration| {
        assert_eq!(
            found.violation().map(|violation| violation.property),
            Some(race.breaks),
            "{found}"
        );
    };
    let written = match race.counterexample {
        Counterexample::Schedule(written) => written.parse().expect("it can be read"),
        Counterexample::LoomExecution(number) => {
            breaks(&(race.buggy.loom_execution)(clients, number));
            return;
        }
    };
    let again = (race.buggy.replay)(clients, &written).expect("it fits");
    breaks(&again);
    assert_eq!(again.schedule, Some(written), "the schedule is not complete");
    let found = race.explore(Which::Buggy, clients, Engine::Minimal, &Options::default());
    assert!(found.minimal, "{found}");
    assert_eq!(again.cost, found.cost, "the schedule is not minimal: {found}");
}

/// Each mutant of the fix is noticed, or the entry says why nothing can be noticed.
pub fn has_its_mutants_killed(race: &Race) {
    assert!(!race.mutants.is_empty(), "a fix is told from what only looks like it by a mutant");
    for mutant in race.mutants {
        let clients = *race.clients.start();
        let found = (mutant.variant.explore)(clients, mutant.killed_by, &Options::default());
        let killed = matches!(found.verdict, Verdict::Broken(_));
        println!("{}: {}: {found}", race.id, mutant.change);
        assert_eq!(killed, mutant.survives.is_none(), "{}: {found}", mutant.change);
    }
}

/// What a page is made of is there, and in the form that the page needs.
pub fn is_complete(race: &Race) {
    assert!(!race.provenance.is_empty(), "a race is documented somewhere");
    for source in race.provenance {
        assert!(
            source.link.starts_with("https://") || source.link.starts_with("http://"),
            "{source:?}"
        );
        assert!(!source.what.ends_with('.'), "{source:?}");
    }
    // The page takes its heading from what stands before the colon.
    let head = source(race.id).and_then(|text| text.lines().next()).expect("a race has a file");
    assert!(head.ends_with(&format!(": {}.", race.title)), "{head}");
    let sentences = race.lesson.matches(". ").count() + 1;
    assert_eq!(sentences, 2, "the lesson has two sentences: {}", race.lesson);
    for text in [race.mechanism, race.fix, race.lesson] {
        assert!(text.ends_with('.') && !text.contains("  "), "{text}");
    }
}

macro_rules! engines {
    ($race:ident, $which:ident, $module:ident: $($engine:ident $name:ident),*) => {
        mod $module {
            use super::super::*;
            use lockproof::races::$race::RACE;

            $(#[test]
            fn $name() {
                is_as_expected(&RACE, Which::$which, Engine::$engine);
            })*
        }
    };
}

macro_rules! tests {
    ($($race:ident)*) => {
        $(mod $race {
            engines! { $race, Buggy, buggy: Stress stress, Loom loom, Random random, Pct pct, Urw urw,
                Exhaustive exhaustive, Minimal minimal }
            engines! { $race, Fixed, fixed: Stress stress, Loom loom, Random random, Pct pct, Urw urw,
                Exhaustive exhaustive, Minimal minimal }

            use lockproof::races::$race::RACE;

            #[test]
            fn is_named_for_its_file() {
                assert_eq!(RACE.id.replace('-', "_"), stringify!($race));
            }

            #[test]
            fn is_complete() {
                super::is_complete(&RACE);
            }

            #[test]
            fn has_a_minimal_counterexample() {
                super::has_a_minimal_counterexample(&RACE);
            }

            #[test]
            fn has_its_mutants_killed() {
                super::has_its_mutants_killed(&RACE);
            }
        })*
    };
}

lockproof::for_each_race!(tests);
