//! The strategies, one a file: each decides how choices are made.

pub(super) mod depth_first;
pub(super) mod pct;
pub(super) mod random;
pub(super) mod urw;
