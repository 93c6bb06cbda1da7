//! Scenarios: a world, its actors, the faults it may suffer, and what must hold in it.
//!
//! A scenario is written once, against any [`Runtime`], and names no engine:
//!
//! ```
//! use std::sync::Arc;
//! use lockproof::scenario::{Property, Scenario, World};
//! use lockproof::sync::{Runtime, Shared};
//!
//! /// Two clients count, each in one atomic step.
//! #[derive(Clone)]
//! struct Count;
//!
//! impl Scenario for Count {
//!     fn run<R: Runtime>(&self, world: &World<R>) {
//!         let total = Arc::new(Shared::<R, u32>::new("total", 0));
//!         for name in ["alice", "bob"] {
//!             let total = Arc::clone(&total);
//!             world.actor(name, move |_| total.with("add 1", |total| *total += 1));
//!         }
//!         world.finally(Property::ConservedBalance, move || match total.peek(|total| *total) {
//!             2 => Ok(()),
//!             other => Err(format!("two additions made {other}")),
//!         });
//!     }
//! }
//! ```
//!
//! * [`Budgets`]: how often time may pass at a bad moment, and which faults may strike.
//! * [`History`]: the calls of a shared object; [`SequentialSpec`]: the replies they must get.
//! * [`PerClient`]: what belongs to each client, found by its index.
//! * [`property`] (or [`monitors`]): the properties that are checked in every step, one a file.
//! * [`Property`] and [`Violation`]: what must hold, and how it did not.

mod budgets;
mod fault;
mod guard;
mod history;
pub(crate) mod outcome;
mod per_client;
pub(crate) mod play;
pub(crate) mod program;
pub mod property;
mod run;
mod sequential_spec;
mod world;

pub use budgets::Budgets;
pub use fault::{Fault, UnknownFault};
pub use history::History;
pub use per_client::{ClientIndex, PerClient};
pub use property as monitors;
pub use property::{Property, Violation};
pub(crate) use run::{Ran, execute, judge_end};
pub use sequential_spec::{BankOp, BankRet, Books, SequentialSpec};
pub use world::{Actor, World};

use crate::sync::Runtime;

/// A program to check: it sets up a world, and leaves the rest to the engine.
///
/// It carries its own parameters, such as the number of clients. Two runs of an equal scenario set up
/// equal worlds: nothing in it depends on the time of day, on addresses, or on the order of a hash map.
///
/// # The contract
///
/// Everything that an actor can observe, and everything that [`World::finally`] judges, is in shared objects
/// of the world ([`Shared`](crate::sync::Shared), [`Mutex`](crate::sync::Mutex),
/// [`Atomic`](crate::sync::Atomic), a [server](World::redis)) or in the actor's return value. An explorer
/// that remembers states treats two executions as the same if all of these are equal. So if actors write to a
/// captured `std::sync::Mutex` and return nothing that depends on it, it may call a broken scenario
/// exhausted. Before it says exhausted, it compares what it learned with live executions: each end, each
/// answer that an actor gave alone, and 64 random ones. That finds some such scenarios, but not all.
pub trait Scenario: Clone + Send + Sync + 'static {
    /// Sets up the world: shared state, actors, and what must hold.
    fn run<R: Runtime>(&self, world: &World<R>);

    /// The faults that the world may suffer, and how often; none by default.
    fn budgets(&self) -> Budgets {
        Budgets::none()
    }
}
