//! lockproof tells an engineer whether a lock that guards money is right, under which assumptions,
//! and shows the exact interleaving when it is not.

pub mod bank;
#[cfg(feature = "cli")]
pub mod cli;
