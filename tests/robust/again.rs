//! This test binary, run again as another process.
//!
//! What is to run there is a test too, which does nothing unless it finds itself in such a process.

use std::process::{Command, Output};

const CHILD: &str = "LOCKPROOF_CHILD";

/// The command that runs one test of this binary in a process of its own.
pub fn command(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this test runs from a file"));
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(CHILD, "1");
    command
}

/// Runs one test of this binary in a process of its own, in which it must pass.
pub fn run(test: &str, environment: &[(&str, &str)]) -> Output {
    let output = command(test).envs(environment.iter().copied()).output().expect("it runs again");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("1 passed"), "{test}: {stdout}\n{}", stderr(&output));
    output
}

/// Whether this process is such a one.
pub fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a test of that process has said, a value a line.
pub fn said(output: &Output) -> Vec<String> {
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    stdout.lines().filter_map(|line| Some(line.split_once("SAID ")?.1.to_owned())).collect()
}
