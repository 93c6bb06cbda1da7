//! lockproof tells an engineer whether a lock that guards money is right, under which assumptions,
//! and shows the exact interleaving when it is not.
//!
//! # Layout
//!
//! Imports run one way: a module uses only those above it.
//!
//! * [`trace`]: what happened: events of the current execution, and the record of them.
//! * [`sync`]: the seam: mutexes, condition variables, atomics, threads and clocks, each supplied by
//!   real threads, by loom or by shuttle.
//! * [`lock`]: the lock protocol on any connection to Redis: leases, renewal, fencing tokens.

pub mod trace;

pub mod sync;

pub mod lock;
