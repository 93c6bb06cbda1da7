//! The lock and the bank in Redis, on the simulated server: what the scripts do there, and what becomes
//! of both when replies are lost, requests come late, and time passes at bad moments.
#![cfg(not(loom))]

#[path = "distributed/bank.rs"]
mod bank;
#[path = "distributed/connection.rs"]
mod connection;
#[path = "distributed/fences.rs"]
mod fences;
#[path = "distributed/lock.rs"]
mod lock;
#[path = "distributed/schedules.rs"]
mod schedules;
