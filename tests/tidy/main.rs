//! The style of this repository, as a test: it reads `src` and `tests`, and says where they break a rule.
//!
//! * `size`: files, functions and lines are short.
//! * `imports`: modules use only those above them; the engines stay behind the seam.
//! * `circles`: nor do the files of a folder import each other in a circle.
//! * `bans`: nothing unfinished, nothing ignored without a reason, no `unsafe`; no real time and no random
//!   order in what is explored.
//! * `documents`: what documents link to and name is there.
//!
//! The rules work on text, with strings and comments taken out, and not on a syntax tree: they see what
//! somebody writes in good faith, and not what a macro generates. Each has a test in which it rejects.
#![cfg(not(loom))]

mod bans;
mod circles;
mod documents;
mod imports;
mod size;
mod source;

use source::{Source, sources};

/// One place that breaks a rule.
#[derive(Debug)]
struct Offence {
    path: String,
    /// Where and what, for the reader.
    said: String,
}

impl Offence {
    fn at(source: &Source, position: usize, what: &str) -> Self {
        Self { path: source.path.clone(), said: format!("{}: {what}", source.place(position)) }
    }
}

/// A file, or for circles of imports a folder, that may break a rule, and why. There is no other way around
/// a rule.
struct Exception {
    rule: &'static str,
    path: &'static str,
    why: &'static str,
}

/// This list may only shrink: an exception that nothing needs any more fails the test.
const EXCEPTIONS: &[Exception] = &[Exception {
    rule: "hash order",
    path: "src/redis/engine/lua/interpreter.rs",
    why: "compiled scripts are looked up by their digest, and never walked",
}];

/// What is wrong: the offences without an exception, and the exceptions without an offence.
fn complaints(rule: &str, offences: &[Offence], exceptions: &[Exception]) -> Vec<String> {
    let of_rule = || exceptions.iter().filter(|exception| exception.rule == rule);
    let excused = |offence: &&Offence| !of_rule().any(|exception| exception.path == offence.path);
    let unneeded =
        |exception: &&Exception| offences.iter().all(|offence| offence.path != exception.path);
    let broken = offences.iter().filter(excused).map(|offence| format!("{rule}: {}", offence.said));
    let stale = of_rule().filter(unneeded).map(|exception| {
        let Exception { path, why, .. } = exception;
        format!("{rule}: {path} needs no exception any more ({why}); remove it from the list")
    });
    broken.chain(stale).collect()
}

/// Fails with every complaint about `folders`.
fn enforce(rule: &str, folders: &[&str], check: impl Fn(&Source) -> Vec<Offence>) {
    let all = folders.iter().flat_map(|folder| sources(folder));
    let offences: Vec<_> = all.flat_map(|source| check(&source)).collect();
    enforce_all(rule, &offences);
}

/// Fails with every complaint about what a rule has found.
fn enforce_all(rule: &str, offences: &[Offence]) {
    let complaints = complaints(rule, offences, EXCEPTIONS);
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

const EVERYWHERE: &[&str] = &["src", "tests"];

#[test]
fn files_are_short() {
    enforce("file length", EVERYWHERE, size::long_file);
}

#[test]
fn functions_are_short() {
    enforce("function length", EVERYWHERE, size::long_functions);
}

#[test]
fn lines_are_narrow() {
    enforce("line width", EVERYWHERE, size::wide_lines);
}

#[test]
fn imports_run_one_way() {
    let order = imports::order();
    enforce("imports", &["src"], |source| imports::upward(source, &order));
}

#[test]
fn imports_run_one_way_inside_folders() {
    enforce_all("import circles", &circles::circles(&sources("src")));
}

#[test]
fn outside_crates_stay_in_their_modules() {
    enforce("outside crates", &["src"], imports::strangers);
}

#[test]
fn nothing_is_unfinished() {
    enforce("unfinished", EVERYWHERE, bans::unfinished);
}

#[test]
fn nothing_is_ignored_without_a_reason() {
    enforce("ignored", EVERYWHERE, bans::ignored_without_a_reason);
}

#[test]
fn nothing_is_unsafe() {
    enforce("unsafe", EVERYWHERE, bans::unsafety);
}

#[test]
fn models_know_no_real_time() {
    enforce("real time", &["src"], bans::real_time);
}

#[test]
fn models_know_no_hash_order() {
    enforce("hash order", &["src"], bans::hash_order);
}

#[test]
fn an_exception_excuses_only_its_rule_and_file_and_must_be_needed() {
    let offence = |path: &str| Offence { path: path.to_owned(), said: format!("{path}:1: wrong") };
    let offences = [offence("src/a.rs"), offence("src/b.rs")];
    let exception = |rule, path| Exception { rule, path, why: "history" };
    let exceptions =
        [exception("r", "src/b.rs"), exception("r", "src/c.rs"), exception("s", "src/a.rs")];
    let expected = [
        "r: src/a.rs:1: wrong",
        "r: src/c.rs needs no exception any more (history); remove it from the list",
    ];
    assert_eq!(complaints("r", &offences, &exceptions), expected);
}

#[test]
fn every_exception_is_of_a_rule_that_exists() {
    let enforced = include_str!("main.rs");
    for Exception { rule, path, .. } in EXCEPTIONS {
        let calls = [format!("enforce(\"{rule}\""), format!("enforce_all(\"{rule}\"")];
        assert!(
            calls.iter().any(|call| enforced.contains(call)),
            "no rule {rule:?}, excepted for {path}"
        );
    }
}
