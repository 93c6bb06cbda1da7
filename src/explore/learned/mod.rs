//! Exhaustive search of real code: actors are learned, and the world is a value.
//!
//! An actor is a deterministic function from what it has observed to its next operation. So it is asked by
//! running it alone, fed with its observations, and the answer is remembered; everything else is
//! explicit-state search over values, as Spin and stateright do it, but of the real code, of which nothing
//! is modelled by hand. The idea is that of Guerraoui and Yabandeh, "Model checking a networked system
//! without the network", NSDI 2011, and of Guo et al., "Practical software model checking via dynamic
//! interface reduction" (DeMeter), SOSP 2011.
//!
//! Trust comes from running for real: every violation, and every distinct end, is executed live, all actors
//! at once, and compared with the graph step by step; before a search is called exhausted, every answer
//! that was learned was given live, too.
//!
//! * [`memory`]: how many bytes values hold. [`tables`]: what states are made of. [`local`], [`point`]:
//!   states. [`queue`]: states that wait. [`moves`]: choices.
//! * [`learner`]: runs actors alone. [`machine`]: the machine over numbered states. [`canonical`]: states
//!   that are equal up to the names of clients.
//! * [`follow`]: live executions beside the graph. [`search`]: breadth first. [`minimal`]: by increasing
//!   cost.

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
