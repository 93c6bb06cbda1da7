//! What must hold of every input, tried on random ones.
//!
//! * money: printing and parsing are inverse over all of `i64`; arithmetic is that of `i128`, or an
//!   error exactly when the result does not fit; a text is an amount or an error, never a panic.
//! * the rule of the bank: what a transaction or a transfer does, computed in `i128`.
//! * batches: on real threads, any batch ends in a state that some sequential order explains.
//! * the simulated Redis: any sequence of commands, with time passing in between, is answered as a
//!   list of keys that is searched from the front would answer it.
//! * workloads: whatever the clients ask of the lock and of the bank in Redis, whenever time passes
//!   and whoever crashes, no sampled interleaving breaks a property; without the fence some do, and
//!   what is left of them after shrinking is the least that it takes.
#![cfg(not(loom))]

mod account;
mod batches;
mod config;
mod money;
#[cfg(feature = "model")]
mod redis_model;
#[cfg(feature = "model")]
mod workloads;
