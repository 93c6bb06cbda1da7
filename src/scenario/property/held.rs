//! The state of a lock's key on each server, and the actor whose step left it there: kept up to date for
//! monitors.

use std::collections::BTreeMap;

use crate::trace::{ActorId, Event, Kind, ObjectId};

/// The value that each server holds under one key, until its deadline.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) key: String,
    /// In milliseconds since the execution began, as all instants.
    pub(super) now: u64,
    pub(super) servers: BTreeMap<ObjectId, Holding>,
}

/// A lock that is on a server.
#[derive(Clone, Debug)]
pub(super) struct Holding {
    /// The actor whose step put the token there. A step that changes only the deadline changes no owner.
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
}

/// Returns whether a term has ended by `now`. It ends at the very instant given.
pub(super) fn over(until: Option<u64>, now: u64) -> bool {
    until.is_some_and(|until| until <= now)
}

/// A term, for a sentence.
pub(super) fn describe(until: Option<u64>) -> String {
    until.map_or_else(|| "forever".to_owned(), |until| format!("until {until} ms"))
}
