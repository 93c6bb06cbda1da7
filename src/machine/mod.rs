//! The machine: what every operation does, on a plain value.
//!
//! An actor announces an [`Operation`] before it takes effect. This module alone decides whether the
//! operation is enabled, and what it changes and shows when it takes effect: the live runtime, the learned
//! search and the setting up of a world all apply the same operations.
//!
//! # Layout
//!
//! * [`encode`]: values as tokens, compared under renamings of the clients; [`value`]: values of any type.
//! * [`operation`]: operations, observations, and what an operation may look at and change.
//! * [`object`]: what is shared, as a value; one primitive a file in [`resources`].
//! * [`fault`]: what a fault needs in order to strike; the faults themselves are in `scenario`.
//! * [`survey`]: which actors can take a step, which faults can strike, whether time passes, whether there is
//!   a deadlock.
//! * [`names`]: the numbers of actors and objects, the same in every execution of a search.
//! * [`state`]: a whole world as a value, for runtimes that carry operations out one after the other. The
//!   learned search has states of its own, in `explore`, that are made of numbers.

pub(crate) mod encode;
pub(crate) mod fault;
pub(crate) mod names;
pub(crate) mod object;
pub(crate) mod operation;
pub(crate) mod resources;
pub(crate) mod state;
pub(crate) mod survey;
pub(crate) mod value;
