//! The primitives, one a file: the value of each, and the operations on it.

pub(crate) mod atomic;
pub(crate) mod condvar;
pub(crate) mod link;
pub(crate) mod mutex;
pub(crate) mod shared;
pub(crate) mod thread;
pub(crate) mod time;
