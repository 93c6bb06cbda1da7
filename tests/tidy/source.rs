//! A source file, taken apart as far as the rules need it.

use std::fs;
use std::path::Path;

/// A file in three views of equal length and equal lines: as written, without comments and the contents of
/// strings, and comments alone. What a view leaves out is blank there.
pub struct Source {
    /// The path from the root of the package, with `/` between its parts.
    pub path: String,
    pub text: String,
    pub code: String,
    pub comments: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let (code, comments) = views(text);
        Self { path: path.to_owned(), text: text.to_owned(), code, comments }
    }

    /// The module directly below the crate's root that this file belongs to; `None` outside `src` and for
    /// the roots `lib.rs` and `main.rs` themselves.
    pub fn module(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let first = inside.split('/').next()?;
        let name = first.strip_suffix(".rs").unwrap_or(first);
        (name != "lib" && name != "main").then_some(name)
    }

    /// `path:line` of a position in any of the views.
    pub fn place(&self, position: usize) -> String {
        let line = self.text[..position].matches('\n').count() + 1;
        format!("{}:{line}", self.path)
    }
}

/// Every Rust file below `folder`, in the order of their paths.
pub fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    walk(&root.join(folder), &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "no Rust files below {folder}");
    let read = |path: &String| fs::read_to_string(root.join(path)).expect("a file in UTF-8");
    paths.iter().map(|path| Source::new(path, &read(path))).collect()
}

fn walk(folder: &Path, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            walk(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let inside =
                path.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("a path in the package");
            let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
            paths.push(parts.join("/"));
        }
    }
}

/// Where `word` stands in `text` as a word of its own, not as a part of a longer name.
pub fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.match_indices(word).map(|(position, _)| position).filter(move |&position| {
        let before = position.checked_sub(1).map(|before| text.as_bytes()[before]);
        let after = text.as_bytes().get(position + word.len()).copied();
        !(before.is_some_and(part) || after.is_some_and(part) && word.ends_with(|c| part(c as u8)))
    })
}

/// The two views of a text: code, and comments.
fn views(text: &str) -> (String, String) {
    let (mut code, mut comments) = (String::new(), String::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let comment = comment(rest);
        if comment > 0 {
            blank(&mut code, &rest[..comment]);
            comments.push_str(&rest[..comment]);
            rest = &rest[comment..];
        } else if let Some((open, whole)) = string(rest, code.as_bytes().last().copied()) {
            code.push_str(&rest[..open]);
            blank(&mut code, &rest[open..whole]);
            blank(&mut comments, &rest[..whole]);
            rest = &rest[whole..];
        } else {
            code.push(first);
            blank(&mut comments, &rest[..first.len_utf8()]);
            rest = &rest[first.len_utf8()..];
        }
    }
    (code, comments)
}

fn blank(view: &mut String, text: &str) {
    view.extend(text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
}

/// The length of the comment that `text` begins with, or 0. Comments between `/*` and `*/` may be nested.
fn comment(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    let mut depth = 0;
    let mut at = 0;
    loop {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if depth > 0 && text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
        } else if depth > 0 && at < text.len() {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        } else {
            return at;
        }
    }
}

/// The string or character that `text` begins with: the length of its opening, and of the whole. A raw
/// string is one only if no name ends just before it.
fn string(text: &str, before: Option<u8>) -> Option<(usize, usize)> {
    let named = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if text.starts_with('\'') {
        let whole = character(text)?;
        return Some((1, whole));
    }
    if text.starts_with('"') {
        return Some((1, closed(text, 1)));
    }
    let hashes = text.strip_prefix('r').map(|raw| raw.len() - raw.trim_start_matches('#').len());
    let hashes = hashes.filter(|hashes| !named && text[1 + hashes..].starts_with('"'))?;
    let open = hashes + 2;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = text[open..].find(&end).map_or(text.len() - open, |found| found + end.len());
    Some((open, open + length))
}

/// The length of a character literal, as against a lifetime or a label.
fn character(text: &str) -> Option<usize> {
    let mut inside = text[1..].char_indices();
    let (_, first) = inside.next()?;
    if first == '\\' {
        inside.next()?;
        return text[1..].char_indices().skip(2).find(|&(_, c)| c == '\'').map(|(at, _)| at + 2);
    }
    inside.next().filter(|&(_, c)| c == '\'').map(|(at, _)| at + 2)
}

/// Where the string that was opened before `at` ends.
fn closed(text: &str, at: usize) -> usize {
    let mut escaped = false;
    for (position, byte) in text.bytes().enumerate().skip(at) {
        match byte {
            b'\\' if !escaped => escaped = true,
            b'"' if !escaped => return position + 1,
            _ => escaped = false,
        }
    }
    text.len()
}

#[test]
fn strings_and_comments_are_told_from_code() {
    let text = "let a = \"// {\\\" \"; // b \"{\"\n\
                let c = ('{', '\\'', r#\"}\"}\"#, &'d e); /* f /* { */ g */ h";
    let source = Source::new("src/a.rs", text);
    assert_eq!(
        source.code.split_whitespace().collect::<String>(),
        "leta=\";letc=(',',r#\",&'de);h"
    );
    assert_eq!(source.comments.split_whitespace().collect::<String>(), "//b\"{\"/*f/*{*/g*/");
    assert_eq!((source.code.len(), source.comments.len()), (text.len(), text.len()));
}

#[test]
fn words_are_whole_words() {
    assert_eq!(words("loom:: bloom:: loomy loom loom::", "loom::").collect::<Vec<_>>(), [0, 26]);
    assert_eq!(words("Instant Instants my_Instant", "Instant").collect::<Vec<_>>(), [0]);
}
