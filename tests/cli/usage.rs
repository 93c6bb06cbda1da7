//! Help, bad usage, and output that nobody takes.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::program::{Run, command, file, run};

#[test]
fn help_has_examples_and_says_what_the_exit_code_means() {
    for args in [
        &["--help"][..],
        &["check", "--help"],
        &["replay", "--help"],
        &["demo", "--help"],
        &["demo", "single", "--help"],
        &["demo", "distributed", "--help"],
    ] {
        let run = run(args);
        assert_eq!(run.code, Some(0));
        let text = run.lines.join("\n");
        for part in ["Examples:\n  lockproof ", "\nExit status: 0 if "] {
            assert!(text.contains(part), "{args:?}: {text}");
        }
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let run = run(&["--version"]);
    let version = concat!("lockproof ", env!("CARGO_PKG_VERSION"));
    assert_eq!((run.code, run.lines), (Some(0), vec![version.to_owned()]));
}

#[test]
fn bad_usage_is_exit_code_2_and_says_what_was_expected() {
    for (args, first) in [
        (&["demo", "triple"][..], "error: unrecognized subcommand 'triple'"),
        (
            &["demo", "single", "--redis", "redis://localhost"],
            "error: unexpected argument '--redis' found",
        ),
        (
            &["demo", "single", "--accounts", "a.csv"],
            "error: the following required arguments were not provided:",
        ),
        (
            &["demo", "distributed", "--transactions", "t.csv"],
            "error: the following required arguments were not provided:",
        ),
    ] {
        let run = run(args);
        assert_eq!((run.code, run.lines.len()), (Some(2), 0));
        assert_eq!(run.remarks[0], first);
    }
    // Who says nothing is told what there is to say.
    for args in [&[][..], &["demo"]] {
        let run = run(args);
        assert_eq!((run.code, run.lines.len()), (Some(2), 0));
        assert!(run.remarks.iter().any(|line| line == "Examples:"));
    }
}

/// Starts the program, reads one line, and closes the pipe.
fn read_one_line(args: &[&str]) -> (String, Run) {
    let mut child = command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut reader = BufReader::with_capacity(1, child.stdout.take().unwrap());
    reader.read_line(&mut line).unwrap();
    drop(reader);
    (line, child.wait_with_output().unwrap().into())
}

#[test]
fn a_reader_that_leaves_after_one_line_causes_no_panic() {
    let accounts = file("pipe-accounts.csv", "a,0\n");
    // More than a pipe holds, so that the program does write to nobody.
    let transactions = file("pipe-transactions.csv", &"a,0.01\n".repeat(3_000));
    let files = ["--accounts", &accounts, "--transactions", &transactions];
    let (line, run) = read_one_line(&[&["demo", "single"][..], &files].concat());
    assert!(line.starts_with("Processed transaction of 0.01 on account a."));
    assert_eq!((run.code, run.remarks.len()), (Some(0), 0), "{run:?}");
    let (_, run) = read_one_line(&["--help"]);
    assert_eq!((run.code, run.remarks.len()), (Some(0), 0), "{run:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_is_full_is_an_error() {
    let full = std::fs::File::create("/dev/full").unwrap();
    let output = command(&["demo", "single"]).stdout(full).output().unwrap();
    Run::from(output)
        .assert_failed("cannot write the output: No space left on device (os error 28)");
}
