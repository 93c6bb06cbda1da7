//! How choices are made, a strategy a file.

pub(super) mod depth_first;
pub(super) mod pct;
pub(super) mod random;
pub(super) mod urw;
