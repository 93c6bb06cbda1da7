//! The properties that are watched while an execution runs, one a file.
//!
//! Each monitor sees every event as it is recorded, remembers as little as it can, and says when its
//! property is broken. What it remembers is part of the state of the world for the explorers that
//! remember states, hence the fingerprint.

mod mutual_exclusion;

use std::sync::{Arc, Mutex, PoisonError};

pub use mutual_exclusion::MutualExclusion;

use super::{Property, Violation};
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

    /// What it remembers, as a number: two executions in which it would judge every future alike have
    /// equal fingerprints.
    fn fingerprint(&self) -> u64;
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
    fn saw(&mut self, event: &Event, names: &Trace) {
        self.with(|state| state.judge(|monitor| monitor.step(event, names)));
    }
}

impl State {
    fn judge(&mut self, mut ask: impl FnMut(&mut dyn Monitor) -> Result<(), String>) {
        for monitor in &mut self.monitors {
            if let Err(detail) = ask(monitor.as_mut()) {
                let property = monitor.property();
                self.violation.get_or_insert(Violation { property, detail });
            }
        }
    }
}
