//! A server as a value, and the operations of clients on it.

pub(super) mod commands;
pub(super) mod store;
