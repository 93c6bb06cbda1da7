#![cfg(not(loom))]
//! The program, run as a user runs it: what it prints, and the exit code.
//!
//! * `check`: races on engines; the verdicts, as lines for people and as JSON.
//! * `demos`: both banks, on built-in data and on files; each run is explained by some order.
//! * `files`: what is wrong with a file.
//! * `hundredfold`: a schedule in a file comes to the same bytes each time.
//! * `replay`: one interleaving, from the command line or from a file, and what does not fit.
//! * `servers`: Redis servers that are well, and that are not.
//! * `timelines`: a schedule that is kept in a file shows the same timeline in whatever build.
//! * `usage`: help, bad usage, and output that nobody takes.

#[path = "cli/check.rs"]
mod check;
#[path = "cli/demos.rs"]
mod demos;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/hundredfold.rs"]
mod hundredfold;
#[path = "cli/oracle.rs"]
mod oracle;
#[path = "cli/program.rs"]
mod program;
#[path = "cli/replay.rs"]
mod replay;
#[path = "support/server.rs"]
mod server;
#[path = "cli/servers.rs"]
mod servers;
#[path = "cli/timelines.rs"]
mod timelines;
#[path = "cli/usage.rs"]
mod usage;
