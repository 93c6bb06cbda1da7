//! `check`: the verdict of each engine, in lines for people and in JSON, and what the exit code says.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::program::{Run, command, races, run};

#[test]
fn a_bug_that_is_found_and_a_fix_that_holds_are_a_line_each_and_exit_code_0() {
    let run = run(&["check", "lost-update", "--engine", "minimal"]);
    let expected = [
        "lost-update              buggy  minimal     broken: conserved-balance: 100 and deposits of 10 \
        and 20 made 110; within 0 ticks, 0 crashes; 3 executions; 1 preemption, 0 faults; none with \
        fewer (14 states); schedule: alice bob bob alice",
        "lost-update              fixed  minimal     exhausted within 0 ticks, 0 crashes; 66 \
        executions; 5 states",
    ];
    assert_eq!(run.lines, expected);
    assert_eq!((run.code, run.remarks.len()), (Some(0), 0), "{run:?}");
}

#[test]
fn one_variant_on_one_engine_is_one_line() {
    for (variant, verdict) in [
        ("buggy", "broken: owner-only-release: "),
        ("fixed", "exhausted within 1 tick, 0 crashes; instants: 5000 ms; "),
    ] {
        let run = run(&["check", "get-del-release", "--engine=exhaustive", "--variant", variant]);
        let [line] = &run.lines[..] else {
            panic!("one line, and not {run:?}");
        };
        let begin = format!("get-del-release          {variant}  exhaustive  {verdict}");
        assert!(line.starts_with(&begin), "{line}");
        assert_eq!((run.code, run.remarks.len()), (Some(0), 0), "{run:?}");
    }
}

#[test]
fn a_bug_that_no_engine_which_ran_has_found_is_exit_code_1() {
    // The first interleaving that is tried breaks nothing.
    let short = ["--engine", "loom", "--executions", "1"];
    let run = run(&[&["check", "lost-update", "--variant", "buggy"][..], &short].concat());
    let expected = "lost-update              buggy  loom        bound hit: 1 execution; within 0 ticks, 0 \
        crashes";
    assert_eq!(run.lines, [expected]);
    assert_eq!((run.code, run.remarks.len()), (Some(1), 0), "{run:?}");
}

#[test]
fn a_fix_that_no_engine_has_looked_at_is_exit_code_1() {
    let fixed = ["check", "lost-update", "--variant", "fixed"];
    // loom reads its variables, used or not, and cannot be set up with one that is no number.
    let out_of_order = |args: &[&str]| -> Run {
        let command = &mut command(&[&fixed, args].concat());
        command.env("LOOM_MAX_BRANCHES", "x").output().expect("the program starts").into()
    };
    let alone = out_of_order(&["--engine", "loom"]);
    assert!(alone.lines[0].contains("  not run: loom cannot be set up"), "{alone:?}");
    assert_eq!((alone.code, alone.lines.len(), alone.remarks.len()), (Some(1), 1, 0), "{alone:?}");
    // Another one has, and a bounded look is one.
    let all = out_of_order(&["--executions", "20"]);
    assert!(all.lines.iter().any(|line| line.contains("  not run: ")), "{all:?}");
    assert_eq!((all.code, all.remarks.len()), (Some(0), 0), "{all:?}");
    let short = run(&[&fixed[..], &["--engine", "loom", "--executions", "1"]].concat());
    assert!(short.lines[0].contains("  bound hit: 1 execution; within "), "{short:?}");
    assert_eq!((short.code, short.remarks.len()), (Some(0), 0), "{short:?}");
}

#[test]
fn races_that_are_named_are_run_in_that_order_on_every_engine() {
    let run = run(&["check", "check-then-act", "lost-update", "--executions", "200"]);
    let heads: Vec<_> = run.lines.iter().map(|line| line.split_whitespace().take(3)).collect();
    let heads: Vec<Vec<_>> = heads.into_iter().map(Iterator::collect).collect();
    let engines = ["stress", "loom", "random", "pct", "urw", "exhaustive", "minimal"];
    let mut expected = Vec::new();
    for race in ["check-then-act", "lost-update"] {
        for variant in ["buggy", "fixed"] {
            expected.extend(engines.map(|engine| vec![race, variant, engine]));
        }
    }
    assert_eq!(heads, expected);
    assert_eq!((run.code, run.remarks.len()), (Some(0), 0), "{run:?}");
}

#[test]
fn a_race_that_is_named_twice_is_run_once() {
    let run = |races: &[&str]| run(&[&["check", "--engine=minimal"], races].concat()).lines;
    let once = run(&["lost-update", "lock-order"]);
    assert_eq!(once.len(), 4);
    assert_eq!(run(&["lost-update", "lock-order", "lost-update", "lost-update"]), once);
}

/// The keys of a line, which scripts rely on.
const KEYS: [&str; 21] = [
    "race",
    "variant",
    "engine",
    "clients",
    "verdict",
    "property",
    "budgets",
    "instants_ms",
    "executions",
    "states",
    "transitions",
    "client_runs",
    "commands",
    "live_runs",
    "ends",
    "preemptions",
    "faults",
    "schedule",
    "seed",
    "elapsed_ms",
    "note",
];

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[test]
fn json_is_an_object_a_line_with_the_documented_keys_and_nothing_else() {
    let run = run(&["check", "lost-update", "--executions", "200", "--format", "json"]);
    assert_eq!((run.code, run.remarks.len(), run.lines.len()), (Some(0), 0, 14), "{run:?}");
    let names = ["broken", "exhausted", "bound-hit", "sampled", "blind", "not-run"];
    for line in &run.lines {
        let found = parsed(line);
        let keys: BTreeSet<&str> =
            found.as_object().expect(line).keys().map(String::as_str).collect();
        assert_eq!(keys, BTreeSet::from(KEYS), "{line}");
        let verdict = found["verdict"].as_str().expect(line);
        assert!(names.contains(&verdict), "{line}");
        assert_eq!(verdict == "broken", found["property"].is_string(), "{line}");
        assert!(found["elapsed_ms"].is_f64(), "{line}");
        // Nothing is claimed of what was not run.
        for scope in ["budgets", "instants_ms"] {
            assert_eq!(verdict == "not-run", found[scope].is_null(), "{scope}: {line}");
        }
    }
}

#[test]
fn json_says_what_was_found_and_null_where_nothing_applies() {
    let run = run(&["check", "get-del-release", "--engine=minimal", "--format=json"]);
    let [buggy, fixed] = &run.lines[..] else {
        panic!("two lines, and not {run:?}");
    };
    let mut found = parsed(buggy);
    assert!(found["elapsed_ms"].take().is_f64(), "{buggy}");
    let expected = serde_json::json!({
        "race": "get-del-release", "variant": "buggy", "engine": "minimal", "clients": 2,
        "verdict": "broken", "property": "owner-only-release",
        "budgets": {"clock": 1}, "instants_ms": [5000], "executions": 5, "states": 47,
        "transitions": 72, "client_runs": 16, "commands": 24, "live_runs": 5, "ends": 4,
        "preemptions": 2, "faults": 1, "schedule": "alice alice clock bob alice", "seed": null,
        "elapsed_ms": null,
        "note": "alice removed the lock lock:11111 on redis, which bob had obtained as bob; \
            none with fewer (47 states)",
    });
    assert_eq!(found, expected);
    let held = parsed(fixed);
    assert_eq!(held["verdict"], "exhausted", "{fixed}");
    for key in ["property", "preemptions", "faults", "schedule", "seed", "note"] {
        assert!(held[key].is_null(), "{key}: {fixed}");
    }
}

#[test]
fn the_same_command_prints_the_same_bytes_but_for_the_time_it_took() {
    for engine in ["loom", "random", "pct", "urw", "exhaustive", "minimal"] {
        let check = |seed| {
            let args = ["check", "lost-update", "fence-only-on-writes", "--variant=buggy"];
            let how = ["--engine", engine, "--seed", seed, "--executions=500", "--format=json"];
            let lines = run(&[&args[..], &how].concat()).lines;
            let timeless = |line: &String| {
                let (before, rest) = line.split_once("\"elapsed_ms\":").expect("has a time");
                format!("{before}{}", rest.split_once(',').expect("and a note").1)
            };
            lines.iter().map(timeless).collect::<Vec<_>>()
        };
        assert_eq!(check("7"), check("7"), "{engine}");
        // What draws says where it began.
        let draws = ["random", "pct", "urw"].contains(&engine);
        let seed = if draws { "\"seed\":7," } else { "\"seed\":null," };
        assert!(check("7").iter().all(|line| line.contains(seed)), "{engine}: {:?}", check("7"));
    }
}

#[test]
fn races_engines_and_numbers_of_clients_that_there_are_not_are_one_sentence_and_exit_code_2() {
    run(&["check", "lost-updates"])
        .assert_failed(&format!("expected a race ({}), found \"lost-updates\"", races()));
    run(&["check", "--engine", "warp"]).assert_failed(
        "expected an engine (stress, loom, random, pct, urw, exhaustive, minimal), found \"warp\"",
    );
    for clients in ["1", "33", "99999999999"] {
        run(&["check", "fence-only-on-writes", "--clients", clients]).assert_failed(&format!(
            "fence-only-on-writes can have 2 to 32 clients, not {clients}"
        ));
    }
    // Nothing is run before all of it makes sense.
    run(&["check", "fence-only-on-writes", "lost-update", "--clients", "3"])
        .assert_failed("lost-update always has 2 clients; leave --clients out");
}

#[test]
fn numbers_that_make_no_sense_are_refused_with_what_was_expected() {
    for (arg, first) in [
        ("--executions=0", "'0' for '--executions <N>': expected a whole number, and at least 1"),
        (
            "--executions=few",
            "'few' for '--executions <N>': expected a whole number, and at least 1",
        ),
        ("--clients=two", "'two' for '--clients <N>': invalid digit found in string"),
        ("--seed=-1", "'-1' for '--seed <S>': invalid digit found in string"),
        ("--max-states=0", "'0' for '--max-states <N>': expected a whole number, and at least 1"),
        ("--live-ends=-1", "'-1' for '--live-ends <N>': expected a whole number, and at least 1"),
        (
            "--max-memory=4GB",
            "'4GB' for '--max-memory <BYTES>': expected a number of bytes, and at least 1, such as \
                1048576, 512MiB or 4GiB",
        ),
        (
            "--max-memory=0MiB",
            "'0MiB' for '--max-memory <BYTES>': expected a number of bytes, and at least 1, such as \
                1048576, 512MiB or 4GiB",
        ),
        ("--variant=both", "'both' for '--variant <VARIANT>'"),
        ("--format=xml", "'xml' for '--format <FORMAT>'"),
    ] {
        let run = run(&["check", "lost-update", arg]);
        assert_eq!((run.code, run.lines.len()), (Some(2), 0), "{arg}: {run:?}");
        assert_eq!(run.remarks[0], format!("error: invalid value {first}"));
    }
}

#[test]
fn the_bounds_of_a_search_are_set_and_are_named_when_they_are_hit() {
    let fixed = ["check", "get-del-release", "--variant=fixed"];
    for engine in ["--engine=exhaustive", "--engine=minimal"] {
        for (bound, said) in [
            ("--max-memory=1KiB", "1 KiB of memory, by the estimate of the search"),
            ("--max-memory=1500", "1500 bytes of memory, by the estimate of the search"),
            ("--max-states=3", "3 states"),
            (
                "--live-ends=1",
                "1 distinct end executed live, all states visited; the other ends were judged as they \
                    are predicted",
            ),
        ] {
            let run = run(&[&fixed[..], &[engine, bound]].concat());
            let [line] = &run.lines[..] else {
                panic!("one line, and not {run:?}");
            };
            assert!(line.contains(&format!("  bound hit: {said}; ")), "{line}");
            assert_eq!(run.remarks.len(), 0, "{run:?}");
        }
        let bounds = ["--max-memory=64MiB", "--max-states=100000", "--live-ends=1000"];
        let run = run(&[&fixed[..], &[engine], &bounds].concat());
        assert!(run.lines[0].contains("  exhausted within "), "{run:?}");
    }
}
