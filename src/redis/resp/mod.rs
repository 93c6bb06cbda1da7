//! The wire protocol.

pub(super) mod packed;
