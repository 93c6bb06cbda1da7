//! What servers hold under the key of a lock, and whose step put it there: followed for the monitors.

use std::collections::BTreeMap;

use crate::trace::{ActorId, Event, Kind, ObjectId};

/// What each server holds under one key, as far as it is not past its deadline.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) key: String,
    pub(super) now: u64,
    pub(super) servers: BTreeMap<ObjectId, Holding>,
}

/// A lock that is on a server.
#[derive(Debug)]
pub(super) struct Holding {
    /// Whose step put the token there. Whoever then changes no more than the deadline is not the owner.
    pub(super) owner: ActorId,
    pub(super) token: String,
    pub(super) until: Option<u64>,
    /// When it was last changed.
    pub(super) changed: u64,
}

impl Held {
    pub(super) fn new(key: &str) -> Self {
        Self { key: key.to_owned(), now: 0, servers: BTreeMap::new() }
    }

    pub(super) fn follow(&mut self, event: &Event) {
        match &event.kind {
            Kind::Tick(now) => {
                self.now = *now;
                self.servers.retain(|_, holding| !over(holding.until, *now));
            }
            Kind::Truth { object, key, value, until } if *key == self.key => {
                let before = self.servers.remove(object);
                if let Some(token) = value {
                    let extended = before.filter(|before| before.token == *token);
                    let holding = Holding {
                        owner: extended.map_or(event.actor, |before| before.owner),
                        token: token.clone(),
                        until: *until,
                        changed: self.now,
                    };
                    self.servers.insert(*object, holding);
                }
            }
            _ => {}
        }
    }

    /// How much time is left, which is all that matters of a deadline that has not passed.
    pub(super) fn left(&self, until: Option<u64>) -> Option<u64> {
        until.map(|until| until.saturating_sub(self.now))
    }
}

/// Whether it is over at `now`: at the very instant of its end it is.
pub(super) fn over(until: Option<u64>, now: u64) -> bool {
    until.is_some_and(|until| until <= now)
}

/// An end in words.
pub(super) fn in_words(until: Option<u64>) -> String {
    until.map_or_else(|| "for ever".to_owned(), |until| format!("until {until} ms"))
}
