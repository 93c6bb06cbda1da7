//! lockproof tells an engineer whether a lock that guards money is right, under which assumptions,
//! and shows the exact interleaving when it is not.
//!
//! Two deposits read a balance, and each writes what it read plus its own amount:
//!
//! ```
//! # #[cfg(feature = "model")]
//! # {
//! use std::sync::Arc;
//! use lockproof::explore::{Search, Verdict, exhaustive, minimal};
//! use lockproof::races::lost_update;
//! use lockproof::scenario::{Property, Scenario, World};
//! use lockproof::sync::{Mutex, Runtime};
//!
//! #[derive(Clone)]
//! struct Deposits;
//!
//! impl Scenario for Deposits {
//!     fn run<R: Runtime>(&self, world: &World<R>) {
//!         let balance = Arc::new(Mutex::<R, i64>::new("balance", 100));
//!         for (name, amount) in [("alice", 10), ("bob", 20)] {
//!             let balance = Arc::clone(&balance);
//!             world.actor(name, move |_| {
//!                 let read = *balance.lock();
//!                 *balance.lock() = read + amount;
//!             });
//!         }
//!         world.finally(Property::ConservedBalance, move || {
//!             let total = *balance.lock();
//!             if total == 130 { Ok(()) } else { Err(format!("the balance is {total}")) }
//!         });
//!     }
//! }
//!
//! let found = minimal(&Deposits, Search::default());
//! let schedule = found.schedule.expect("the scenario is broken");
//! assert_eq!(schedule.to_string(), "alice bob bob alice");
//!
//! // The fix holds the mutex from the read to the write.
//! let fixed = exhaustive(&lost_update::Fixed, Search::default());
//! assert_eq!(fixed.verdict, Verdict::Exhausted);
//! # }
//! ```
//!
//! [`report::Timeline`] shows the interleaving:
//!
//! ```text
//! alice                 bob
//! --------------------  --------------------
//! lock balance -> 100
//! unlock balance = 100
//!                       lock balance -> 100
//!                       unlock balance = 100
//!                       lock balance -> 100
//!                       unlock balance = 120
//! lock balance -> 120
//! unlock balance = 110
//! ```
//!
//! # Which engine
//!
//! Start with [`explore::minimal()`]: it finds the simplest counterexample, or ends with
//! [`explore::Verdict::Exhausted`]. Use [`explore::loom()`] where memory orderings matter, and
//! [`explore::random`], [`explore::pct`] or [`explore::urw`] where there are too many states.
//!
//! # Limits
//!
//! A verdict is about the scenario as written: its clients, its steps, and the faults of its budgets. The
//! Redis server is a simulation of one node. No engine but loom sees weak memory. Actors must do the same
//! whenever they observe the same; where an engine notices that one does not, it says
//! [`explore::Verdict::Uncontrolled`]. `docs/engines.md` lists what is assumed, checked and not seen.
//!
//! # Layout
//!
//! Imports run one way: a module uses only those above it.
//!
//! * [`trace`]: the events of an execution, and their record.
//! * `machine`: what every operation does, on a world that is a value.
//! * [`sync`]: the seam: mutexes, condition variables, atomics, threads and clocks, each supplied by real
//!   threads, by loom or by the machine.
//! * [`redis`]: the simulated Redis: a keyspace, commands and scripts, and connections to it.
//! * [`lock`]: the lock protocol on any connection of the `redis` crate: leases, fencing, renewal.
//! * [`bank`]: the subject: money, accounts, transactions, the bank whose balances are guarded by mutexes,
//!   and the bank in Redis.
//! * [`scenario`]: worlds, actors, faults, and what must hold.
//! * [`explore`]: the engines, their schedules and verdicts.
//! * [`races`]: the catalogue of documented races.
//! * [`report`]: timelines, pages, and verdicts for machines.
//! * [`cli`]: the command line: parse, call, print.

pub mod trace;

#[cfg(feature = "model")]
mod machine;

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

/// The examples of the README are run with those of the documentation.
#[cfg(all(doctest, feature = "model"))]
#[doc = include_str!("../README.md")]
pub struct Readme;
