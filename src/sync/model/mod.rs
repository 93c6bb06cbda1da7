//! The model runtime: primitives whose meaning is the machine's.

pub(crate) mod alone;
pub(crate) mod atomics;
mod cell;
pub(crate) mod live;
mod runtime;
pub(crate) mod session;
pub(crate) mod vitals;

pub use runtime::Model;
