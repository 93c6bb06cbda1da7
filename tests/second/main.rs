//! The learned search against brute force, on programs that are drawn and on programs that are hard.
//!
//! * `compare`: the comparison.
//! * `plan`: programs as data; `perform`: how they are performed; `drawn`: the comparison on those drawn.
//! * `nasty`: the comparison on programs that were written to be hard.
//!
//! `LOCKPROOF_PROGRAMS=n` draws n times as many; `LOCKPROOF_SEED` starts elsewhere.
#![cfg(not(loom))]

mod compare;
mod drawn;
mod nasty;
mod perform;
mod plan;
