//! `lockproof docs`: the pages of the catalogue, written from its code and from the results of the engines.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use super::check::{show, wipe};
use super::{Failure, Output, Status, stress};
use crate::explore::{Exploration, Options, progress};
use crate::races::{self, Search, survey};
use crate::report::cell::agree;
use crate::report::index::index;
use crate::report::mutants::fates;
use crate::report::page::page;

/// Run every race on every engine, and write a page a race and the detection matrix.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Where the pages are.
    #[arg(long, value_name = "DIR", default_value = "docs/races")]
    dir: PathBuf,
    /// Write nothing; say which pages differ from what the code says.
    #[arg(long)]
    check: bool,
}

const EXAMPLES: &str = "\
Examples:
  lockproof docs
  lockproof docs --check
  lockproof docs --dir /tmp/races

Exit status: 0 if the pages are written, or are up to date; 1 if --check found one that is not, or an engine
found something else than the entry of a race expects; 2 if they cannot be written.";

impl Args {
    /// Writes the pages, or compares them.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or written, or an entry of the catalogue whose schedule does not fit.
    pub(super) fn run(self, output: &Output) -> Result<Status, Failure> {
        let options = Options::default();
        let found = measure(&options)?;
        let mut status = Status::Success;
        for said in found.iter().filter_map(|(search, found)| unexpected(search, found)) {
            status = Status::Shortfall;
            output.line(format_args!("{said}"));
        }
        let fates = fates(races::ALL);
        let mut pages = vec![("README.md".to_owned(), index(races::ALL, &found, &fates, &options))];
        for race in races::ALL {
            pages.push((
                format!("{}.md", race.id),
                page(race, &found, &fates).map_err(Failure::Page)?,
            ));
        }
        for (name, text) in &pages {
            let path = self.dir.join(name);
            let current = read(&path)?;
            if current.as_deref().is_some_and(|current| agree(current, text)) {
                continue;
            }
            if self.check {
                status = Status::Shortfall;
                let what = if current.is_some() {
                    "differs from what the code says"
                } else {
                    "is missing"
                };
                output.line(format_args!("{} {what}; run `lockproof docs`", path.display()));
            } else {
                write(&path, text)?;
                output.line(format_args!("{} written", path.display()));
            }
        }
        for path in strangers(&self.dir, &pages)? {
            status = Status::Shortfall;
            output.line(format_args!("{} is the page of no race; remove it", path.display()));
        }
        output.finish()?;
        Ok(status)
    }
}

fn measure(options: &Options) -> Result<Vec<(Search, Exploration)>, Failure> {
    let mut all = Vec::new();
    let searches = Search::all(races::ALL);
    let watching = || io::stderr().is_terminal().then(|| progress::watch(show));
    let stressed = |search: &Search| stress::explore(search, options);
    survey(&searches, options, watching, stressed, |search, found| {
        all.push((*search, found));
        Ok::<(), Failure>(())
    })?;
    wipe();
    Ok(all)
}

/// The complaint about an engine whose result differs from the expectation in the race's entry. The tests run
/// fewer executions; these are all of them.
fn unexpected(search: &Search, found: &Exploration) -> Option<String> {
    let Search { race, which, engine, .. } = search;
    let expected = race.expected(*which, *engine);
    (!expected.fits(found, None)).then(|| {
        let file = race.id.replace('-', "_");
        format!(
            "{} {} on {engine}: expected {expected:?}, found \"{found}\"; correct the scenario or what is \
             expected in src/races/{file}.rs",
            race.id,
            which.name()
        )
    })
}

fn read(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::Docs { file: path.display().to_string(), error }),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let parent = path.parent().map_or(Ok(()), fs::create_dir_all);
    parent
        .and_then(|()| fs::write(path, text))
        .map_err(|error| Failure::Docs { file: path.display().to_string(), error })
}

/// Pages of races that there are no more.
fn strangers(dir: &Path, pages: &[(String, String)]) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::Docs { file: dir.display().to_string(), error };
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut strangers = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let known = pages
            .iter()
            .any(|(name, _)| path.file_name().is_some_and(|file| file == name.as_str()));
        if !known && path.extension().is_some_and(|extension| extension == "md") {
            strangers.push(path);
        }
    }
    strangers.sort();
    Ok(strangers)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::unexpected;
    use crate::explore::{Engine, Options};
    use crate::races::{Search, Which, lost_update};

    #[test]
    fn what_an_entry_does_not_expect_is_said() {
        let of = |which| Search {
            race: &lost_update::RACE,
            which,
            clients: 2,
            engine: Engine::Exhaustive,
        };
        let found =
            |which| lost_update::RACE.explore(which, 2, Engine::Exhaustive, &Options::default());
        assert_eq!(unexpected(&of(Which::Buggy), &found(Which::Buggy)), None);
        let said = unexpected(&of(Which::Fixed), &found(Which::Buggy)).unwrap();
        let start = "lost-update fixed on exhaustive: expected Exhausted(4), found \"broken: ";
        assert!(said.starts_with(start), "{said}");
        assert!(said.ends_with("src/races/lost_update.rs"), "{said}");
    }
}
