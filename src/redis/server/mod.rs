//! A server as a value, and what clients do to it.

pub(super) mod commands;
pub(super) mod store;
