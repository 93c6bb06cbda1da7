//! The command line: parse, call, print; no logic.
//!
//! # Layout
//!
//! * [`input`]: the user's own bank, from two CSV files.
//! * `server_error`: the ways in which the user's own Redis server can fail.
//! * [`status`]: the result of a run, and its exit code.
//! * [`output`]: lines on standard output, from any thread.
//! * `catalogue`: the user's choice, found in the catalogue.
//! * [`check`]: races on engines, a verdict a line.
//! * [`replay`]: one interleaving of a race, step by step.
//! * [`docs`]: the pages of the catalogue.
//! * [`stress`]: real threads in a process of their own, which can be killed.
//! * [`demo`]: the bank of the introduction, run on real threads.
//!
//! One file a subcommand: its arguments, and a `run` that calls the library and prints.

use clap::{Parser, Subcommand};

mod catalogue;
pub mod check;
pub mod demo;
pub mod docs;
pub mod input;
pub mod output;
pub mod replay;
mod server_error;
pub mod status;
pub mod stress;

pub use output::Output;
pub use status::{Failure, Status};

/// Tells whether a lock that guards money is right, under which assumptions, and shows the exact
/// interleaving when it is not.
#[derive(Debug, Parser)]
#[command(name = "lockproof", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Replay(replay::Args),
    Docs(docs::Args),
    #[command(hide = true)]
    StressHere(stress::Args),
    Demo(demo::Args),
}

const EXAMPLES: &str = "\
Examples:
  lockproof check
  lockproof check get-del-release --engine minimal
  lockproof replay get-del-release
  lockproof demo single
  lockproof demo distributed --redis redis://127.0.0.1:6379

Exit status: 0 if all went well, 1 if the answer is not the one hoped for, 2 if there is none.";

impl Cli {
    /// Carries out the subcommand.
    ///
    /// # Errors
    ///
    /// The reason why it could not do its job.
    pub fn run(self, output: &Output) -> Result<Status, Failure> {
        match self.command {
            Command::Check(args) => args.run(output),
            Command::Replay(args) => args.run(output),
            Command::Docs(args) => args.run(output),
            Command::StressHere(args) => args.run(output),
            Command::Demo(args) => args.run(output),
        }
    }
}
