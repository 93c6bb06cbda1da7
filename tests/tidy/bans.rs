//! Words that do not occur: what is unfinished, what is unsafe, and what makes a model's runs differ.

use super::Offence;
use super::source::{Source, words};

/// The modules whose code runs inside an exploration. The wall clock is for `sync`, which supplies the clock
/// of real runs, for `explore`, which tells how long a search took, and for `cli`.
const MODELS: &[&str] = &["trace", "redis", "lock", "bank", "scenario", "races"];

fn banned(source: &Source, view: &str, bans: &[&str], why: &str) -> Vec<Offence> {
    let places =
        bans.iter().flat_map(|word| words(view, word).map(move |position| (position, word)));
    places
        .map(|(position, word)| Offence::at(source, position, &format!("{word}: {why}")))
        .collect()
}

pub fn unfinished(source: &Source) -> Vec<Offence> {
    let why = "finish it, or open an issue";
    let mut offences = banned(source, &source.code, &["todo!", "unimplemented!"], why);
    offences.extend(banned(source, &source.comments, &["FIXME", "XXX"], why));
    offences
}

/// A reason is written as `#[ignore = "the missing part"]`.
pub fn ignored_without_a_reason(source: &Source) -> Vec<Offence> {
    let ignored = words(&source.code, "ignore").filter(|&position| {
        let attribute = source.code[..position].trim_end().ends_with(['[', ',']);
        attribute && !source.code[position..].starts_with("ignore = \"")
    });
    let what = "a test is ignored without a reason that names the missing part";
    ignored.map(|position| Offence::at(source, position, what)).collect()
}

pub fn unsafety(source: &Source) -> Vec<Offence> {
    banned(source, &source.code, &["unsafe", "unsafe_code"], "nothing here needs it")
}

fn in_models(source: &Source, bans: &[&str], why: &str) -> Vec<Offence> {
    let model = source.module().is_some_and(|module| MODELS.contains(&module));
    if model { banned(source, &source.code, bans, why) } else { Vec::new() }
}

pub fn real_time(source: &Source) -> Vec<Offence> {
    let bans = ["Instant", "SystemTime", "thread::sleep", "UNIX_EPOCH"];
    in_models(source, &bans, "a model knows only the time of its world's clock")
}

pub fn hash_order(source: &Source) -> Vec<Offence> {
    let bans = ["HashMap", "HashSet", "RandomState"];
    in_models(source, &bans, "its order differs from run to run; a BTreeMap's does not")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(check: fn(&Source) -> Vec<Offence>, path: &str, text: &str) -> Vec<String> {
        let offences = check(&Source::new(path, text));
        let place =
            |offence: Offence| offence.said.split(": ").take(2).collect::<Vec<_>>().join(" ");
        offences.into_iter().map(place).collect()
    }

    #[test]
    fn unfinished_code_is_rejected() {
        let text = "a(todo!());\nunimplemented!(\"b\");\n// FIXME: c\nlet d = \"todo! FIXME\";\n";
        let expected = ["src/a.rs:1 todo!", "src/a.rs:2 unimplemented!", "src/a.rs:3 FIXME"];
        assert_eq!(lines(unfinished, "src/a.rs", text), expected);
    }

    #[test]
    fn a_test_ignored_without_a_reason_is_rejected() {
        let text = "#[ignore]\n#[ignore = \"needs the explorer\"]\n#[cfg_attr(a, ignore)]\nlet ignore = 1;\n";
        let places: Vec<_> = ignored_without_a_reason(&Source::new("tests/a.rs", text));
        let expected = "a test is ignored without a reason that names the missing part";
        let said: Vec<_> = places.iter().map(|offence| offence.said.as_str()).collect();
        assert_eq!(
            said,
            [format!("tests/a.rs:1: {expected}"), format!("tests/a.rs:3: {expected}")]
        );
    }

    #[test]
    fn unsafe_code_is_rejected() {
        let text =
            "#![allow(unsafe_code)]\n// unsafe\nfn a() { unsafe { b() } }\nlet c = \"unsafe\";\n";
        let expected = ["src/a.rs:3 unsafe", "src/a.rs:1 unsafe_code"];
        assert_eq!(lines(unsafety, "src/a.rs", text), expected);
    }

    #[test]
    fn real_time_is_rejected_in_models_only() {
        let text = "/// Instant\nuse time::{Instant, SystemTime};\nstd::thread::sleep(a);\nlet \
            instants = 1;\n";
        let expected =
            ["src/races/a.rs:2 Instant", "src/races/a.rs:2 SystemTime", "src/races/a.rs:3 thread"];
        let place = |said: String| said.split("::").next().unwrap_or_default().to_owned();
        let of = |path| lines(real_time, path, text).into_iter().map(place).collect::<Vec<_>>();
        assert_eq!(of("src/races/a.rs"), expected);
        assert_eq!(of("src/sync/std.rs"), [""; 0]);
    }

    #[test]
    fn hash_order_is_rejected_in_models_only() {
        let text = "use std::collections::{BTreeMap, HashMap};\nlet a = HashSet::new();\n";
        let expected = ["src/scenario/a.rs:1 HashMap", "src/scenario/a.rs:2 HashSet"];
        assert_eq!(lines(hash_order, "src/scenario/a.rs", text), expected);
        assert_eq!(lines(hash_order, "src/explore/a.rs", text), [""; 0]);
    }
}
