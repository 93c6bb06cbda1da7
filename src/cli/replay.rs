//! `lockproof replay`: one interleaving of a race, step by step.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::Path;

use super::catalogue::{self, VariantName, at_least_one};
use super::check::{show, wipe};
use super::{Failure, Output, Status};
use crate::explore::{Schedule, Verdict, progress};
use crate::races::{Counterexample, Race};
use crate::report::Timeline;

/// Replay a schedule on a race, and print its timeline and the verdict.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The race.
    #[arg(value_name = "RACE")]
    race: String,
    /// Who takes each step, by name, or a file that says so; the catalogue's own for the bug, unless
    /// one is given.
    #[arg(value_name = "SCHEDULE")]
    schedule: Vec<String>,
    /// The execution of this number in loom's search, in place of a schedule.
    #[arg(long, value_name = "N", conflicts_with = "schedule", value_parser = at_least_one)]
    execution: Option<u64>,
    /// The bug, or the fix.
    #[arg(long, value_enum, default_value_t = VariantName::Buggy)]
    variant: VariantName,
    /// How many clients, for races that can have more than two.
    #[arg(long, value_name = "N")]
    clients: Option<usize>,
}

const EXAMPLES: &str = "\
Examples:
  lockproof replay get-del-release
  lockproof replay get-del-release alice alice clock bob bob alice
  lockproof replay lost-update '2*alice 2*bob'
  lockproof replay lost-update my-schedule.txt --variant fixed

A schedule names the actor of each step: `alice`, `bob`, a fault such as `clock` or `crash:alice`.
`3*alice` stands for three steps, and `#` begins a comment. Where it ends early, whoever ran last goes on,
and a line says so if anybody had a choice.

Exit status: 0 if the property holds, 1 if it breaks or the execution does not end, 2 if the schedule
does not fit (somebody cannot take its step, or everybody has ended and names are left), or the arguments
make no sense.";

impl Args {
    /// Replays the chosen interleaving.
    ///
    /// # Errors
    ///
    /// A race that there is not, a schedule that makes no sense, or one that does not fit.
    pub(super) fn run(self, output: &Output) -> Result<Status, Failure> {
        let race = catalogue::race(&self.race)?;
        let clients = catalogue::clients(race, self.clients)?;
        let variant = race.variant(self.variant.into());
        let interleaving = self.interleaving(race)?;
        let found = match &interleaving {
            Interleaving::Scheduled(schedule) => (variant.replay)(clients, schedule)?,
            Interleaving::OfLoom(number) => {
                // The search runs up to there.
                let watching = io::stderr().is_terminal().then(|| progress::watch(show));
                let found = (variant.loom_execution)(clients, *number);
                drop(watching);
                wipe();
                found
            }
        };
        if let Some(trace) = &found.trace {
            output.line(Timeline::of(trace));
        }
        if let Some(taken) = &found.schedule {
            output.line(format_args!("schedule: {taken}"));
        }
        if let (Interleaving::OfLoom(number), Some(_)) = (&interleaving, &found.trace) {
            output.line(format_args!("execution: {number} of loom's search"));
        }
        if let Some(early) = &found.early_end {
            output.line(early);
        }
        if let Interleaving::Scheduled(schedule) = &interleaving
            && let Some(rest) = left_over(schedule, found.schedule.as_ref())
        {
            output.line(rest);
        }
        let status = match &found.verdict {
            Verdict::NotRun(why) => return Err(Failure::NotRun(why.clone())),
            Verdict::Broken(violation) => {
                output.line(format_args!("broken: {violation}"));
                Status::Shortfall
            }
            Verdict::BoundHit(bound) => {
                output.line(format_args!("bound hit: {bound}"));
                Status::Shortfall
            }
            _ => {
                output.line(format_args!("{} holds in this interleaving", race.breaks));
                Status::Success
            }
        };
        output.finish()?;
        Ok(status)
    }

    /// The interleaving that was asked for; by default the catalogue's own counterexample.
    fn interleaving(&self, race: &Race) -> Result<Interleaving, Failure> {
        if let Some(number) = self.execution {
            return Ok(Interleaving::OfLoom(number));
        }
        let text = match (self.schedule.as_slice(), race.counterexample) {
            ([], Counterexample::LoomExecution(number)) => return Ok(Interleaving::OfLoom(number)),
            ([], Counterexample::Schedule(names)) => names.to_owned(),
            (words, _) => text(words)?,
        };
        Ok(Interleaving::Scheduled(text.parse()?))
    }
}

enum Interleaving {
    Scheduled(Schedule),
    OfLoom(u64),
}

/// A schedule, from the command line or from a file that is named there.
fn text(words: &[String]) -> Result<String, Failure> {
    match words {
        // A name of an actor is never the name of a file with a dot or a slash in it.
        [file] if file.contains(['.', '/']) || Path::new(file).is_file() => {
            fs::read_to_string(file)
                .map_err(|error| Failure::Unreadable { file: file.clone(), error })
        }
        words => Ok(words.join(" ")),
    }
}

/// The part of the schedule after the violation: it was asked for, and it did not happen.
fn left_over(schedule: &Schedule, taken: Option<&Schedule>) -> Option<String> {
    let first = taken.map_or(0, Schedule::len);
    let rest: Vec<&str> = schedule.names().skip(first).collect();
    let (step, names) = (first + 1, rest.join(" "));
    (!rest.is_empty())
        .then(|| format!("not used, from step {step} on: {names} (it was over before)"))
}
