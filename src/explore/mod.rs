//! The engines: each runs a scenario many times, and says what it found and how far it looked.
//!
//! | engine | runtime | what it does |
//! |---|---|---|
//! | [`stress()`] | `Std` | repeats the scenario on real threads |
//! | [`loom()`] | `Loom` | every interleaving, under the C11 memory model |
//! | [`random`], [`pct`], [`urw`] | `Shuttle` | random interleavings, from a seed |
//! | [`exhaustive()`] | `Shuttle` | every interleaving, each state once |
//! | [`fewest()`] | `Shuttle` | the same, from few faults and preemptions to many |
//! | [`replay()`] | `Shuttle` | one interleaving, by the actors' names |
//!
//! All return an [`Exploration`]. Nothing is learnt from the text of a panic, and nothing is printed.

mod depth_first;
mod drive;
mod engine;
mod exhaustive;
mod fewest;
mod fingerprint;
mod loom;
mod pct;
mod quiet;
mod replay;
mod schedule;
mod shuttle;
mod steer;
mod stress;
mod verdict;

pub use engine::{Engine, Options, UnknownEngine};
pub use exhaustive::{Search, exhaustive};
pub use fewest::fewest;
pub use loom::{LoomBounds, loom};
pub use replay::{Divergence, replay};
pub use schedule::{Schedule, ScheduleError};
pub use shuttle::{Sampling, pct, random, urw};
pub use steer::Cost;
pub use stress::stress;
pub use verdict::{Bound, Exploration, Verdict};
