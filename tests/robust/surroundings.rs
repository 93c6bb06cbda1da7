//! Variables in the environment that shuttle and loom listen to.

use lockproof::explore::{LoomBounds, Sampling, loom, pct, random, urw};
use lockproof::races::lost_update::{Buggy, Fixed};

use crate::{SAMPLING, again};

fn samples(seed: u64) -> [String; 3] {
    let sampling = Sampling { seed, ..SAMPLING };
    let explorations = [random(&Buggy, sampling), pct(&Buggy, 3, sampling), urw(&Buggy, sampling)];
    explorations.map(|exploration| exploration.to_string())
}

fn searches() -> [String; 2] {
    let searches = [
        loom(&Fixed, LoomBounds::default()),
        loom(&Fixed, LoomBounds { executions: 3, preemptions: None }),
    ];
    searches.map(|exploration| exploration.to_string())
}

#[test]
fn a_seed_in_the_environment_is_not_listened_to() {
    for seed in ["77", "many"] {
        let output = again::run("surroundings::child_samples", &[("SHUTTLE_RANDOM_SEED", seed)]);
        assert_eq!(again::said(&output), samples(1));
        assert_eq!(again::stderr(&output), "");
    }
    assert!(samples(1).iter().all(|said| said.contains("seed 1")), "{:?}", samples(1));
}

#[test]
fn loom_listens_to_no_variable() {
    let small = [
        ("LOOM_MAX_BRANCHES", "2"),
        ("LOOM_MAX_PERMUTATIONS", "1"),
        ("LOOM_MAX_DURATION", "0"),
        ("LOOM_MAX_PREEMPTIONS", "0"),
        ("LOOM_CHECKPOINT_INTERVAL", "1"),
        ("LOOM_CHECKPOINT_FILE", "/nonexistent/lockproof"),
        ("LOOM_LOG", "trace"),
        ("LOOM_LOCATION", "1"),
        ("SHUTTLE_CAPTURE_BACKTRACE", "1"),
    ];
    let output = again::run("surroundings::child_searches", &small);
    assert_eq!(again::said(&output), searches());
    assert_eq!(again::stderr(&output), "");
}

#[test]
fn loom_that_cannot_read_a_variable_is_not_run() {
    let output =
        again::run("surroundings::child_searches", &[("LOOM_MAX_BRANCHES", "a good many")]);
    for said in again::said(&output) {
        assert!(said.starts_with("not run: loom cannot be set up: invalid value for"), "{said}");
    }
    assert_eq!(again::said(&output).len(), 2);
}

#[test]
fn child_samples() {
    if again::is_child() {
        samples(1).iter().for_each(|said| println!("SAID {said}"));
    }
}

#[test]
fn child_searches() {
    if again::is_child() {
        searches().iter().for_each(|said| println!("SAID {said}"));
    }
}
