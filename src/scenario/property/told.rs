//! Events, and helpers that show them to monitors: for the monitors' tests.

use super::Monitor;
use crate::trace::{ActorId, Event, Kind, ObjectId, Trace};

pub(super) const ALICE: ActorId = ActorId(1);
pub(super) const BOB: ActorId = ActorId(2);
const CLOCK: ActorId = ActorId(3);

/// The key that the tests watch.
pub(super) const KEY: &str = "k";
pub(super) const REDIS: ObjectId = ObjectId(0);
pub(super) const OTHER_REDIS: ObjectId = ObjectId(1);

/// Shows events to `monitor`, up to the first that violates its property.
pub(super) fn told(
    monitor: &mut impl Monitor,
    events: impl IntoIterator<Item = Event>,
) -> Result<(), String> {
    let names = names();
    events.into_iter().try_for_each(|event| monitor.step(&event, &names))
}

/// Shows `monitor` all of an execution, its end included.
pub(super) fn told_all(
    mut monitor: impl Monitor,
    events: impl IntoIterator<Item = Event>,
) -> Result<(), String> {
    told(&mut monitor, events)?;
    monitor.finish(&names())
}

pub(super) fn names() -> Trace {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Trace {
        actors: owned(&["main", "alice", "bob", "clock"]),
        objects: owned(&["r1", "r2"]),
        events: Vec::new(),
    }
}

pub(super) fn tick(now: u64) -> Event {
    event(CLOCK, Kind::Tick(now))
}

pub(super) fn crash(victim: ActorId) -> Event {
    event(ActorId::MAIN, Kind::Crash(victim))
}

pub(super) fn believes(client: ActorId, token: &str, until: u64) -> Event {
    believe(client, KEY, token, Some(until))
}

pub(super) fn believe(client: ActorId, key: &str, token: &str, until: Option<u64>) -> Event {
    let (key, token) = (key.to_owned(), token.to_owned());
    event(client, Kind::Believe { key, token, until })
}

pub(super) fn disbelieves(client: ActorId, token: &str) -> Event {
    let (key, token) = (KEY.to_owned(), token.to_owned());
    event(client, Kind::Disbelieve { key, token })
}

/// A step of `actor` left `value` under [`KEY`].
pub(super) fn puts(actor: ActorId, value: &str, until: impl Into<Option<u64>>) -> Event {
    truth(actor, REDIS, KEY, Some(value), until.into())
}

/// A step of `actor` left nothing under [`KEY`].
pub(super) fn removes(actor: ActorId) -> Event {
    truth(actor, REDIS, KEY, None, None)
}

pub(super) fn truth(
    actor: ActorId,
    object: ObjectId,
    key: &str,
    value: Option<&str>,
    until: Option<u64>,
) -> Event {
    let kind = Kind::Truth { object, key: key.to_owned(), value: value.map(str::to_owned), until };
    event(actor, kind)
}

/// The same on another server.
pub(super) fn elsewhere(event: Event) -> Event {
    let Event { actor, mut kind } = event;
    if let Kind::Truth { object, .. } = &mut kind {
        *object = OTHER_REDIS;
    }
    Event { actor, kind }
}

fn event(actor: ActorId, kind: Kind) -> Event {
    Event { actor, kind }
}
