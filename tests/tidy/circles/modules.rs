//! The modules of the crate, what each imports, and which file defines it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::source::Source;
use super::syntax::{Path, blanked, imports, inline, joined, paths, without_tests};

/// One import, from file to file.
pub struct Edge {
    pub from: Path,
    /// The file that defines what is imported.
    pub to: Path,
    /// `path:line` of the import.
    pub place: String,
}

/// A module, in a file of its own or inside one.
struct Module<'a> {
    source: &'a Source,
    /// The module whose file it stands in.
    file: Path,
    /// Names that `use` brings into it, and the paths they stand for.
    names: BTreeMap<String, Path>,
    /// Paths that it imports or mentions, and where.
    mentions: Vec<(Path, usize)>,
}

pub struct Modules<'a> {
    by_path: BTreeMap<Path, Module<'a>>,
}

/// How many re-exports are followed: some names stand for themselves, as in `use loom::loom`.
const MOST_RE_EXPORTS: usize = 8;

impl<'a> Modules<'a> {
    /// Tests, and the modules that only they see, are left out.
    pub fn new(sources: &'a [Source]) -> Self {
        let mut all = Self { by_path: BTreeMap::new() };
        let mut of_tests = BTreeSet::new();
        for source in sources {
            let Some(path) = module_path(&source.path) else { continue };
            let code = without_tests(&source.code, &path, &mut of_tests);
            all.add(source, &path, path.clone(), code);
        }
        let is_of_tests = |path: &Path| (0..=path.len()).any(|end| of_tests.contains(&path[..end]));
        all.by_path.retain(|path, _| !is_of_tests(path));
        all
    }

    fn add(&mut self, source: &'a Source, file: &Path, path: Path, mut code: String) {
        let mut inner = Vec::new();
        while let Some((name, body)) = inline(&code) {
            let mut inside = " ".repeat(body.start);
            inside.push_str(&code[body.clone()]);
            let start = code[..body.start].rfind("mod").unwrap_or(body.start);
            code = blanked(&code, start..body.end);
            inner.push((name, inside));
        }
        let (mut names, mut mentions) = (BTreeMap::new(), Vec::new());
        for import in imports(&mut code) {
            // A re-export hands a name on, and imports nothing for the module itself.
            if !import.is_re_export {
                mentions.push((import.path.clone(), import.at));
            }
            names.insert(import.alias, import.path);
        }
        mentions.extend(paths(&code).into_iter().filter(|(path, _)| {
            // A name alone may be a variable or a field, but not if it is a type's.
            path.len() > 1 || path[0].starts_with(char::is_uppercase)
        }));
        self.by_path.insert(path.clone(), Module { source, file: file.clone(), names, mentions });
        for (name, inside) in inner {
            self.add(source, file, joined(&path, &[name]), inside);
        }
    }

    /// The modules that have files.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.by_path.iter().filter(|(path, module)| **path == module.file).map(|(path, _)| path)
    }

    pub fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (path, module) in &self.by_path {
            for (mention, at) in &module.mentions {
                let target = self.absolute(path, mention, 0).and_then(|it| self.defining(&it, 0));
                if let Some(to) = target.filter(|to| *to != module.file) {
                    let place = module.source.place(*at);
                    edges.push(Edge { from: module.file.clone(), to, place });
                }
            }
        }
        edges
    }

    /// A path as seen from the root; `None` if it leads out of the crate, or is none of a module.
    fn absolute(&self, from: &[String], path: &[String], depth: usize) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => return Some(rest.to_vec()),
            "self" => return Some(joined(from, rest)),
            "super" => {
                let ups = path.iter().take_while(|name| *name == "super").count();
                let up = from.len().checked_sub(ups)?;
                return Some(joined(&from[..up], &path[ups..]));
            }
            _ => {}
        }
        let named = self.by_path.get(from)?.names.get(first).filter(|_| depth < MOST_RE_EXPORTS);
        let named = named.and_then(|named| self.absolute(from, named, depth + 1));
        if let Some(named) = named {
            return Some(joined(&named, rest));
        }
        let inside = joined(from, &path[..1]);
        self.by_path.contains_key(&inside).then(|| joined(from, path))
    }

    /// The file in which a path ends, all re-exports followed.
    fn defining(&self, path: &[String], depth: usize) -> Option<Path> {
        let module = (0..=path.len()).rev().find(|end| self.by_path.contains_key(&path[..*end]))?;
        let (module, rest) = path.split_at(module);
        let named = rest.first().and_then(|name| self.by_path[module].names.get(name));
        let named = named.and_then(|named| self.absolute(module, named, 0));
        match named {
            Some(named) if depth < MOST_RE_EXPORTS => {
                self.defining(&joined(&named, &rest[1..]), depth + 1)
            }
            _ => Some(self.by_path[module].file.clone()),
        }
    }
}

/// The module of a file; the program's root is no module of the crate.
fn module_path(file: &str) -> Option<Path> {
    let inside = file.strip_prefix("src/")?.strip_suffix(".rs")?;
    let mut path: Path = inside.split('/').map(str::to_owned).collect();
    match path.last().map(String::as_str) {
        Some("main") if path.len() == 1 => return None,
        Some("lib") if path.len() == 1 => path.clear(),
        Some("mod") => drop(path.pop()),
        _ => {}
    }
    Some(path)
}
