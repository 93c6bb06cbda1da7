//! Evidence from executions that a property could have been violated.

use std::collections::{BTreeMap, BTreeSet};

use super::contention::Contention;
use super::vacuity::Vacuity;
use crate::scenario::property::set::{MonitorSet, Monitors};
use crate::scenario::{Fault, Property};
use crate::trace::event::WAITS;
use crate::trace::{ActorId, Event, Kind, Recorder, Trace};

/// The evidence of all executions of a search. Each key of a map names a part of the scenario; its value says
/// whether that part has ever mattered.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    contention: Contention,
    /// An execution was inspected, and the scenario has no property.
    unjudged: bool,
    /// An actor waited for another, or took a mutex while holding another one: a deadlock was possible.
    waits: bool,
    /// The monitors in the order in which they were added, each with whether it saw an event that it judges
    /// by.
    monitors: Vec<(Property, bool)>,
    /// The watched keys, after their servers, each with whether it was written.
    keys: BTreeMap<(String, String), bool>,
    /// The locks that exclude others, each with whether a belief in it lasted until another step.
    beliefs: BTreeMap<String, bool>,
    /// The faults, each with whether it could strike.
    faults: BTreeMap<String, bool>,
    /// The instants at which time stopped, in milliseconds since the execution began.
    instants: BTreeSet<u64>,
}

impl Evidence {
    /// Inspects an execution; `choice` says whether an actor had one.
    pub(super) fn look(&mut self, choice: bool, monitors: &Monitors, recorder: &Recorder) {
        for key in recorder.watched() {
            self.keys.entry(key).or_default();
        }
        // The record comes first, as where an event is recorded: a detached thread may still record one.
        recorder.with_trace(|trace| {
            monitors.look(|set| {
                self.unjudged = !set.judges();
                self.contention.look(choice, trace);
                self.waits = self.waits || waits(&trace.events);
                // Set-up by the main actor cannot break anything while actors run.
                let actors = trace.events.iter().filter(|event| event.actor != ActorId::MAIN);
                self.hear(actors, set, trace);
                self.believed(&trace.events, set, true);
            });
        });
    }

    /// Inspects events; only their kinds count.
    pub(super) fn hear<'a>(
        &mut self,
        events: impl IntoIterator<Item = &'a Event>,
        set: &MonitorSet,
        names: &Trace,
    ) {
        if self.monitors.len() < set.properties().count() {
            self.monitors = set.properties().map(|property| (property, false)).collect();
        }
        for event in events {
            for ((_, seen), concerns) in self.monitors.iter_mut().zip(set.concerns(event)) {
                *seen |= concerns;
            }
            if let Kind::Truth { object, key, .. } = &event.kind {
                let server = names.object(*object);
                let mut keys = self.keys.iter_mut();
                if let Some((_, written)) = keys.find(|((on, it), _)| on == server && it == key) {
                    *written = true;
                }
            }
        }
    }

    /// Inspects beliefs. `goes_on` says whether the beliefs held at the end last.
    pub(super) fn believed<'a>(
        &mut self,
        events: impl IntoIterator<Item = &'a Event>,
        set: &MonitorSet,
        goes_on: bool,
    ) {
        let mut held = BTreeSet::new();
        for event in events {
            match &event.kind {
                Kind::Believe { key, token, .. } if set.excludes(event) => {
                    held.insert((event.actor, key, token));
                    if !self.beliefs.contains_key(key) {
                        self.beliefs.insert(key.clone(), false);
                    }
                }
                Kind::Disbelieve { key, token } => {
                    held.remove(&(event.actor, key, token));
                }
                kind if kind.is_step() => self.last(std::mem::take(&mut held)),
                _ => {}
            }
        }
        if goes_on {
            self.last(held);
        }
    }

    fn last<A, T>(&mut self, held: impl IntoIterator<Item = (A, impl AsRef<str>, T)>) {
        for (_, key, _) in held {
            if let Some(lasted) = self.beliefs.get_mut(key.as_ref()) {
                *lasted = true;
            }
        }
    }

    /// Notes whether a fault of the budgets could strike. The late arrival of a command comes with the delay.
    pub(super) fn fault(&mut self, name: &str, could_strike: bool) {
        if let Some(could) = self.faults.get_mut(name) {
            *could |= could_strike;
        } else if !matches!(name.parse(), Ok(Fault::Deliver(..))) {
            self.faults.insert(name.to_owned(), could_strike);
        }
    }

    /// Notes the instants at which time stopped.
    pub(super) fn stopped(&mut self, events: &[Event]) {
        let instant = |event: &Event| match event.kind {
            Kind::Tick(at) if at > 0 => Some(at),
            _ => None,
        };
        self.instants.extend(events.iter().filter_map(instant));
    }

    /// Adds instants at which time stopped, in milliseconds.
    pub(super) fn stopped_at(&mut self, instants: impl IntoIterator<Item = u64>) {
        self.instants.extend(instants);
    }

    /// The instants at which time stopped, in milliseconds.
    pub(super) const fn instants(&self) -> &BTreeSet<u64> {
        &self.instants
    }

    /// Notes whether an actor had a choice, whatever the executions have shown.
    pub(super) const fn chose(&mut self, choice: bool) {
        self.contention.chose(choice);
    }

    /// Merges the evidence of other executions.
    pub(super) fn merge(&mut self, other: &Self) {
        self.contention.merge(&other.contention);
        self.unjudged |= other.unjudged;
        self.waits |= other.waits;
        if self.monitors.len() < other.monitors.len() {
            self.monitors.clone_from(&other.monitors);
        }
        for ((_, seen), (_, also)) in self.monitors.iter_mut().zip(&other.monitors) {
            *seen |= also;
        }
        merge(&mut self.keys, &other.keys);
        merge(&mut self.beliefs, &other.beliefs);
        merge(&mut self.faults, &other.faults);
        self.instants.extend(&other.instants);
    }

    /// The alarm to raise over all these executions; `exhausted` says whether they are all there are.
    pub(super) fn alarm(&self, exhausted: bool) -> Option<Vacuity> {
        let plain = self.contention.alarm(exhausted);
        let plain = plain.or((self.unjudged && !self.waits).then_some(Vacuity::NoProperty));
        if plain.is_some() || !exhausted {
            return plain;
        }
        if let Some((server, key)) = never(&self.keys) {
            return Some(Vacuity::UnwrittenKey { server: server.clone(), key: key.clone() });
        }
        let idle = self.monitors.iter().find(|(_, seen)| !seen);
        idle.map(|(property, _)| Vacuity::IdleMonitor(*property))
            .or_else(|| never(&self.beliefs).cloned().map(Vacuity::BriefBelief))
            .or_else(|| never(&self.faults).cloned().map(Vacuity::IdleFault))
    }
}

/// Returns whether an actor waits for another, or for a second mutex: a deadlock is possible.
fn waits(events: &[Event]) -> bool {
    let mut held: Vec<usize> = Vec::new();
    events.iter().any(|event| {
        if held.len() <= event.actor.index() {
            held.resize(event.actor.index() + 1, 0);
        }
        let count = &mut held[event.actor.index()];
        match &event.kind {
            Kind::Wait { .. } => return true,
            Kind::Access { reply, .. } => return reply == WAITS,
            Kind::Lock { .. } => *count += 1,
            Kind::Unlock { .. } => *count = count.saturating_sub(1),
            _ => {}
        }
        *count > 1
    })
}

/// The first key whose value never mattered.
fn never<K>(all: &BTreeMap<K, bool>) -> Option<&K> {
    all.iter().find(|(_, ever)| !**ever).map(|(key, _)| key)
}

fn merge<K: Ord + Clone>(all: &mut BTreeMap<K, bool>, others: &BTreeMap<K, bool>) {
    for (key, ever) in others {
        match all.get_mut(key) {
            Some(known) => *known |= ever,
            None => {
                all.insert(key.clone(), *ever);
            }
        }
    }
}
