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
#![cfg(not(loom))]

mod check;
mod demos;
mod files;
mod hundredfold;
mod oracle;
mod program;
mod replay;
#[path = "../support/server.rs"]
mod server;
mod servers;
mod timelines;
mod usage;
