//! The machine: the effect of every operation, on a plain value.
//!
//! An actor announces an [`Operation`] before it takes effect. This module alone decides whether the
//! operation is enabled, and what it changes and shows when it takes effect: the live runtime, the learned
//! search and the set-up of a world all apply the same operations.
//!
//! # Layout
//!
//! * [`encode`]: values as tokens, compared under renamings of the clients; [`value`]: values of any type.
//! * [`operation`]: operations, observations, and the world as operations inspect and change it.
//! * [`object`]: shared objects, as values; one primitive a file in [`resources`].
//! * [`fault`]: the conditions and effects of faults; the faults themselves are in `scenario`.
//! * [`survey`]: the enabled actors, the faults that can strike, the passage of time, and deadlocks.
//! * [`names`]: the numbers of actors and objects, the same in every execution of a search.
//! * [`state`]: a whole world as a value, for runtimes that apply operations one after the other. The learned
//!   search has states of its own, in `explore`, that consist of numbers.

pub(crate) mod encode;
pub(crate) mod fault;
pub(crate) mod names;
pub(crate) mod object;
pub(crate) mod operation;
pub(crate) mod resources;
pub(crate) mod state;
pub(crate) mod survey;
pub(crate) mod value;
