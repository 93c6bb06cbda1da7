//! No two clients believe at the same time that they hold the same lock.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Monitor, Property};
use crate::trace::{ActorId, Event, Kind, Trace};

/// Watches what clients believe of their locks. What the server holds does not matter here: a lock is
/// broken when two beliefs overlap.
#[derive(Debug, Default, Hash)]
pub struct MutualExclusion {
    now: u64,
    /// Who believes to hold a key, and until when.
    beliefs: BTreeMap<String, BTreeMap<ActorId, Option<u64>>>,
}

impl Monitor for MutualExclusion {
    fn property(&self) -> Property {
        Property::MutualExclusion
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        match &event.kind {
            Kind::Tick(now) => self.pass_to(*now),
            Kind::Crash(victim) => self.forget(*victim),
            Kind::Disbelieve { key, .. } => {
                if let Some(believers) = self.beliefs.get_mut(key) {
                    believers.remove(&event.actor);
                }
            }
            Kind::Believe { key, until, .. } if until.is_none_or(|until| until > self.now) => {
                let believers = self.beliefs.entry(key.clone()).or_default();
                believers.insert(event.actor, *until);
                if let Some(other) = believers.keys().find(|actor| **actor != event.actor) {
                    let (new, old) = (names.actor(event.actor), names.actor(*other));
                    return Err(format!(
                        "{new} believes to hold {key}, and {old} still does"
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        // Beliefs that are over are not in it, so the time itself does not matter.
        self.beliefs.hash(&mut hasher);
        hasher.finish()
    }
}

impl MutualExclusion {
    fn pass_to(&mut self, now: u64) {
        self.now = now;
        self.retain(|_, until| until.is_none_or(|until| until > now));
    }

    fn forget(&mut self, victim: ActorId) {
        self.retain(|actor, _| actor != victim);
    }

    fn retain(&mut self, mut keep: impl FnMut(ActorId, Option<u64>) -> bool) {
        for believers in self.beliefs.values_mut() {
            believers.retain(|actor, until| keep(*actor, *until));
        }
        self.beliefs.retain(|_, believers| !believers.is_empty());
    }
}
