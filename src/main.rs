//! The command line: parse, call, print.

use std::process::ExitCode;

use clap::Parser;
use lockproof::cli::{Cli, Output};

fn main() -> ExitCode {
    let output = Output::standard();
    match Cli::parse().run(&output) {
        Ok(status) => ExitCode::from(status.code()),
        Err(failure) => {
            output.remark(format_args!("error: {failure}"));
            ExitCode::from(2)
        }
    }
}
