//! The engines: each runs a scenario many times, and says what it found and how far it looked.
//!
//! | engine | runtime | what it does |
//! |---|---|---|
//! | [`stress()`] | `Std` | repeats the scenario on real threads |
//! | [`loom()`] | `Loom` | every interleaving, under the C11 memory model |
//! | [`random`], [`pct`], [`urw`] | `Shuttle` | random interleavings, from a seed |
//! | [`replay()`] | `Shuttle` | one interleaving, by the actors' names |
//!
//! All return an [`Exploration`]. Nothing is learnt from the text of a panic, and nothing is printed.

mod drive;
mod loom;
mod pct;
mod quiet;
mod replay;
mod schedule;
mod shuttle;
mod steer;
mod stress;
mod verdict;

pub use loom::{LoomBounds, loom};
pub use replay::{Divergence, replay};
pub use schedule::{Schedule, ScheduleError};
pub use shuttle::{Sampling, pct, random, urw};
pub use stress::stress;
pub use verdict::{Bound, Exploration, Verdict};
