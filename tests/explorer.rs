//! The exhaustive explorer, checked: on thousands of random programs it reaches exactly the outcomes and
//! the violations that brute force does.
//!
//! * `compare`: what is compared, and how far random programs are drawn.
//! * `redis`, `queues`, `threads`: the programs: clients of a simulated Redis; clients that wait for each
//!   other there; threads with mutexes, condition variables, atomics and children, `threads_drawn`.
//!   `judge`: what is said of an execution of one.
//! * `agrees`: the comparison, for every reduction. `by_loom`: the same with loom.
//! * `invisible`: a search in which no step is taken for invisible comes to the same.
//! * `cheapest`: what is said to be minimal is.
//! * `mistakes`: the comparison finds what is wrong with explorers that are wrong, and what was once
//!   wrong with this one.
//! * `unseen`: what an actor learns or leaves behind without a step.
//! * `repeats`: the same search finds the same, on any thread.
#![cfg(not(loom))]

#[path = "explorer/agrees.rs"]
mod agrees;
#[path = "explorer/by_loom.rs"]
mod by_loom;
#[path = "explorer/cheapest.rs"]
mod cheapest;
#[path = "explorer/compare.rs"]
mod compare;
#[path = "explorer/invisible.rs"]
mod invisible;
#[path = "explorer/judge.rs"]
mod judge;
#[path = "explorer/mistakes.rs"]
mod mistakes;
#[path = "explorer/queues.rs"]
mod queues;
#[path = "explorer/redis.rs"]
mod redis;
#[path = "explorer/repeats.rs"]
mod repeats;
#[path = "explorer/threads.rs"]
mod threads;
#[path = "explorer/threads_drawn.rs"]
mod threads_drawn;
#[path = "explorer/unseen.rs"]
mod unseen;
