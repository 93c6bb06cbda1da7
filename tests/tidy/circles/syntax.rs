//! The parts of Rust's syntax that imports are written in: `use`, `mod` and paths.

use std::collections::BTreeSet;

use super::super::source::words;

/// The names from the root of the crate, or from a module, down to a module or an item.
pub type Path = Vec<String>;

pub fn joined(one: &[String], other: &[String]) -> Path {
    [one, other].concat()
}

type Range = std::ops::Range<usize>;

pub fn blanked(code: &str, range: Range) -> String {
    let blank: String =
        code[range.clone()].bytes().map(|it| if it == b'\n' { '\n' } else { ' ' }).collect();
    [&code[..range.start], &blank, &code[range.end..]].concat()
}

/// The end of the item that begins at `start`: its semicolon, or its last brace.
fn item_end(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && (byte == b';' || byte == b'}') {
            return at + 1;
        }
    }
    code.len()
}

/// Blanks what is compiled for tests only, and notes the modules among it that have files.
pub fn without_tests(code: &str, module: &Path, of_tests: &mut BTreeSet<Path>) -> String {
    let mut code = code.to_owned();
    while let Some(start) =
        ["#[cfg(test)]", "#[cfg(all(test,"].iter().filter_map(|it| code.find(it)).min()
    {
        let end = item_end(&code, start + code[start..].find(']').map_or(0, |at| at + 1));
        let item = code[start..end].trim_end_matches(';');
        if let Some((_, name)) = item.rsplit_once("mod ").filter(|_| !item.ends_with('}')) {
            of_tests.insert(joined(module, &[name.trim().to_owned()]));
        }
        code = blanked(&code, start..end);
    }
    code
}

/// The first module that is written out in the code: its name, and its body.
pub fn inline(code: &str) -> Option<(String, Range)> {
    words(code, "mod").find_map(|at| {
        let rest = &code[at + "mod".len()..];
        let (name, _) = rest.split_once('{')?;
        let name = name.trim();
        let is_name = !name.is_empty() && name.chars().all(|it| it.is_alphanumeric() || it == '_');
        let open = at + code[at..].find('{')? + 1;
        is_name.then(|| (name.to_owned(), open..item_end(code, at) - 1))
    })
}

pub struct Import {
    pub path: Path,
    /// The name that it brings in.
    pub alias: String,
    pub is_re_export: bool,
    pub at: usize,
}

/// Takes the `use` declarations out of the code.
pub fn imports(code: &mut String) -> Vec<Import> {
    let mut found = Vec::new();
    let mut rest = code.clone();
    for start in words(code, "use") {
        let tree = start + "use".len();
        // As in `impl Trait + use<'a>`.
        if code[tree..].starts_with('<') {
            continue;
        }
        let end = code[tree..].find(';').map_or(code.len(), |end| tree + end);
        let before = code[..start].trim_end();
        let is_re_export = before.ends_with("pub")
            || before.ends_with(')')
                && before
                    .rsplit_once("pub")
                    .is_some_and(|(_, scope)| scope.starts_with('(') && !scope.contains(';'));
        leaves(&code[tree..end], tree, &[], &mut |path, alias, at| {
            found.push(Import { path, alias, is_re_export, at });
        });
        rest = blanked(&rest, start..end);
    }
    *code = rest;
    found
}

/// The names that a tree of imports brings in: path, alias and position of each.
fn leaves(tree: &str, at: usize, prefix: &[String], found: &mut impl FnMut(Path, String, usize)) {
    let segments = |text: &str| -> Path {
        let names = text.split("::").map(str::trim);
        names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
    };
    let at = at + tree.len() - tree.trim_start().len();
    let tree = tree.trim();
    let outside = tree.starts_with("::");
    if tree.is_empty() || outside {
        return;
    }
    if let Some((head, body)) = tree.split_once('{') {
        let prefix = joined(prefix, &segments(head));
        let mut start = 0;
        let mut depth = 0;
        for (position, byte) in body.bytes().enumerate() {
            match byte {
                b'{' => depth += 1,
                b'}' if depth > 0 => depth -= 1,
                b',' | b'}' if depth == 0 => {
                    leaves(&body[start..position], at + head.len() + 1 + start, &prefix, found);
                    start = position + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let (name, alias) = tree.split_once(" as ").map_or((tree, None), |(a, b)| (a, Some(b.trim())));
    let mut path = joined(prefix, &segments(name));
    if path.last().is_some_and(|last| last == "self" || last == "*") && path.len() > 1 {
        path.pop();
    }
    let last = path.last().cloned().unwrap_or_default();
    found(path, alias.map_or(last, str::to_owned), at);
}

/// The paths in code, `crate::a::b` or `A`, with their positions.
pub fn paths(code: &str) -> Vec<(Path, usize)> {
    let part = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let mut found: Vec<(Path, usize)> = Vec::new();
    let mut end = 0;
    // Whether a path has begun that goes on after the next `::`.
    let mut open = false;
    while let Some(start) = code[end..].find(part).map(|at| end + at) {
        let length = code[start..].find(|it| !part(it)).unwrap_or(code.len() - start);
        let name = code[start..start + length].to_owned();
        let inner = code[..start].ends_with("::");
        // Not what follows a type in angle brackets, or begins outside the crate.
        open = !inner || open && start == end + "::".len();
        // Nor what says in which module something is visible.
        open &= !code[..start].ends_with("(in ");
        match found.last_mut().filter(|_| inner && open) {
            Some((path, _)) => path.push(name),
            None if open => found.push((vec![name], start)),
            None => {}
        }
        end = start + length;
    }
    found
}
