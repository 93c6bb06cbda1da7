//! What documents point at is there: the files that they link to, and the tests that they name.

use std::fs;
use std::path::{Path, PathBuf};

use super::source::sources;

/// The Markdown files of the repository, with their texts.
fn documents() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = |folder: &str| fs::read_dir(root.join(folder)).expect("the folder is there");
    let entries = listed("docs").chain(listed("docs/races"));
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "md")).collect();
    paths.push(root.join("README.md"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("it can be read");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// The targets of the links in a text that are files of this repository.
fn linked(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    files.map(|target| target.split('#').next().unwrap_or(target)).collect()
}

/// The names of tests in the last column of the tables of a text.
fn tests_named(text: &str) -> Vec<&str> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let columns = rows.filter_map(|row| row.rsplit_once(" | ").map(|(_, last)| last));
    let names = columns.flat_map(|column| column.split('`').skip(1).step_by(2));
    let is_test = |name: &&str| {
        name.contains('_') && name.chars().all(|it| it.is_ascii_lowercase() || "_:".contains(it))
    };
    names.filter(is_test).collect()
}

#[test]
fn links_lead_to_files() {
    for (path, text) in documents() {
        let folder = path.parent().expect("a file is in a folder");
        for target in linked(&text) {
            assert!(folder.join(target).exists(), "{} links to {target}", path.display());
        }
    }
}

/// The lines between which a merge left two versions.
fn conflicts(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ")).count()
}

#[test]
fn no_document_is_left_in_two_versions() {
    for (path, text) in documents() {
        assert_eq!(conflicts(&text), 0, "{}", path.display());
    }
    assert_eq!(conflicts("<<<<<<< one\na\n=======\nb\n>>>>>>> other\n"), 2);
}

#[test]
fn tests_that_are_named_exist() {
    let code: Vec<_> = ["src", "tests"].into_iter().flat_map(sources).collect();
    let text = include_str!("../../docs/from-go.md");
    let named = tests_named(text);
    assert!(named.len() > 40, "docs/from-go.md names tests in its tables");
    for name in named {
        let function = name.rsplit("::").next().unwrap_or(name);
        let head = format!("fn {function}(");
        let found = code.iter().any(|source| source.code.contains(&head));
        assert!(found, "docs/from-go.md names {name}, which is no test");
    }
}

#[test]
fn every_race_has_its_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let catalogue = include_str!("../../src/races/mod.rs");
    let (_, list) = catalogue.split_once("catalogue! {").expect("the list of the races");
    let ids: Vec<String> = list
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','))
        .map(|module| module.replace('_', "-"))
        .collect();
    assert!(ids.len() > 6, "{ids:?}");
    for id in ids {
        assert!(
            root.join(format!("docs/races/{id}.md")).is_file(),
            "{id} has no page; run `lockproof docs`"
        );
    }
}

#[test]
fn links_and_names_are_told_from_other_text() {
    let text = "See [a](b.md#c), [d](https://e) and [f](#g).\n\
        | x | `run_it` and `a::finds_it`, `Type`, `x = 1` |\n";
    assert_eq!(linked(text), ["b.md"]);
    assert_eq!(tests_named(text), ["run_it", "a::finds_it"]);
}
