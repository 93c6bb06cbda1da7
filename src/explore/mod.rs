//! The engines: each runs a scenario many times, and says what it found and how far it looked.
//!
//! | engine | runtime | what it does |
//! |---|---|---|
//! | [`stress()`] | `Std` | repeats the scenario on real threads |
//! | [`stress_in_child()`] | `Std` | the same in a process of its own, with a time limit |
//! | [`loom()`] | `Loom` | every interleaving, under the C11 memory model |
//! | [`random`], [`pct`], [`urw`] | `Shuttle` | random interleavings, from a seed |
//! | [`exhaustive()`] | `Shuttle` | every interleaving, each state once |
//! | [`brute_force()`] | `Shuttle` | every interleaving, with shuttle's own search: what the one above is compared with |
//! | [`fewest()`] | `Shuttle` | the same, from few faults and preemptions to many |
//! | [`replay()`] | `Shuttle` | one interleaving, by the actors' names |
//! | [`minimise()`] | `Shuttle` | a simpler interleaving that breaks the same property |
//!
//! All return an [`Exploration`]. Nothing is learnt from the text of a panic, and nothing is printed.

mod census;
mod child;
mod deadlock;
mod depth_first;
mod divergence;
mod drive;
mod engine;
mod exhaustive;
mod fewest;
mod fingerprint;
mod loom;
mod minimise;
mod mutation;
mod named;
mod pct;
pub mod progress;
mod quiet;
mod replay;
mod schedule;
mod shuttle;
mod steer;
mod stress;
mod vacuity;
mod verdict;

pub use census::{Census, brute_force_census, census};
pub use child::{progress_line, stress_in_child, verdict_line};
pub use divergence::{Cause, Divergence, EarlyEnd};
pub use engine::{Engine, Options, UnknownEngine};
pub use exhaustive::{Search, exhaustive};
pub use fewest::fewest;
pub use loom::{LoomBounds, loom, loom_execution};
pub use minimise::{MinimiseError, minimise};
#[doc(hidden)]
pub use mutation::Mutation;
pub use replay::replay;
pub use schedule::{Schedule, ScheduleError};
pub use shuttle::{Sampling, brute_force, pct, random, urw};
pub use steer::Cost;
pub use stress::stress;
pub use vacuity::Vacuity;
pub use verdict::{Bound, Exploration, Verdict};
