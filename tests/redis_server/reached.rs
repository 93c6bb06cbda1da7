//! Whether there is a server to compare with: one that was promised and is not there is a failure, and
//! one that nobody spoke of is not.
//!
//! A test of this binary is run again, as another process with another environment.

use std::net::TcpListener;
use std::process::Command;

use crate::server::VARIABLE;

/// Whether a comparison passes with this environment, and what it says.
fn compares(set: impl FnOnce(&mut Command)) -> (bool, String) {
    let mut command = Command::new(std::env::current_exe().expect("this test runs from a file"));
    command.args(["a_lifetime_in_the_past_leaves_no_key", "--exact", "--nocapture"]);
    set(command.env_remove("RUST_BACKTRACE"));
    let output = command.output().expect("it runs again");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).expect("it says so in UTF-8");
    assert!(said.contains("running 1 test"), "{said}");
    (output.status.success(), said)
}

#[test]
fn a_server_that_the_variable_names_and_that_is_not_there_fails_the_test() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let (passed, said) = compares(|it| {
        it.env(VARIABLE, format!("redis://:secret@{address}"));
    });
    let sentence =
        format!("the server that {VARIABLE} names cannot be reached, so nothing was compared");
    assert!(!passed && said.contains(&sentence), "{said}");
    assert!(!said.contains("secret"), "{said}");
}

#[test]
fn a_variable_that_holds_no_url_fails_the_test() {
    for url in ["", "localhost"] {
        let (passed, said) = compares(|it| {
            it.env(VARIABLE, url);
        });
        let sentence = format!("{VARIABLE} is no URL of a Redis server");
        assert!(!passed && said.contains(&sentence), "{url:?}: {said}");
    }
}

#[test]
fn with_no_server_at_all_the_test_says_so_and_passes() {
    let (passed, said) = compares(|it| {
        it.env_remove(VARIABLE).env("PATH", "");
    });
    assert!(passed && said.contains("not run: redis-server does not start"), "{said}");
}
