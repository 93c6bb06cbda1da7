//! The user's choice, found in the catalogue: races, variants, engines and numbers of clients.

use clap::ValueEnum;

use super::Failure;
use crate::explore::{Engine, bytes};
use crate::races::{self, Race, Which};

/// `--variant`, as clap takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum VariantName {
    /// The bug.
    Buggy,
    /// The fix.
    Fixed,
}

impl From<VariantName> for Which {
    fn from(name: VariantName) -> Self {
        match name {
            VariantName::Buggy => Self::Buggy,
            VariantName::Fixed => Self::Fixed,
        }
    }
}

/// The race of this name.
pub(super) fn race(id: &str) -> Result<&'static Race, Failure> {
    races::find(id).ok_or_else(|| {
        let known: Vec<&str> = races::ALL.iter().map(|race| race.id).collect();
        Failure::UnknownRace { found: id.to_owned(), known: known.join(", ") }
    })
}

/// The races of these names, each once, or all.
pub(super) fn races(ids: &[String]) -> Result<Vec<&'static Race>, Failure> {
    if ids.is_empty() {
        return Ok(races::ALL.to_vec());
    }
    let mut races: Vec<&Race> = Vec::new();
    for id in ids {
        let race = race(id)?;
        if races.iter().all(|known| known.id != race.id) {
            races.push(race);
        }
    }
    Ok(races)
}

/// The engine of this name, or all.
pub(super) fn engines(name: Option<&str>) -> Result<Vec<Engine>, Failure> {
    name.map_or_else(|| Ok(Engine::ALL.to_vec()), |name| Ok(vec![name.parse()?]))
}

/// The number of clients for the race.
pub(super) fn clients(race: &Race, asked: Option<usize>) -> Result<usize, Failure> {
    let (fewest, most) = (*race.clients.start(), *race.clients.end());
    let clients = asked.unwrap_or(fewest);
    if race.clients.contains(&clients) {
        return Ok(clients);
    }
    let race = race.id;
    Err(if fewest == most {
        Failure::Clients(format!("{race} always has {fewest} clients; leave --clients out"))
    } else {
        Failure::Clients(format!("{race} can have {fewest} to {most} clients, not {clients}"))
    })
}

/// Parses a number of executions, states or ends: a search of none at all would prove nothing.
pub(super) fn at_least_one(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "expected a whole number, and at least 1".to_owned())
}

/// A size in bytes, with or without a unit.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let expected = "expected a number of bytes, and at least 1, such as 1048576, 512MiB or 4GiB";
    bytes::parse(text).ok_or_else(|| expected.to_owned())
}
