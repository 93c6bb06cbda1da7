//! Exhaustive search of real code: actors are learned, and the world is a value.
//!
//! An actor is a deterministic function from its observations to its next operation. The search evaluates
//! that function by running the actor alone on its observations, and memoizes the result. The rest is
//! explicit-state search over values, as in Spin and stateright, but of the real code, with no model written
//! by hand. The idea is that of Guerraoui and Yabandeh, "Model checking a networked system without the
//! network", NSDI 2011, and of Guo et al., "Practical software model checking via dynamic interface
//! reduction" (DeMeter), SOSP 2011.
//!
//! Trust comes from live execution: every violation, and every distinct end, is executed live, with all
//! actors at once, and compared with the graph step by step. Before a search is called exhausted, every
//! learned answer has been given live, too.
//!
//! * [`memory`]: the memory use of values. [`tables`]: the parts of states. [`local`], [`point`]: states.
//!   [`queue`]: waiting states. [`moves`]: choices.
//! * [`learner`]: runs actors alone. [`machine`]: the machine over numbered states. [`canonical`]: states
//!   that are equal up to the names of clients.
//! * [`follow`]: live executions in lock-step with the graph. [`search`]: breadth first. [`minimal`]: by
//!   increasing cost.

mod canonical;
mod engines;
mod evidence;
mod follow;
mod learner;
mod local;
mod machine;
mod memory;
mod minimal;
mod moves;
mod point;
mod queue;
mod renamed;
mod search;
mod set_up;
mod stop;
mod tables;

pub use engines::{census, exhaustive, minimal};
