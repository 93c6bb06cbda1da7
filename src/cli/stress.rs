//! Stress in a process of its own: threads that deadlock never come back, and a process can be killed.

use std::env;
use std::process::Command;
use std::time::Duration;

use super::catalogue::{self, VariantName};
use super::{Failure, Output, Status};
use crate::explore::progress::watch_every;
use crate::explore::{Engine, Exploration, Options, progress_line, stress_in_child, verdict_line};
use crate::races::Search;

/// The time that a child may take before it counts as deadlocked, or slow. It is the only bound that is a
/// time: real threads that wait for each other take no steps that could be counted.
const LIMIT: Duration = Duration::from_secs(10);

/// What the child is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    race: String,
    variant: VariantName,
    clients: usize,
    #[arg(long)]
    executions: Option<u64>,
}

impl Args {
    /// Runs the scenario on real threads of this process, and prints the verdict for the parent.
    ///
    /// # Errors
    ///
    /// A race that there is not.
    pub(super) fn run(self, output: &Output) -> Result<Status, Failure> {
        let race = catalogue::race(&self.race)?;
        let options = Options { executions: self.executions, ..Options::default() };
        let variant = race.variant(self.variant.into());
        // It may be killed at any time.
        let told = output.clone();
        let _telling = watch_every(Duration::ZERO, move |pulse| told.line(progress_line(pulse)));
        let found = (variant.explore)(self.clients, Engine::Stress, &options);
        output.line(verdict_line(&found));
        output.finish()?;
        Ok(Status::Success)
    }
}

/// Has a child run the scenario on real threads.
pub(super) fn explore(search: &Search, options: &Options) -> Result<Exploration, Failure> {
    let mut child = Command::new(env::current_exe()?);
    let clients = search.clients.to_string();
    child.args(["stress-here", search.race.id, search.which.name(), &clients]);
    if let Some(executions) = options.executions {
        child.args(["--executions", &executions.to_string()]);
    }
    let mut found = stress_in_child(child, LIMIT);
    // A process that was ended has not reported them.
    let budgets = search.race.variant(search.which).budgets;
    found.budgets.get_or_insert_with(|| budgets(search.clients));
    Ok(found)
}
