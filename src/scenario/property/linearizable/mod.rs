//! Some sequential order explains the reply to every call of a shared object.
//!
//! However calls overlap, each must look as if it took effect at one instant between its beginning and
//! its end (Herlihy and Wing, "Linearizability: A Correctness Condition for Concurrent Objects", TOPLAS
//! 1990). Wing and Gong ("Testing and Verifying Concurrent Objects", 1993) search a complete history for
//! such an order. Lowe ("Testing for Linearizability", 2017) lets calls take effect *just in time*, only
//! when a reply needs them to, and, like Horn and Kroening ("Faster Linearizability Checking via
//! P-Compositionality", 2015), remembers configurations: a state of the specification, and the calls that
//! led to it.
//!
//! Here the search follows the execution. [`Configurations`] are all explanations of the replies so far,
//! and a reply that none of them can give violates the property in the step that gives it. Published
//! checkers judge complete histories and keep them: the fingerprint of a history tells apart all that
//! ever happened, so no explorer would see a state twice. Besides, stateright 0.31
//! (`semantics::LinearizabilityTester`) searches the whole history anew for each verdict, and brings a web
//! server; todc-utils 0.1 has no calls that are never answered; lincheck 0.2 runs loom itself.

mod configurations;
#[cfg(all(test, not(loom)))]
mod histories;
#[cfg(all(test, not(loom)))]
mod tests;

use std::any::type_name;
use std::fmt;
use std::hash::Hasher;

use self::configurations::Configurations;
use super::{Monitor, Property};
use crate::scenario::SequentialSpec;
use crate::trace::{ActorId, Datum, Event, Kind, ObjectId, Trace};

/// Checks the calls of one shared object. [`World::history`](crate::scenario::World::history) sets it
/// up.
#[derive(Clone)]
pub struct Linearizable<S: SequentialSpec> {
    object: ObjectId,
    configurations: Configurations<S>,
}

impl<S: SequentialSpec> Linearizable<S> {
    /// Checks `object`, which is in the state `initial`.
    pub(in crate::scenario) fn new(object: ObjectId, initial: S) -> Self {
        Self { object, configurations: Configurations::new(initial) }
    }

    fn returned(
        &mut self,
        caller: ActorId,
        reply: Option<&S::Reply>,
        names: &Trace,
    ) -> Result<(), String> {
        let Some(reply) = reply else {
            self.configurations.abandon(caller);
            return Ok(());
        };
        let request = self.configurations.request(caller).map(|request| format!("{request:?}"));
        self.configurations.answer(caller, reply).map_err(|possible| {
            let (client, object) = (names.actor(caller), names.object(self.object));
            let request = request.unwrap_or_default();
            let mut possible: Vec<String> =
                possible.iter().map(|answer| format!("\"{answer:?}\"")).collect();
            possible.sort_unstable();
            let possible = possible.join(" or ");
            format!(
                "{object} answered {client}'s \"{request}\" with \"{reply:?}\", which no order of \
                 the calls explains; expected {possible}"
            )
        })
    }
}

/// The value in an event of the watched object.
///
/// # Panics
///
/// If it is of another type. A [`History`](crate::scenario::History) records values of the right one.
fn value<T: 'static>(datum: &Datum) -> &T {
    datum.downcast_ref().unwrap_or_else(|| panic!("{datum} is not a {}", type_name::<T>()))
}

impl<S: SequentialSpec> Monitor for Linearizable<S> {
    fn property(&self) -> Property {
        Property::Linearizable
    }

    fn concerns(&self, event: &Event) -> bool {
        matches!(&event.kind, Kind::Invoke { object, .. } if *object == self.object)
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        match &event.kind {
            Kind::Invoke { object, request } if *object == self.object => {
                self.configurations.invoke(event.actor, value::<S::Request>(request).clone());
                Ok(())
            }
            Kind::Return { object, reply } if *object == self.object => {
                let reply = reply.as_ref().ok().map(value::<S::Reply>);
                self.returned(event.actor, reply, names)
            }
            Kind::Crash(victim) => {
                self.configurations.abandon(*victim);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Writes every open call, and every explanation of the replies so far. A call that is announced is
    /// open from the event that announces it; until then the recorder has it, and writes it down.
    fn remember(&self, memory: &mut dyn Hasher) {
        self.configurations.remember(memory);
    }
}

impl<S: SequentialSpec> fmt::Debug for Linearizable<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Linearizable").field("object", &self.object).finish_non_exhaustive()
    }
}
