//! Notes what the actors do: which one runs, which mutexes each holds, and what each is blocked on.

use std::sync::atomic::Ordering;

use loom::thread::{self, Thread};

use super::blocks::Key;
use super::execution::{Awaited, GaveUp, MOST_ACTORS, collapsed, give_up, with};
use super::me::me;
use super::time::rest;
use crate::sync::inert;
use crate::trace::{ActorId, ObjectId, Verb};

/// Prepares for this many actors, which are about to be started.
pub(super) fn expect(actors: usize) {
    let all = with(|now| {
        now.expected = now.started.len() + actors;
        now.expected
    });
    if all > MOST_ACTORS {
        give_up(GaveUp::TooManyActors(all));
    }
}

pub(super) fn starts(actor: ActorId) {
    let parent = me();
    let all = with(|now| {
        now.started.insert(actor);
        now.blocks.spawn(parent, actor);
        now.started.len()
    });
    if all > MOST_ACTORS {
        give_up(GaveUp::TooManyActors(all));
    }
}

/// The calling actor has ended.
pub(super) fn ends(actor: ActorId) {
    with(|now| {
        now.ended.insert(actor);
        now.ticking &= !now.faults.contains(&actor);
    });
    rest();
}

pub(super) fn has_ended(actor: ActorId) -> bool {
    with(|now| now.ended.contains(&actor))
}

pub(super) fn took(mutex: ObjectId) {
    if !collapsed() {
        let me = me();
        with(|now| {
            now.holders.insert(mutex, me);
            now.write(me, Key::Mutex(mutex));
        });
    }
}

pub(super) fn released(mutex: ObjectId) {
    let me = me();
    with(|now| {
        now.holders.remove(&mutex);
        if !now.muted.contains(&me) {
            now.blocks.release(me, mutex);
        }
    });
}

pub(super) fn joined(actor: ActorId) {
    if !inert() {
        let me = me();
        with(|now| now.blocks.join(me, actor));
    }
}

/// The calling actor accesses an atomic. While the main actor sets up and judges it is alone, and all its
/// accesses are ordered with those of the others.
pub(super) fn accessed(atomic: ObjectId, verb: Verb, ordering: Ordering) {
    if inert() {
        return;
    }
    let me = me();
    with(|now| {
        if me != ActorId::MAIN || now.started != now.ended {
            now.atomics.touch(atomic, me, ordering);
        }
        match verb {
            Verb::Load => now.blocks.read(me, Key::Atomic(atomic)),
            _ => now.blocks.write(me, Key::Atomic(atomic)),
        }
    });
}

/// The calling actor begins to wait on a condition variable.
pub(super) fn joins_waiters(condvar: ObjectId) {
    let (me, thread) = (me(), thread::current());
    with(|now| {
        now.waiters.entry(condvar).or_default().push_back((me, thread));
        now.write(me, Key::Condvar(condvar));
    });
}

/// Wakes all waiters of a condition variable, or the one that has waited longest.
pub(super) fn notify(condvar: ObjectId, all: bool) {
    let me = me();
    let woken: Vec<Thread> = with(|now| {
        now.write(me, Key::Condvar(condvar));
        let Some(waiters) = now.waiters.get_mut(&condvar) else { return Vec::new() };
        if !all && waiters.len() > now.crowd.map_or(1, |(_, crowd)| crowd) {
            now.crowd = Some((condvar, waiters.len()));
        }
        let count = if all { waiters.len() } else { waiters.len().min(1) };
        waiters.drain(..count).map(|(_, thread)| thread).collect()
    });
    woken.iter().for_each(Thread::unpark);
}

/// Makes a call that returns once the actor has what it waits for. A block inside the call is part of how it
/// waits, and not recorded.
pub(super) fn awaiting<U>(on: Awaited, call: impl FnOnce() -> U) -> U {
    // An actor that unwinds may do so because loom gave up, and loom does not know any more who it is.
    if inert() {
        return call();
    }
    let me = me();
    let outermost = with(|now| match now.awaited.contains_key(&me) {
        true => false,
        false => now.awaited.insert(me, on).is_none(),
    });
    let result = call();
    if outermost {
        with(|now| now.awaited.remove(&me));
    }
    result
}

/// The calling actor is about to take a mutex.
pub(super) fn rest_before_lock(mutex: ObjectId) {
    // A mutex held across no scheduling point of the seam never blocks an actor for long.
    if with(|now| now.holders.contains_key(&mutex)) {
        rest();
    }
}
