//! Inside each folder imports run one way, too: no files or folders of it import each other in a circle.
//!
//! An import counts for the module that defines the name, however many `pub use` stand between. The
//! declarations and re-exports of a `mod.rs` are no imports; what else it holds is a module of the folder
//! like any other. A glob is an import of the module that it names, whatever that hands on.

mod modules;
mod syntax;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Offence;
use super::source::Source;
use modules::{Edge, Modules};

/// The children of one folder, by name, and for each that one of them imports the place of an import.
type Arrows<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>;

/// What a folder's own file is called among its children.
const OWN: &str = "mod.rs";

/// The circles of imports among the children of each folder.
pub fn circles(sources: &[Source]) -> Vec<Offence> {
    let modules = Modules::new(sources);
    let edges = modules.edges();
    let folders: BTreeSet<&[String]> =
        modules.files().flat_map(|file| (0..file.len()).map(|depth| &file[..depth])).collect();
    folders.into_iter().flat_map(|folder| circles_of(folder, &edges)).collect()
}

fn circles_of(folder: &[String], edges: &[Edge]) -> Vec<Offence> {
    let mut arrows = Arrows::new();
    for Edge { from, to, place } in edges {
        if let (Some(from), Some(to)) = (child(folder, from), child(folder, to))
            && from != to
        {
            arrows.entry(from).or_default().entry(to).or_insert(place);
        }
    }
    let path = ["src"].into_iter().chain(folder.iter().map(String::as_str)).collect::<Vec<_>>();
    let path = path.join("/");
    let sentence = |members: Vec<&str>| {
        let said = told(&path, &members, &shortest(&members, &arrows), &arrows);
        Offence { path: path.clone(), said }
    };
    tangles(&arrows).into_iter().map(sentence).collect()
}

/// The child of `folder` that a module is, or is in.
fn child<'a>(folder: &[String], module: &'a [String]) -> Option<&'a str> {
    let inside = module.strip_prefix(folder)?;
    Some(inside.first().map_or(OWN, String::as_str))
}

/// The strongly connected sets of more than one child.
fn tangles<'a>(arrows: &Arrows<'a>) -> Vec<Vec<&'a str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        arrows.keys().map(|name| (*name, ways(name, arrows).into_keys().collect())).collect();
    let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|all| all.contains(to));
    let mut sets = BTreeSet::new();
    for name in arrows.keys().copied().filter(|name| reaches(name, name)) {
        let both = |other: &&str| reaches(name, other) && reaches(other, name);
        sets.insert(arrows.keys().copied().filter(both).collect::<Vec<_>>());
    }
    sets.into_iter().collect()
}

/// What can be reached from `start` by at least one arrow, each with the child before it on a shortest way.
fn ways<'a>(start: &'a str, arrows: &Arrows<'a>) -> BTreeMap<&'a str, &'a str> {
    let mut before = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(from) = next.pop_front() {
        for to in arrows.get(from).into_iter().flat_map(BTreeMap::keys).copied() {
            before.entry(to).or_insert_with(|| {
                next.push_back(to);
                from
            });
        }
    }
    before
}

/// A shortest circle among `members`, from one of them back to it.
fn shortest<'a>(members: &[&'a str], arrows: &Arrows<'a>) -> Vec<&'a str> {
    let through = |start: &&'a str| {
        let before = ways(start, arrows);
        let mut circle = vec![*start, before[start]];
        while circle.last() != Some(start) {
            circle.push(before[circle[circle.len() - 1]]);
        }
        circle.reverse();
        circle
    };
    members.iter().map(through).min_by_key(Vec::len).unwrap_or_default()
}

fn told(folder: &str, members: &[&str], circle: &[&str], arrows: &Arrows<'_>) -> String {
    let arrow =
        |pair: &[&str]| format!("{} imports {} ({})", pair[0], pair[1], arrows[pair[0]][pair[1]]);
    let arrows: Vec<String> = circle.windows(2).map(arrow).collect();
    let members = members.join(", ");
    format!("{folder}: {members} import each other in a circle: {}", arrows.join(", "))
}
