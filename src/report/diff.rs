//! The bug and the fix of a race, as a diff of their code.

use similar::{ChangeTag, TextDiff};

/// The changes that turn the buggy variant into the fixed one, with all the lines that stay.
///
/// `source` is the text of the race's file; in it, `impl Scenario for Buggy` and `impl Scenario for Fixed`
/// end with a brace at the beginning of a line.
pub(super) fn bug_and_fix(source: &str) -> String {
    let (bug, fix) = (variant(source, "Buggy"), variant(source, "Fixed"));
    let diff = TextDiff::from_lines(&bug, &fix);
    let lines = diff.iter_all_changes().map(|change| {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        format!("{sign} {}", change.value()).trim_end().to_owned() + "\n"
    });
    lines.collect()
}

/// The description of a variant: the comment above its type.
pub(super) fn caption(source: &str, name: &str) -> String {
    let head = format!("pub struct {name}");
    let before: Vec<&str> = source.lines().take_while(|line| !line.starts_with(&head)).collect();
    let about = before.iter().rev().skip_while(|line| line.starts_with("#["));
    let mut about: Vec<&str> = about.map_while(|line| line.strip_prefix("/// ")).collect();
    about.reverse();
    about.join(" ")
}

/// The texts, mostly scripts, that the bug or the fix names, as they are defined in `source`.
pub(super) fn texts(source: &str) -> String {
    let named = [variant(source, "Buggy"), variant(source, "Fixed")].concat();
    let mut texts = String::new();
    let mut lines = source.lines();
    while let Some(first) = lines.next() {
        let Some((name, _)) = first.strip_prefix("const ").and_then(|it| it.split_once(": &str"))
        else {
            continue;
        };
        let mut text = vec![first];
        while text.last().is_some_and(|line| !line.ends_with(';')) {
            let Some(line) = lines.next() else { break };
            text.push(line);
        }
        if text.len() > 1 && names(&named, name) {
            texts.push_str(&(text.join("\n") + "\n"));
        }
    }
    texts
}

/// Returns whether the code names a constant.
fn names(code: &str, name: &str) -> bool {
    code.split(|sign: char| !sign.is_alphanumeric() && sign != '_').any(|word| word == name)
}

/// The body of a variant, without the line that names it.
fn variant(source: &str, name: &str) -> String {
    let head = format!("impl Scenario for {name} {{");
    let lines = source.lines().skip_while(|line| *line != head).skip(1);
    let body = lines.take_while(|line| *line != "}");
    body.map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned() + "\n").collect()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{bug_and_fix, caption};

    const FILE: &str = "\
/// Reads twice.
#[derive(Clone)]
pub struct Buggy;

impl Scenario for Buggy {
    fn run() {
        read();
        read();
    }
}

/// Reads once,
/// and no more.
pub struct Fixed;

impl Scenario for Fixed {
    fn run() {
        read();
    }
}
";

    #[test]
    fn the_diff_shows_the_fix_and_nothing_else() {
        assert_eq!(bug_and_fix(FILE), "  fn run() {\n      read();\n-     read();\n  }\n");
    }

    #[test]
    fn only_the_scripts_that_are_named_are_shown() {
        let consts = "
const KEY: &str = \"k\";
const READ: &str =
    \"GET\";
const OTHER: &str =
    \"-\";
";
        let file = FILE.replace("read();\n    }", "load(READ, KEY);\n    }") + consts;
        assert_eq!(super::texts(&file), "const READ: &str =\n    \"GET\";\n");
    }

    #[test]
    fn the_caption_is_the_comment_above_the_type() {
        assert_eq!(caption(FILE, "Buggy"), "Reads twice.");
        assert_eq!(caption(FILE, "Fixed"), "Reads once, and no more.");
    }
}
