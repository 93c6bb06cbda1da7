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
    assert_eq!(run.lines[0], "alice                 bob");
    assert!(run.lines.contains(&"schedule: alice bob bob alice".to_owned()), "{run:?}");
}

#[test]
fn an_execution_of_looms_search_is_named_and_one_beyond_its_end_is_not_there() {
    let fourth = run(&["replay", "lost-update", "--execution", "4"]);
    assert!(fourth.lines.contains(&"execution: 4 of loom's search".to_owned()), "{fourth:?}");
    assert_ends(&fourth, 1, LOST);
    assert_ends(&run(&["replay", "lost-update", "--execution", "3"]), 0, KEPT);
    let lost = LOST.strip_prefix("broken: ").expect("that is how it begins");
    run(&["replay", "lost-update", "--execution", "99999"]).assert_failed(&format!(
        "the search ended at execution 4, which breaks {lost}; there is no 99999"
    ));
    run(&["replay", "lost-update", "--variant=fixed", "--execution", "99"])
        .assert_failed("the whole search has 9 executions, and no 99");
}

#[test]
fn a_property_that_holds_is_exit_code_0() {
    assert_ends(&run(&["replay", "lost-update", "--variant", "fixed", "alice", "bob"]), 0, KEPT);
    assert_ends(&run(&["replay", "lost-update", "2*alice 2*bob"]), 0, KEPT);
}

#[test]
fn a_schedule_that_ends_early_goes_on_and_says_so_where_anybody_had_a_choice() {
    let goes_on = "; from there whoever ran last goes on, and no fault strikes";
    let empty = file("empty.schedule", "# nothing yet\n");
    for (race, schedule, begin, taken) in [
        (
            "lost-update",
            "alice",
            "the schedule ends after step 1, where alice or bob could go on",
            "alice alice bob bob",
        ),
        (
            "lost-update",
            &empty,
            "the schedule names no step, and alice or bob could begin",
            "alice alice bob bob",
        ),
        // Faults are a choice too, and one that nobody makes by default. Bob is alone until he has a lock
        // that may expire.
        (
            "get-del-release",
            "3*alice",
            "the schedule ends after step 3, where bob could go on",
            "alice alice alice bob bob bob",
        ),
    ] {
        let run = run(&["replay", race, schedule]);
        assert_eq!((run.code, run.remarks.len()), (Some(0), 0), "{run:?}");
        assert!(run.lines.contains(&format!("{begin}{goes_on}")), "{run:?}");
        assert!(run.lines.contains(&format!("schedule: {taken}")), "{run:?}");
    }
    let broken = run(&["replay", "lost-update", "alice", "bob"]);
    assert!(broken.lines.contains(&"schedule: alice bob bob alice".to_owned()), "{broken:?}");
    assert_ends(&broken, 1, LOST);
}

#[test]
fn a_schedule_that_leaves_nobody_a_choice_has_not_ended_early() {
    for schedule in ["alice bob bob alice", "alice bob bob"] {
        let run = run(&["replay", "lost-update", schedule]);
        assert!(!run.lines.iter().any(|line| line.contains("ends after")), "{run:?}");
        assert_ends(&run, 1, LOST);
    }
}

#[test]
fn names_that_are_left_are_a_remark_after_a_violation_and_do_not_fit_where_nothing_broke() {
    let broken = run(&["replay", "lock-order", "alice bob alice"]);
    let rest = "not used, from step 3 on: alice (it was over before)".to_owned();
    assert!(broken.lines.contains(&rest), "{broken:?}");
    assert_eq!((broken.code, broken.remarks.len()), (Some(1), 0), "{broken:?}");
    for args in [&["--variant", "fixed"][..], &["--variant", "fixed", "alice bob bob alice"]] {
        run(&[&["replay", "lost-update"], args].concat()).assert_failed(
            "step 3 of the schedule is bob's, but nobody could go on: everybody had ended",
        );
    }
}

#[test]
fn a_schedule_that_does_not_fit_says_where_who_could_have_gone_on_and_why_that_is() {
    let stranger = "there is no actor of that name, only alice and bob; perhaps it is misspelt, or of \
        another variant, or of another number of clients";
    let nothing = "clock finds nothing to strike: no instant lies ahead at which anything happens to an \
        actor that is left";
    for (race, schedule, step, able, cause) in [
        ("lost-update", "3*alice", 3, "only bob could", "alice has ended already"),
        (
            "lost-update --variant=fixed",
            "alice alice",
            2,
            "only bob could",
            "alice has ended already",
        ),
        ("lost-update", "alice carol", 2, "only alice or bob could", stranger),
        ("lost-update", "alice alice bob bob carol", 5, "nobody could", stranger),
        (
            "lost-update",
            "alice bob clock",
            3,
            "only alice or bob could",
            "the scenario assumes every fault away",
        ),
        (
            "get-del-release",
            "crash:bob",
            1,
            "only alice or bob could",
            "the scenario has no such fault, only clock",
        ),
        ("get-del-release", "clock", 1, "only alice or bob could", nothing),
        (
            "get-del-release",
            "alice clock clock",
            3,
            "only alice or bob could",
            "clock has used up its budget",
        ),
        (
            "lock-order --variant=fixed",
            "alice bob",
            2,
            "only alice could",
            "bob waits for account 11111, which alice holds",
        ),
        (
            "stolen-wakeup",
            "alice alice",
            2,
            "only bob or carol could",
            "alice waits for a notification on credited",
        ),
    ] {
        let race: Vec<&str> = race.split(' ').collect();
        let expected = schedule.split(' ').next_back().expect("a name").trim_start_matches("3*");
        run(&[&["replay"], &race[..], &[schedule]].concat()).assert_failed(&format!(
            "step {step} of the schedule is {expected}'s, but {able} go on: {cause}"
        ));
    }
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
