//! The exhaustive explorer, checked: on thousands of random programs it reaches exactly the outcomes and
//! the violations that brute force does.
//!
//! * `compare`: what is compared, and how far random programs are drawn.
//! * `redis`, `queues`, `threads`: the programs: clients of a simulated Redis; clients that wait for each
//!   other there; threads with mutexes, condition variables, atomics and children, `threads_drawn`.
//!   `cast`: how many actors they have, and whether these are alike.
//!   `judge`: what is said of an execution of one.
//! * `agrees`: the comparison, for every reduction. `by_loom`: the same with loom.
//! * `alike`: clients that are declared alike are, or are named.
//! * `bounds`: a search stops at its bounds.
//! * `invisible`: a search in which no step is taken for invisible comes to the same.
//! * `cheapest`: what is said to be minimal is.
//! * `mistakes`: the comparison finds what is wrong with explorers that are wrong. `mistakes_aimed_at`: so
//!   do programs that were written for one mistake; `mistakes_of_states`, for what is left out of states,
//!   and `mistakes_of_cover`, for what live executions make sure of. `mistakes_once_made`: what was once
//!   wrong with this one.
//! * `unseen`: what an actor learns or leaves behind without a step.
//! * `models`: real code beside models of it that are written by hand: `two_phase`, `bounded_buffer`.
//!   `declared`: what an actor wrongly says does not matter is named.
//! * `repeats`: the same search finds the same, on any thread.
#![cfg(not(loom))]

mod agrees;
mod aliases;
mod alike;
mod bounded_buffer;
mod bounds;
mod by_loom;
mod cast;
mod cheapest;
mod compare;
mod declared;
mod invisible;
mod judge;
mod mistakes;
mod mistakes_aimed_at;
mod mistakes_of_cover;
mod mistakes_of_states;
mod mistakes_once_made;
mod models;
mod predicted;
mod queues;
mod redis;
mod repeats;
mod threads;
mod threads_drawn;
mod two_phase;
mod unseen;
