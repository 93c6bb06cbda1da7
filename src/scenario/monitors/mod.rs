//! The properties that are watched while an execution runs, one a file.
//!
//! Each monitor sees every event as it is recorded, remembers as little as it can, and says when its
//! property is broken. What it remembers is part of the state of the world for the explorers that
//! remember states, hence the fingerprint.
//!
//! | monitor | broken when | judges |
//! |---|---|---|
//! | [`MutualExclusion`] | the beliefs of two clients in one lock overlap | beliefs |
//! | [`OwnerOnlyRelease`] | a client removes, replaces or extends another's lock | a lock's key |
//! | [`HonestValidity`] | a belief outlasts what the server holds | both |
//! | [`NoOrphanBeyondTtl`] | a lock stays longer than its TTL after its holder | a lock's key, crashes |
//! | [`MonotonicFence`] | the mark of a fenced store goes down, or is lost | a mark's key |
//! | [`ConservedBalance`] | balances do not add up to their total | the balances' keys |
//! | [`NoOverdraft`] | a balance is negative | a balance's key |
//! | [`Linearizable`] | no sequential order explains the answers | calls |
//!
//! That nobody can go on (`no-deadlock`) is no event that a monitor could be told of, and neither is a panic
//! that was caught: engines judge both, in every scenario.
//!
//! Beliefs are recorded by [`crate::lock`]; what is under a key, by the server that
//! [watches](crate::redis::Node::watch) it, from then on: watch a key before anything is stored there.
//! Calls are recorded by the [`History`](super::History) that they are made through.
//! [`World::guard_lock`](super::World::guard_lock) and its neighbours do both in one line.

mod conserved_balance;
mod held;
mod honest_validity;
mod linearizable;
mod monotonic_fence;
mod mutual_exclusion;
mod no_orphan_beyond_ttl;
mod no_overdraft;
mod owner_only_release;
#[cfg(all(test, not(loom)))]
mod told;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

pub use conserved_balance::ConservedBalance;
pub use honest_validity::HonestValidity;
pub(super) use linearizable::Calls;
pub use linearizable::Linearizable;
pub use monotonic_fence::MonotonicFence;
pub use mutual_exclusion::MutualExclusion;
pub use no_orphan_beyond_ttl::NoOrphanBeyondTtl;
pub use no_overdraft::NoOverdraft;
pub use owner_only_release::OwnerOnlyRelease;

use super::{Property, Violation};
use crate::sync::panic_message;
use crate::trace::{Event, Trace, Watcher};

/// Watches one property.
pub trait Monitor: Send {
    /// Which one.
    fn property(&self) -> Property;

    /// An event has happened.
    ///
    /// # Errors
    ///
    /// How it broke the property, in a sentence; `names` knows the names of actors and objects.
    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String>;

    /// All actors have ended.
    ///
    /// # Errors
    ///
    /// How the property is broken by what is left, in a sentence.
    fn finish(&mut self, names: &Trace) -> Result<(), String> {
        let _ = names;
        Ok(())
    }

    /// Writes down what it remembers. States with equal fingerprints judge every future alike, and a
    /// future that differs only in when it begins too: instants are told as the time left until them.
    fn remember(&self, memory: &mut dyn Hasher);

    /// What it remembers, as a number.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.remember(&mut hasher);
        hasher.finish()
    }
}

/// The monitors of one execution, and the first violation that one of them saw.
#[derive(Clone, Default)]
pub(super) struct Monitors(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    monitors: Vec<Box<dyn Monitor>>,
    violation: Option<Violation>,
}

impl Monitors {
    pub(super) fn add(&self, monitor: impl Monitor + 'static) {
        self.with(|state| state.monitors.push(Box::new(monitor)));
    }

    /// The first violation so far.
    pub(super) fn violation(&self) -> Option<Violation> {
        self.with(|state| state.violation.clone())
    }

    /// The first violation, those that show only at the end included.
    pub(super) fn finish(&self, names: &Trace) -> Option<Violation> {
        self.with(|state| {
            state.judge(|monitor| monitor.finish(names));
            state.violation.take()
        })
    }

    fn with<U>(&self, work: impl FnOnce(&mut State) -> U) -> U {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Watcher for Monitors {
    fn saw(&mut self, event: &Event, names: &Trace) -> bool {
        self.with(|state| {
            state.judge(|monitor| monitor.step(event, names));
            state.violation.is_some()
        })
    }

    fn remember(&self, memory: &mut dyn Hasher) {
        self.with(|state| state.monitors.iter().for_each(|monitor| monitor.remember(memory)));
    }
}

impl State {
    fn judge(&mut self, mut ask: impl FnMut(&mut dyn Monitor) -> Result<(), String>) {
        for monitor in &mut self.monitors {
            // A panic must not get from here into the step that is being recorded.
            let answer = catch_unwind(AssertUnwindSafe(|| ask(monitor.as_mut())));
            let property = monitor.property();
            let violation = match answer {
                Ok(Ok(())) => continue,
                Ok(Err(detail)) => Violation { property, detail },
                Err(payload) => {
                    let message = panic_message(payload.as_ref());
                    let detail = format!("the monitor of {property} panicked: {message}");
                    Violation { property: Property::NoPanic, detail }
                }
            };
            self.violation.get_or_insert(violation);
        }
    }
}
