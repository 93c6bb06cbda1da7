//! Descriptions of events.

use crate::trace::{ActorId, Kind, Trace, Verb};

/// The description of an event, for the actor's column of a timeline.
pub(super) fn phrase(trace: &Trace, kind: &Kind) -> String {
    let object = |object| trace.object(object);
    let label = |actor| label(trace, actor);
    match kind {
        Kind::Lock { object: mutex, value: None } => format!("lock {}", object(*mutex)),
        Kind::Lock { object: mutex, value: Some(value) } => {
            format!("lock {} -> {value}", object(*mutex))
        }
        Kind::Unlock { object: mutex, value: None } => format!("unlock {}", object(*mutex)),
        Kind::Unlock { object: mutex, value: Some(value) } => {
            format!("unlock {} = {value}", object(*mutex))
        }
        Kind::Wait { object: condvar, .. } => format!("wait on {}", object(*condvar)),
        Kind::Wake(condvar) => format!("woken on {}", object(*condvar)),
        Kind::Notify { object: condvar, all: true } => {
            format!("notify all on {}", object(*condvar))
        }
        Kind::Notify { object: condvar, all: false } => {
            format!("notify one on {}", object(*condvar))
        }
        Kind::Atomic { object: atomic, verb, found } => access(object(*atomic), *verb, *found),
        Kind::Access { request, reply, .. } => format!("{request} -> {reply}"),
        Kind::Now(now) => format!("clock: {now} ms"),
        Kind::Slept(until) => format!("slept until {until} ms"),
        Kind::Tick(now) => format!("now {now} ms"),
        Kind::Spawn(other) => format!("start {}", label(*other)),
        Kind::Join(other) => format!("join {}", label(*other)),
        Kind::Believe { key, until, .. } => format!("believes it holds {}", held(key, *until)),
        Kind::Disbelieve { key, .. } => format!("no longer believes it holds {key}"),
        Kind::Invoke { object: called, request } => format!("{}: {request} ...", object(*called)),
        Kind::Return { object: called, reply: Ok(reply) } => {
            format!("{}: ... {reply}", object(*called))
        }
        Kind::Return { object: called, reply: Err(error) } => {
            format!("{}: ... failed: {error}", object(*called))
        }
        Kind::Crash(victim) => format!("{} is gone", label(*victim)),
        Kind::Panic(message) => format!("panics: {message}"),
        Kind::Truth { key, value, until, .. } => stored(key, value.as_deref(), *until),
    }
}

/// The name of an actor in schedules and timelines: the second actor started with one name is `NAME:2`.
pub(super) fn label(trace: &Trace, actor: ActorId) -> String {
    let name = trace.actor(actor);
    let started = trace.events.iter().filter_map(|event| match event.kind {
        Kind::Spawn(other) if trace.actor(other) == name => Some(other),
        _ => None,
    });
    match started.into_iter().position(|other| other == actor) {
        None | Some(0) => name.to_owned(),
        Some(nth) => format!("{name}:{}", nth + 1),
    }
}

/// The content of a key.
pub(super) fn stored(key: &str, value: Option<&str>, until: Option<u64>) -> String {
    value
        .map_or_else(|| format!("{key}: nothing"), |value| format!("{key}: {}", held(value, until)))
}

/// A holding that lasts for ever, or until an instant.
pub(super) fn held(what: &str, until: Option<u64>) -> String {
    until.map_or_else(|| what.to_owned(), |until| format!("{what} until {until} ms"))
}

fn access(name: &str, verb: Verb, found: i64) -> String {
    match verb {
        Verb::Load => format!("load {name} -> {found}"),
        Verb::Store(value) => format!("store {name} = {value}"),
        Verb::Swap(value) => format!("swap {name} = {value} -> {found}"),
        Verb::FetchAdd(value) => format!("add {value} to {name} -> {found}"),
        Verb::CompareExchange { expected, new } => {
            format!("if {name} is {expected}, set {new} -> {found}")
        }
    }
}
