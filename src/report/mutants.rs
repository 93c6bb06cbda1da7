//! The mutants of the fixes: those that an engine notices, and the reasons why the others cannot be noticed.

use std::fmt::Write as _;

use super::markdown::paragraph;
use crate::explore::{Options, Verdict};
use crate::races::{Mutant, Race};

/// The fate of a mutant, now that the engine of its entry has run it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// The race whose fix was changed.
    pub race: &'static str,
    /// The change that makes the mutant.
    pub change: &'static str,
    /// An engine found it to be broken.
    pub killed: bool,
    /// The reason why it was noticed, or was not: half a sentence.
    pub because: String,
}

/// Runs the mutants of these races.
#[must_use]
pub fn fates(races: &[&Race]) -> Vec<Fate> {
    let of_race = |race: &&Race| {
        let (id, clients) = (race.id, *race.clients.start());
        race.mutants.iter().map(move |mutant| fate(id, clients, mutant))
    };
    races.iter().flat_map(of_race).collect()
}

fn fate(race: &'static str, clients: usize, mutant: &Mutant) -> Fate {
    let engine = mutant.killed_by;
    let found = (mutant.variant.explore)(clients, engine, &Options::default());
    let (killed, because) = match (&found.verdict, mutant.survives) {
        (Verdict::Broken(violation), _) => {
            (true, format!("`{engine}` notices it ({})", violation.detail))
        }
        (verdict, Some(why)) => (false, format!("survives ({verdict}), because {why}")),
        (verdict, None) => (false, format!("**survives** ({verdict})")),
    };
    Fate { race, change: mutant.change, killed, because }
}

/// The fates of one race's mutants, for its page.
pub(super) fn of_race(fates: &[Fate], race: &Race) -> String {
    let fates: Vec<&Fate> = fates.iter().filter(|fate| fate.race == race.id).collect();
    let killed = fates.iter().filter(|fate| fate.killed).count();
    let mut text = format!("{killed} of {} are noticed.\n\n", fates.len());
    for fate in fates {
        let _ = writeln!(text, "* {}", item(&format!("{}: {}", fate.change, fate.because)));
    }
    text
}

/// The number of mutants noticed in all, and the names of the others, for the index.
pub(super) fn score(fates: &[Fate]) -> String {
    let killed = fates.iter().filter(|fate| fate.killed).count();
    let (all, survivors) = (fates.len(), fates.iter().filter(|fate| !fate.killed));
    let said = format!(
        "Each fix has been changed in ways that somebody could: a comparison flipped, a step moved out of a \
         script, a deadline forgotten. The engines notice {killed} of {all}. Of the others the entries say \
         why nothing can be noticed."
    );
    let mut text = format!("{}\n\n", paragraph(&said));
    for Fate { race, change, because, .. } in survivors {
        let _ = writeln!(text, "* {}", item(&format!("[{race}]({race}.md): {change}: {because}")));
    }
    text
}

fn item(text: &str) -> String {
    paragraph(&format!("{text}.")).replace('\n', "\n  ")
}
