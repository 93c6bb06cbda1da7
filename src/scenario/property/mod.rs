//! The properties that must hold, and the monitors that check them step by step, one a file.
//!
//! * `name`: [`Property`], the names; [`Violation`].
//! * `monitor`: [`Monitor`], what a property of your own implements.
//! * `set`: the monitors of one execution.
//!
//! | monitor | violated when | judges |
//! |---|---|---|
//! | [`MutualExclusion`] | the beliefs of two clients in one lock overlap | beliefs |
//! | [`OwnerOnlyRelease`] | a client removes, replaces or extends another's lock | a lock's key |
//! | [`HonestValidity`] | a belief outlasts what the server holds | both |
//! | [`NoOrphanBeyondTtl`] | a lock outlives its holder by more than its TTL | a lock's key, crashes |
//! | [`MonotonicFence`] | the mark of a fenced store goes down, or is lost | a mark's key |
//! | [`ConservedBalance`] | balances do not add up to their total | the balances' keys |
//! | [`NoOverdraft`] | a balance is negative | a balance's key |
//! | [`Linearizable`] | no sequential order explains the answers | calls |
//!
//! Two properties have no monitor, because no event shows them: engines judge deadlocks
//! (`no-deadlock`) and panics (`no-panic`) themselves, in every scenario.
//!
//! [`crate::lock`] records beliefs. A server records what it holds under a key from the moment it
//! [watches](crate::redis::Node::watch) the key, so watch a key before anything is stored there. A
//! [`History`](super::History) records the calls made through it.
//! [`World::guard_lock`](super::World::guard_lock) and its neighbours do both in one line.

mod conserved_balance;
#[cfg(all(test, not(loom)))]
mod futures;
mod held;
mod honest_validity;
mod linearizable;
mod monitor;
mod monotonic_fence;
mod mutual_exclusion;
mod name;
mod no_orphan_beyond_ttl;
mod no_overdraft;
mod owner_only_release;
pub(crate) mod set;
#[cfg(all(test, not(loom)))]
mod told;

pub use conserved_balance::ConservedBalance;
pub use honest_validity::HonestValidity;
pub use linearizable::Linearizable;
pub use monitor::Monitor;
pub use monotonic_fence::MonotonicFence;
pub use mutual_exclusion::MutualExclusion;
pub use name::{Property, Violation};
pub use no_orphan_beyond_ttl::NoOrphanBeyondTtl;
pub use no_overdraft::NoOverdraft;
pub use owner_only_release::OwnerOnlyRelease;
pub(super) use set::Monitors;
