//! `replay`: one interleaving, step by step, and what is said of a schedule that does not fit.

use crate::program::{Run, file, printed, races, run};

#[track_caller]
fn assert_ends(run: &Run, code: i32, last: &str) {
    assert_eq!(run.lines.last().map(String::as_str), Some(last), "{run:?}");
    assert_eq!((run.code, run.remarks.len()), (Some(code), 0), "{run:?}");
}

const LOST: &str = "broken: conserved-balance: 100 and deposits of 10 and 20 made 110";
const KEPT: &str = "conserved-balance holds in this interleaving";

#[test]
fn a_property_that_breaks_is_exit_code_1_and_the_timeline_shows_how() {
    let run = run(&["replay", "lost-update"]);
    assert_ends(&run, 1, LOST);
    assert_eq!(run.lines[0], "alice           bob");
    assert!(run.lines.contains(&"schedule: alice bob bob alice".to_owned()), "{run:?}");
}

#[test]
fn a_property_that_holds_is_exit_code_0() {
    assert_ends(&run(&["replay", "lost-update", "--variant", "fixed", "alice", "bob"]), 0, KEPT);
    assert_ends(&run(&["replay", "lost-update", "2*alice 2*bob"]), 0, KEPT);
}

#[test]
fn a_schedule_that_ends_early_goes_on_and_what_is_left_of_a_longer_one_is_said() {
    let early = run(&["replay", "lost-update", "alice", "bob"]);
    assert!(early.lines.contains(&"schedule: alice bob bob alice".to_owned()), "{early:?}");
    assert_ends(&early, 1, LOST);
    let late = run(&["replay", "lost-update", "--variant", "fixed"]);
    let rest = "not used, from step 3 on: bob alice (it was over before)".to_owned();
    assert!(late.lines.contains(&rest), "{late:?}");
    assert_ends(&late, 0, KEPT);
}

#[test]
fn a_schedule_that_does_not_fit_says_where_who_could_have_gone_on_and_why_that_may_be() {
    let why = "the schedule was written for other code (an earlier version, another variant, another \
        number of clients), or the name is misspelt";
    for (schedule, variant, begin) in [
        ("3*alice", "buggy", "step 3 of the schedule is alice's, but only bob could"),
        ("alice carol", "buggy", "step 2 of the schedule is carol's, but only alice or bob could"),
        (
            "alice bob clock",
            "buggy",
            "step 3 of the schedule is clock's, but only alice or bob could",
        ),
        ("alice alice", "fixed", "step 2 of the schedule is alice's, but only bob could"),
    ] {
        run(&["replay", "lost-update", "--variant", variant, schedule])
            .assert_failed(&format!("{begin}: {why}"));
    }
    // One tick is assumed, and a second one is no step of anybody.
    run(&["replay", "get-del-release", "alice clock clock"]).assert_failed(&format!(
        "step 3 of the schedule is clock's, but only alice or bob could: {why}"
    ));
}

#[test]
fn a_schedule_that_makes_no_sense_is_named_by_line_and_word() {
    let sentence = |line, found| {
        format!(
            "line {line} of the schedule: expected an actor's name or COUNT*NAME (with a count of at \
            least 1, and at most 1000000 steps in all), found \"{found}\""
        )
    };
    for word in ["0*alice", "x*alice", "alice*2", "9999999*bob", "3*"] {
        run(&["replay", "lost-update", "alice", word]).assert_failed(&sentence(1, word));
    }
    let malformed = file("malformed.schedule", "alice # fine\n\nbob -1*bob\n");
    run(&["replay", "lost-update", &malformed]).assert_failed(&sentence(3, "-1*bob"));
}

#[test]
fn a_file_may_have_comments_many_lines_and_runs_and_says_the_same_as_the_bare_names() {
    let plain = printed(&["replay", "get-del-release", "alice alice clock bob bob alice"]);
    let long = "# get, then delete\n\n2*alice # SET, GET\n\tclock\n2*bob\n\nalice";
    for (name, text) in [
        ("unix.schedule", long.to_owned()),
        ("windows.schedule", format!("\u{feff}{}", long.replace('\n', "\r\n"))),
    ] {
        let path = file(name, &text);
        assert_eq!(printed(&["replay", "get-del-release", &path]), plain, "{name}");
    }
    assert!(plain.contains("\nschedule: alice alice clock bob bob alice\n"), "{plain}");
}

#[test]
fn runs_of_three_count_three_steps() {
    let path = file("runs.schedule", "3*alice 2*bob  # the second SET finds nothing\n");
    let run = run(&["replay", "get-del-release", &path]);
    let schedule = "schedule: alice alice alice bob bob bob".to_owned();
    assert!(run.lines.contains(&schedule), "{run:?}");
    assert_ends(&run, 0, "owner-only-release holds in this interleaving");
}

#[test]
#[cfg(unix)]
fn a_file_that_cannot_be_read_is_named() {
    run(&["replay", "lost-update", "no-such.schedule"]).assert_failed(
        "cannot read the schedule in no-such.schedule: No such file or directory (os error 2)",
    );
    run(&["replay", "lost-update", "/"])
        .assert_failed("cannot read the schedule in /: Is a directory (os error 21)");
}

#[test]
fn races_and_numbers_of_clients_that_there_are_not_are_one_sentence_and_exit_code_2() {
    run(&["replay", "lost-updates"])
        .assert_failed(&format!("expected a race ({}), found \"lost-updates\"", races()));
    run(&["replay", "lost-update", "--clients", "3"])
        .assert_failed("lost-update always has 2 clients; leave --clients out");
    let run = run(&["replay"]);
    assert_eq!((run.code, run.lines.len()), (Some(2), 0), "{run:?}");
}

#[test]
fn more_clients_than_two_take_part_by_name() {
    let schedule = ["replay", "fence-only-on-writes", "--clients=3", "carol bob alice"];
    let run = run(&schedule);
    assert!(run.lines[0].starts_with("alice "), "{run:?}");
    assert!(run.lines[0].contains(" carol"), "{run:?}");
    assert_eq!(run.remarks.len(), 0, "{run:?}");
}
