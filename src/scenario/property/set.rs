//! The monitors of one execution: a value, and the handle through which an execution shares it.

use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::monitor::{ErasedMonitor, Monitor};
use super::name::{Property, Violation};
use crate::sync::panic_message;
use crate::trace::{Event, Trace, Watcher};

/// All monitors of a scenario, in the order in which they were added, and the first violation.
#[derive(Clone, Default)]
pub(crate) struct MonitorSet {
    monitors: Vec<Box<dyn ErasedMonitor>>,
    violation: Option<Violation>,
    /// Something else is checked at the end.
    checked: bool,
}

impl MonitorSet {
    /// Adds a monitor. Events so far are not shown to it.
    pub(crate) fn add(&mut self, monitor: impl Monitor + Clone) {
        self.monitors.push(Box::new(monitor));
    }

    /// Shows an event to every monitor. Returns the first violation so far.
    pub(crate) fn step(&mut self, event: &Event, names: &Trace) -> Option<Violation> {
        self.judge(|monitor| monitor.step(event, names))
    }

    /// Has every monitor judge the end of the execution. Returns the first violation of all.
    pub(crate) fn finish(&mut self, names: &Trace) -> Option<Violation> {
        self.judge(|monitor| monitor.finish(names))
    }

    /// The first violation so far.
    pub(crate) const fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    /// Returns whether there is a property: a monitor, or a check at the end.
    pub(crate) const fn judges(&self) -> bool {
        self.checked || !self.monitors.is_empty()
    }

    /// The property of each monitor.
    pub(crate) fn properties(&self) -> impl Iterator<Item = Property> {
        self.monitors.iter().map(|monitor| monitor.as_ref().property())
    }

    /// Returns, for each monitor, whether it judges by this event.
    pub(crate) fn concerns(&self, event: &Event) -> impl Iterator<Item = bool> {
        self.monitors.iter().map(|monitor| monitor.as_ref().concerns(event))
    }

    /// Returns whether this is a belief that excludes others.
    pub(crate) fn excludes(&self, event: &Event) -> bool {
        self.monitors.iter().any(|monitor| {
            let monitor = monitor.as_ref();
            monitor.property() == Property::MutualExclusion && monitor.concerns(event)
        })
    }

    /// Writes the identity of this value: see [`Monitor::remember`].
    pub(crate) fn remember(&self, mut memory: &mut dyn Hasher) {
        self.monitors.iter().for_each(|monitor| monitor.remember(memory));
        self.violation.hash(&mut memory);
    }

    fn judge(
        &mut self,
        mut ask: impl FnMut(&mut dyn ErasedMonitor) -> Result<(), String>,
    ) -> Option<Violation> {
        for monitor in &mut self.monitors {
            // A panic must not get from here into the step that is being recorded.
            let answer = catch_unwind(AssertUnwindSafe(|| ask(monitor.as_mut())));
            let property = monitor.as_ref().property();
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
        self.violation.clone()
    }
}

/// A handle to the monitors of one execution; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Monitors(Arc<Mutex<MonitorSet>>);

impl Monitors {
    pub(in crate::scenario) fn add(&self, monitor: impl Monitor + Clone) {
        self.with(|set| set.add(monitor));
    }

    /// Something else is checked at the end.
    pub(in crate::scenario) fn expect_check(&self) {
        self.with(|set| set.checked = true);
    }

    /// Looks at the monitors as they are now.
    pub(crate) fn look<U>(&self, look: impl FnOnce(&MonitorSet) -> U) -> U {
        self.with(|set| look(set))
    }

    /// The first violation so far.
    pub(crate) fn violation(&self) -> Option<Violation> {
        self.with(|set| set.violation().cloned())
    }

    /// The first violation, with those that only the end shows.
    pub(in crate::scenario) fn finish(&self, names: &Trace) -> Option<Violation> {
        self.with(|set| set.finish(names))
    }

    /// Replaces the monitors by these.
    pub(in crate::scenario) fn replace(&self, set: MonitorSet) {
        self.with(|own| *own = set);
    }

    /// The monitors as they are now.
    pub(crate) fn snapshot(&self) -> MonitorSet {
        self.with(|set| set.clone())
    }

    fn with<U>(&self, work: impl FnOnce(&mut MonitorSet) -> U) -> U {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Watcher for Monitors {
    fn saw(&mut self, event: &Event, names: &Trace) -> bool {
        self.with(|set| set.step(event, names).is_some())
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::MutualExclusion;
    use super::*;
    use crate::trace::{ActorId, Kind};

    fn believes(actor: u32) -> Event {
        let (key, token) = ("k".to_owned(), "t".to_owned());
        Event { actor: ActorId(actor), kind: Kind::Believe { key, token, until: None } }
    }

    fn memory(set: &MonitorSet) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        set.remember(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn a_snapshot_goes_on_apart_from_the_monitors_it_was_taken_of() {
        let (mut monitors, names) = (Monitors::default(), Trace::default());
        monitors.add(MutualExclusion::default());
        let fresh = monitors.snapshot();
        assert!(!monitors.saw(&believes(1), &names));
        let held = monitors.snapshot();
        assert!(monitors.saw(&believes(2), &names));
        assert_ne!(memory(&held), memory(&fresh));
        assert_ne!(memory(&held), memory(&monitors.snapshot()));
        let mut fresh = fresh;
        assert_eq!(fresh.step(&believes(2), &names), None);
    }

    #[test]
    fn the_first_violation_counts() {
        let (mut set, names) = (MonitorSet::default(), Trace::default());
        set.add(MutualExclusion::default());
        assert_eq!(set.step(&believes(1), &names), None);
        let first = set.step(&believes(2), &names);
        assert_eq!(first.as_ref().map(|it| it.property), Some(Property::MutualExclusion));
        assert_eq!(set.step(&believes(3), &names), first);
        assert_eq!(set.finish(&names), first);
    }
}
