//! Live executions, with all actors at once: as tasks of shuttle, one choice after the other.

mod brute_force;
pub(in crate::explore) mod drive;
pub(in crate::explore) mod replay;
mod sampling;
pub(in crate::explore) mod scheduler;
mod strategy;
pub(in crate::explore) mod turn;

pub use brute_force::{brute_force, brute_force_census};
pub(in crate::explore) use brute_force::{
    drive_brute_force, drive_brute_force_all, judge as brute_force_judge,
};
pub use replay::replay;
pub use sampling::{Sampling, pct, random, urw};
