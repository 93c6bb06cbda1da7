//! The lock and the bank in Redis, on the simulated server: what the scripts do there, and what becomes
//! of both when replies are lost, requests come late, and time passes at bad moments.
#![cfg(not(loom))]

mod bank;
mod connection;
mod fences;
mod lock;
mod schedules;
