//! lockproof tells an engineer whether a lock that guards money is right, under which assumptions,
//! and shows the exact interleaving when it is not.
//!
//! # Layout
//!
//! Imports run one way: a module uses only those above it.
//!
//! * [`trace`]: what happened: events of the current execution, and the record of them.
//! * [`sync`]: the seam: mutexes, condition variables, atomics, threads and clocks, each supplied by
//!   real threads, by loom or by shuttle.
//! * [`redis`]: the simulated Redis: a keyspace, commands and scripts, and connections to it.
//! * [`lock`]: the lock protocol on any connection of the `redis` crate: leases, fencing, renewal.
//! * [`bank`]: the subject: money, accounts, transactions, and the bank whose balances are guarded
//!   by mutexes.
//! * [`scenario`]: worlds, actors, faults, and what must hold.
//! * [`explore`]: the engines, their schedules and verdicts.
//! * [`races`]: the catalogue of documented races.
//! * [`report`]: timelines, and verdicts for machines.
//! * [`cli`]: the command line: parse, call, print.

pub mod trace;

pub mod sync;

#[cfg(feature = "model")]
pub mod redis;

pub mod lock;

pub mod bank;

#[cfg(feature = "model")]
pub mod scenario;

#[cfg(feature = "model")]
pub mod explore;

#[cfg(feature = "model")]
pub mod races;

#[cfg(feature = "model")]
pub mod report;

#[cfg(feature = "cli")]
pub mod cli;
