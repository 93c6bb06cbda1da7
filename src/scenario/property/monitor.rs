//! The check of a property: a value that is shown each event in turn.

use std::hash::{DefaultHasher, Hasher};

use super::name::Property;
use crate::trace::{Event, Trace};

/// Checks one property, event by event.
///
/// A monitor is a plain value, and part of the state of the world: explorers clone it, go back to an
/// earlier clone, and compare two of them by what they remember. So all that it learns from events
/// belongs inside it, and nothing that it judges by may lie behind an `Arc` or in a static.
///
/// ```
/// use std::hash::{Hash, Hasher};
/// use lockproof::scenario::{Property, monitors::Monitor};
/// use lockproof::trace::{Event, Kind, Trace};
///
/// /// No client acquires more than `limit` locks.
/// #[derive(Clone, Hash)]
/// struct Thrift {
///     limit: u32,
///     acquired: u32,
/// }
///
/// impl Monitor for Thrift {
///     fn property(&self) -> Property {
///         Property::MutualExclusion
///     }
///
///     fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
///         if let Kind::Believe { key, .. } = &event.kind {
///             self.acquired += 1;
///             if self.acquired > self.limit {
///                 return Err(format!("{} acquires {key}, one too many", names.actor(event.actor)));
///             }
///         }
///         Ok(())
///     }
///
///     fn remember(&self, mut memory: &mut dyn Hasher) {
///         self.hash(&mut memory);
///     }
/// }
/// ```
pub trait Monitor: Send + 'static {
    /// The property that it checks.
    fn property(&self) -> Property;

    /// Takes an event that has just happened into account.
    ///
    /// # Errors
    ///
    /// A sentence that says how the event violates the property; `names` has the names of actors and objects.
    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String>;

    /// Returns whether the monitor judges by this event, whatever came before; true for every event by
    /// default. If no event of an exhausted search concerns it, the verdict is vacuous.
    fn concerns(&self, event: &Event) -> bool {
        let _ = event;
        true
    }

    /// Judges what is left once all actors have ended.
    ///
    /// # Errors
    ///
    /// A sentence that says how it violates the property.
    fn finish(&mut self, names: &Trace) -> Result<(), String> {
        let _ = names;
        Ok(())
    }

    /// Writes the identity of this value to `memory`.
    ///
    /// Two monitors of one scenario that write the same must judge every future alike, and say the same
    /// words. So write everything that a later judgement or its text depends on, and leave out what none
    /// does: the less is written, the more states are one. Write instants as they are, in milliseconds
    /// since the execution began, and not as the time left until them. A derived `Hash` of the whole
    /// value is always right.
    fn remember(&self, memory: &mut dyn Hasher);

    /// A digest of what [`remember`](Self::remember) writes, for tests.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.remember(&mut hasher);
        hasher.finish()
    }
}

/// A monitor whose type is erased, and that can still be cloned. Only monitors are such, by the one
/// implementation below.
pub(crate) trait ErasedMonitor: Send {
    /// A clone of the monitor.
    fn boxed(&self) -> Box<dyn ErasedMonitor>;
    /// See [`Monitor::property`].
    fn property(&self) -> Property;
    /// See [`Monitor::concerns`].
    fn concerns(&self, event: &Event) -> bool;
    /// See [`Monitor::step`].
    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String>;
    /// See [`Monitor::finish`].
    fn finish(&mut self, names: &Trace) -> Result<(), String>;
    /// See [`Monitor::remember`].
    fn remember(&self, memory: &mut dyn Hasher);
}

impl<M: Monitor + Clone> ErasedMonitor for M {
    fn boxed(&self) -> Box<dyn ErasedMonitor> {
        Box::new(self.clone())
    }

    fn property(&self) -> Property {
        Monitor::property(self)
    }

    fn concerns(&self, event: &Event) -> bool {
        Monitor::concerns(self, event)
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        Monitor::step(self, event, names)
    }

    fn finish(&mut self, names: &Trace) -> Result<(), String> {
        Monitor::finish(self, names)
    }

    fn remember(&self, memory: &mut dyn Hasher) {
        Monitor::remember(self, memory);
    }
}

impl Clone for Box<dyn ErasedMonitor> {
    fn clone(&self) -> Self {
        self.as_ref().boxed()
    }
}
