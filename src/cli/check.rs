//! `lockproof check`: every race, or some, on every engine, or one; a verdict a line.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;

use super::catalogue::{self, VariantName, at_least_one, size};
use super::{Failure, Output, Status, stress};
use crate::explore::progress::{self, Pulse};
use crate::explore::{Exploration, Options};
use crate::races::{Search, Which, survey};
use crate::report::Line;

/// Run races on engines, and print a verdict a line.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The races to run, each once; all, unless some are named.
    #[arg(value_name = "RACE")]
    races: Vec<String>,
    /// Only the bug, or only the fix.
    #[arg(long, value_enum)]
    variant: Option<VariantName>,
    /// Only this engine: stress, loom, random, pct, urw, exhaustive or minimal.
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,
    /// How many clients, for races that can have more than two.
    #[arg(long, value_name = "N")]
    clients: Option<usize>,
    /// Where random numbers start from.
    #[arg(long, value_name = "S", default_value_t = Options::default().seed)]
    seed: u64,
    /// How many executions at most, on each engine.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    executions: Option<u64>,
    /// How many states exhaustive and minimal hold at most.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    #[arg(default_value_t = Options::default().max_states)]
    max_states: u64,
    /// How much memory exhaustive and minimal use at most, by their own estimate; KiB, MiB, GiB and TiB
    /// are units.
    #[arg(long, value_name = "BYTES", default_value = "4GiB", value_parser = size)]
    max_memory: u64,
    /// How many distinct ends exhaustive and minimal execute live at most; others are judged as they are
    /// predicted.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    #[arg(default_value_t = Options::default().live_ends)]
    live_ends: u64,
    /// A table for people, or a JSON object a line.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  lockproof check
  lockproof check get-del-release --engine minimal
  lockproof check fence-only-on-writes --variant fixed --engine exhaustive --clients 5
  lockproof check --engine exhaustive --max-memory 512MiB --max-states 1000000
  lockproof check --format json

Exit status: 0 if each bug was found by at least one of the engines that ran, and each fix was broken by
none of them and held on at least one: it ran it, found nothing, came to an end, and is not vacuous. 1 if
not, 2 if the arguments make no sense.";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Args {
    /// Runs the searches that the arguments ask for.
    ///
    /// # Errors
    ///
    /// A race, an engine or a number of clients that there is not.
    pub(super) fn run(self, output: &Output) -> Result<Status, Failure> {
        let races = catalogue::races(&self.races)?;
        let engines = catalogue::engines(self.engine.as_deref())?;
        let counts: Vec<usize> = races
            .iter()
            .map(|race| catalogue::clients(race, self.clients))
            .collect::<Result<_, _>>()?;
        let options = self.options();
        let variants = self.variant.map_or(Which::BOTH.to_vec(), |name| vec![name.into()]);
        let mut searches = Vec::new();
        for (race, clients) in races.into_iter().zip(counts) {
            for &which in &variants {
                searches.extend(engines.iter().map(|&engine| Search {
                    race,
                    which,
                    clients,
                    engine,
                }));
            }
        }
        let mut tallies: BTreeMap<_, Tally> = BTreeMap::new();
        // For people who wait; it is wiped before each verdict.
        let watching = || io::stderr().is_terminal().then(|| progress::watch(show));
        let stressed = |search: &Search| stress::explore(search, &options);
        survey(&searches, &options, watching, stressed, |search, found| {
            tallies.entry((search.race.id, search.which)).or_default().count(&found);
            self.print(output, search, &found);
            Ok::<(), Failure>(())
        })?;
        let hoped = tallies.iter().all(|((_, which), tally)| tally.is_hoped_for(*which));
        let status = if hoped { Status::Success } else { Status::Shortfall };
        output.finish()?;
        Ok(status)
    }

    const fn options(&self) -> Options {
        Options {
            seed: self.seed,
            executions: self.executions,
            max_states: self.max_states,
            max_memory: self.max_memory,
            live_ends: self.live_ends,
        }
    }

    fn print(&self, output: &Output, search: &Search, found: &Exploration) {
        if self.format == Format::Json {
            output.line(Line::new(search, found).json());
            return;
        }
        let (id, name, engine) = (search.race.id, search.which.name(), search.engine);
        wipe();
        output.line(format_args!("{id:24} {name:6} {engine:10}  {found}"));
    }
}

/// The engines' results on one variant.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    broken: bool,
    held: bool,
}

impl Tally {
    fn count(&mut self, found: &Exploration) {
        self.broken |= found.violation().is_some();
        // Where nothing could have broken, nothing held.
        self.held |= found.held() && found.vacuous.is_none();
    }

    /// A bug must be found. A fix that no engine could check does not count as a fix that holds.
    const fn is_hoped_for(self, which: Which) -> bool {
        match which {
            Which::Buggy => self.broken,
            Which::Fixed => self.held && !self.broken,
        }
    }
}

/// Shows the progress of a search, on one line that is written over and over.
pub(super) fn show(pulse: &Pulse) {
    let _ = write!(io::stderr(), "\r\x1b[K{}", in_words(pulse));
}

fn in_words(pulse: &Pulse) -> String {
    let rate = |count: u64| count as f64 / pulse.elapsed.as_secs_f64().max(0.001);
    let (Some(states), Some(frontier)) = (pulse.states, pulse.frontier) else {
        let executions = pulse.executions;
        let depth = pulse.depth.map(|depth| format!(", depth {depth}")).unwrap_or_default();
        return format!("{executions} executions, {:.0}/s{depth}", rate(executions));
    };
    // The number of states that those lead to is not known.
    let visited = states.saturating_sub(frontier as u64);
    let rate = rate(visited);
    let least = frontier as f64 / rate.max(0.001);
    format!("{states} states, {frontier} to visit, {rate:.0}/s, at least {least:.0} s to go")
}

/// Clears that line, on a terminal.
pub(super) fn wipe() {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::time::Duration;

    use super::*;
    use crate::explore::{Search, exhaustive, random};
    use crate::races::fence_only_on_writes;

    /// The output of an engine at work, without the parts that depend on the time.
    fn shown(work: impl FnOnce()) -> Vec<String> {
        let lines = Rc::new(RefCell::new(Vec::new()));
        let into = Rc::clone(&lines);
        let _watching = progress::watch_every(Duration::ZERO, move |pulse| {
            into.borrow_mut().push(in_words(pulse));
        });
        work();
        lines.take()
    }

    #[test]
    fn progress_tells_states_and_what_is_left_or_executions() {
        let searched = shown(|| {
            drop(exhaustive(&fence_only_on_writes::Fixed { clients: 4 }, Search::DEFAULT));
        });
        let first = searched.first().expect("983 states are found");
        assert!(first.contains(" states, ") && first.contains(" to visit, "), "{first}");
        assert!(first.ends_with(" s to go"), "{first}");
        let sampling = crate::explore::Sampling { executions: 3, ..Default::default() };
        let drawn = shown(|| drop(random(&fence_only_on_writes::Fixed { clients: 2 }, sampling)));
        assert!(drawn.iter().any(|line| line.starts_with("2 executions, ")), "{drawn:?}");
    }
}
