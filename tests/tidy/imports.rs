//! Imports run one way, in the order that the head of `src/lib.rs` tells its reader.

use super::Offence;
use super::source::{Source, words};

/// The crates that belong to some modules and to no others. A model that named an engine could not be run
/// by another one, and only what speaks to a server needs a client of Redis.
const CRATES: &[(&str, &[&str])] = &[
    ("loom", &["sync", "explore"]),
    ("shuttle", &["sync", "explore"]),
    ("redis", &["redis", "lock", "bank", "races", "cli"]),
    ("mlua", &["redis"]),
    ("clap", &["cli"]),
];

/// The modules as the head of `src/lib.rs` lists them, with a link if they are public.
pub fn order() -> Vec<String> {
    listed(include_str!("../../src/lib.rs"))
}

fn listed(text: &str) -> Vec<String> {
    let entries = text.lines().filter_map(|line| line.strip_prefix("//! * "));
    let quoted = entries.filter_map(|it| it.strip_prefix('[').unwrap_or(it).strip_prefix('`'));
    quoted.filter_map(|entry| entry.split_once('`')).map(|(name, _)| name.to_owned()).collect()
}

fn declared(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.strip_prefix("pub ").unwrap_or(line));
    let names = lines.filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

/// Uses of a module that does not stand above the file's own.
pub fn upward(source: &Source, order: &[String]) -> Vec<Offence> {
    let Some(module) = source.module() else { return Vec::new() };
    let rank = |name: &str| order.iter().position(|listed| listed == name);
    let Some(own) = rank(module) else {
        let what = format!("the module {module} is not in the list at the head of src/lib.rs");
        return vec![Offence::at(source, 0, &what)];
    };
    let mut offences = Vec::new();
    for position in words(&source.code, "crate::") {
        let path = &source.code[position + "crate::".len()..];
        let end = path.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let used = &path[..end.unwrap_or(path.len())];
        let what = match rank(used) {
            Some(used) if used <= own => continue,
            Some(_) => format!("{module} uses {used}, which stands below it"),
            None => format!("crate:: is followed by {used:?}; name one module of the list"),
        };
        offences.push(Offence::at(source, position, &what));
    }
    offences
}

/// Uses of an outside crate in a module that has no business with it.
pub fn strangers(source: &Source) -> Vec<Offence> {
    let Some(module) = source.module() else { return Vec::new() };
    let mut offences = Vec::new();
    for (name, at_home) in CRATES.iter().filter(|(_, at_home)| !at_home.contains(&module)) {
        let paths = format!("{name}::");
        let uses =
            words(&source.code, &paths).filter(|&position| is_outside(&source.code[..position]));
        let what =
            format!("{module} names the crate {name}, which only {} may", at_home.join(", "));
        offences.extend(uses.map(|position| Offence::at(source, position, &what)));
    }
    offences
}

/// Whether a path that follows `before` begins at its first name: `crate::redis::` does not.
fn is_outside(before: &str) -> bool {
    let inner = before.strip_suffix("::");
    inner.is_none_or(|inner| {
        !inner.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '>')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(offences: &[Offence]) -> Vec<&str> {
        offences.iter().map(|offence| offence.said.as_str()).collect()
    }

    #[test]
    fn the_list_is_that_of_the_modules() {
        let text = include_str!("../../src/lib.rs");
        assert_eq!(order(), declared(text));
        assert_eq!(listed("//! * [`a`]: one;\n//!   [`b`].\n//! * `c`: two\n"), ["a", "c"]);
        assert_eq!(declared("pub mod a;\nmod b;\nuse c;\n"), ["a", "b"]);
    }

    #[test]
    fn a_use_of_a_module_below_is_rejected() {
        let order = ["trace", "sync", "lock"].map(str::to_owned);
        let text =
            "use crate::trace::A;\n// crate::lock\nuse crate::sync::B;\nuse crate::lock::C;\n";
        let of = |path: &str, text: &str| upward(&Source::new(path, text), &order);
        assert_eq!(
            said(&of("src/sync/a.rs", text)),
            ["src/sync/a.rs:4: sync uses lock, which stands below it"]
        );
        assert_eq!(said(&of("src/lock.rs", text)), [""; 0]);
        assert_eq!(said(&of("src/main.rs", text)), [""; 0]);
        let grouped = "src/lock/a.rs:1: crate:: is followed by \"\"; name one module of the list";
        assert_eq!(said(&of("src/lock/a.rs", "use crate::{sync, trace};")), [grouped]);
        let unlisted = "src/new.rs:1: the module new is not in the list at the head of src/lib.rs";
        assert_eq!(said(&of("src/new.rs", "")), [unlisted]);
    }

    #[test]
    fn a_crate_away_from_home_is_rejected() {
        let text = "use loom::A; // loom::\nuse ::redis::B;\nuse \
            crate::redis::C;\ncrate::explore::loom::d();";
        let of = |path: &str| strangers(&Source::new(path, text));
        let expected = [
            "src/trace/a.rs:1: trace names the crate loom, which only sync, explore may",
            "src/trace/a.rs:2: trace names the crate redis, which only redis, lock, bank, races, cli may",
        ];
        assert_eq!(said(&of("src/trace/a.rs")), expected);
        assert_eq!(of("src/explore/a.rs").len(), 1);
        assert_eq!(of("src/races/a.rs").len(), 1);
    }
}
