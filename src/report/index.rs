//! The catalogue as a document: the list of the races, and the detection matrix of races and engines.

use std::fmt::Write as _;

use super::cell::cell;
use super::markdown::{number, paragraph, table};
use super::mutants::{Fate, score};
use super::page::title;
use crate::explore::{Engine, Exploration, Options, Sampling};
use crate::races::{Group, Race, Search, Which};

/// Writes the index of `races`. `found` has the results of the engines on their variants, with `options`, and
/// `fates` those on the mutants of their fixes.
#[must_use]
pub fn index(
    races: &[&Race],
    found: &[(Search, Exploration)],
    fates: &[Fate],
    options: &Options,
) -> String {
    let mut text = "# Races\n\n".to_owned();
    let _ = writeln!(text, "{}\n", paragraph(INTRODUCTION));
    for group in Group::ALL {
        let _ = writeln!(text, "## {}\n\n{}", group.title(), list(races, group));
    }
    let _ = writeln!(text, "## Which engine finds which bug\n\n{}\n", paragraph(&legend(options)));
    let _ = writeln!(text, "{}", matrix(races, found, Which::Buggy));
    let _ = writeln!(text, "## What each engine says of the fix\n");
    let _ = writeln!(text, "{}", matrix(races, found, Which::Fixed));
    let _ = writeln!(text, "## Mutants of the fixes\n\n{}", score(fates));
    text.push_str(
        "---\n\nThis page and those it links to are written by `lockproof docs`, and CI compares them.\n",
    );
    text
}

const INTRODUCTION: &str = "\
    Bugs that were met in the wild, each with its fix, one idea apart. Each page tells where it was met, \
    shows the shortest interleaving that leads there, and what each engine says of the bug and of the \
    fix.";

fn list(races: &[&Race], group: Group) -> String {
    let races = races.iter().filter(|race| race.group == group);
    let rows: Vec<Vec<String>> = races
        .map(|race| {
            let link = format!("[{}]({}.md)", title(race), race.id);
            let cwe = race.cwe.map(|cwe| format!("CWE-{}", cwe.number)).unwrap_or_default();
            vec![link, race.title.to_owned(), format!("`{}`", race.breaks), cwe]
        })
        .collect();
    table(&["race", "what goes wrong", "breaks", "weakness"].map(str::to_owned), &rows)
}

fn legend(options: &Options) -> String {
    format!(
        "The number is that of executions: until the bug was **found**, or all of those that there are \
         (*exhausted*), or those that were drawn (*sampled*), or at which the search was stopped \
         (*bound*). `exhaustive` and `minimal` count states instead. An engine is *blind* to a race that \
         it cannot see in principle, and it was *not run* \
         where a fault is needed that it cannot have strike. The reasons are on the pages. `loom`, \
         `random`, `pct` and `urw` have {} executions each. Random numbers start from seed {}. `stress` \
         repeats a scenario on real threads up to 2,000 times; what it finds \
         is up to the machine, and its column is not compared.",
        number(options.executions.unwrap_or(Sampling::default().executions)),
        options.seed
    )
}

fn matrix(races: &[&Race], found: &[(Search, Exploration)], which: Which) -> String {
    let mut heads = vec!["race".to_owned()];
    heads.extend(Engine::ALL.map(|engine| engine.name().to_owned()));
    let rows: Vec<Vec<String>> = races
        .iter()
        .map(|race| {
            let link = format!("[{}]({}.md)", race.id, race.id);
            let cells = Engine::ALL.map(|engine| {
                let mut hits = found.iter().filter(|(search, _)| {
                    (search.race.id, search.which, search.engine) == (race.id, which, engine)
                });
                hits.next().map(|(_, found)| cell(engine, found)).unwrap_or_default()
            });
            [link].into_iter().chain(cells).collect()
        })
        .collect();
    table(&heads, &rows)
}
