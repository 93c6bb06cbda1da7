//! The engines: each explores a scenario, and reports what it found and how far it looked.
//!
//! | engine | runtime | what it does |
//! |---|---|---|
//! | [`stress()`] | `Std` | repeats the scenario on real threads |
//! | [`stress_in_child()`] | `Std` | the same in a process of its own, with a time limit |
//! | [`loom()`] | `Loom` | every interleaving, under the C11 memory model |
//! | [`random`], [`pct`], [`urw`] | the model, live | random interleavings, from a seed |
//! | [`exhaustive()`] | the model, learned | every interleaving, each state once |
//! | [`minimal()`] | the model, learned | every interleaving, from few faults and preemptions to many |
//! | [`census()`] | the model, learned | as `exhaustive`, for all violations |
//! | [`brute_force()`] | the model, live | every interleaving, one by one: the baseline for the three above |
//! | [`brute_force_census()`] | the model, live | as `brute_force`, for all violations |
//! | [`replay()`] | the model, live | one interleaving, by the actors' names |
//! | [`minimise()`] | the model, live | a simpler interleaving that breaks the same property |
//!
//! *Learned* engines run one actor at a time, on observations that they feed to it, search a graph of states,
//! and confirm every report by live executions. `docs/engines.md` describes the method and its assumptions.
//!
//! Each returns an [`Exploration`], within a [`Census`] or a `Result` where there is more to report. Engines
//! print nothing.

mod bound;
pub(crate) mod bytes;
mod census;
mod child;
mod config;
mod contention;
mod cost;
mod deadlock;
mod divergence;
mod engine;
mod evidence;
mod learned;
mod live;
mod loom;
mod minimise;
mod mutation;
pub mod progress;
mod quiet;
mod schedule;
mod search;
mod stress;
mod thread;
mod vacuity;
mod verdict;

pub use bound::Bound;
pub use census::Census;
pub use child::{progress_line, stress_in_child, verdict_line};
pub use cost::Cost;
pub use divergence::{Cause, Divergence, EarlyEnd};
pub use engine::{Engine, Options, UnknownEngine};
pub use learned::{census, exhaustive, minimal};
pub use live::{Sampling, brute_force, brute_force_census, pct, random, replay, urw};
pub use loom::{LoomBounds, loom, loom_execution};
pub use minimise::{MinimiseError, minimise};
#[doc(hidden)]
pub use mutation::Mutation;
pub use schedule::{Schedule, ScheduleError};
pub use search::Search;
pub use stress::stress;
pub use vacuity::Vacuity;
pub use verdict::{Exploration, Figures, Verdict};
