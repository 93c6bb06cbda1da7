//! With no tick to spend, time passes only when every actor has ended, sleeps or is blocked.
//!
//! So an actor that sleeps is parked, and the main actor, which waits for the others anyway, moves the clock.
//! The last one to end, to sleep or to block wakes it. That state does not depend on the order in which they
//! reached it, so loom need not know of it. Only ticks of the budget can come before or after it, with
//! different results: where the budget has some, a marker makes both visible to loom.

use std::rc::Rc;
use std::sync::atomic::Ordering;

use loom::thread::{self, Thread};

use super::execution::{Mode, Waits, go_on, mode, step, want, with};
use super::me::me;
use crate::sync::inert;
use crate::trace::{self, ActorId, Kind};

/// The calling actor is blocked, as far as it knows.
pub(super) fn rest() {
    if !inert() && mode().timed {
        if let Some(marker) = with(|now| now.marker.clone()) {
            let _ = marker.load(Ordering::Relaxed);
        }
        tell_settler();
    }
}

fn tell_settler() {
    let settler = with(|now| if now.may_move() { now.settler.take() } else { None });
    if let Some(settler) = settler {
        settler.unpark();
    }
}

/// The calling actor is the clock: it may tick, and need not.
pub(super) fn offers() {
    let me = me();
    with(|now| {
        now.faults.insert(me);
        now.blocks.begin(me);
        now.ticking = false;
    });
    if !mode().timed {
        return;
    }
    tell_settler();
    if let Some(marker) = with(|now| now.marker.clone()) {
        marker.store(1, Ordering::Relaxed);
    }
    pass_gate();
    let thread = thread::current();
    let wait = with(|now| {
        now.kept = now.moving.then_some(thread);
        now.moving
    });
    if wait {
        thread::park();
    }
    with(|now| now.ticking = true);
}

fn pass_gate() {
    if let Some(gate) = with(|now| now.gate.clone()) {
        gate.notify_all();
    }
}

/// Has the main actor move the clock, by `idle`, whenever all others rest, until they have ended.
pub(super) fn settle(mut idle: impl FnMut() -> bool) {
    if !mode().timed {
        return;
    }
    with(|now| now.settling = true);
    while !with(|now| now.are_over()) {
        pass_gate();
        if with(|now| now.starts_moving()) {
            step();
            let moved = idle();
            if moved {
                wake_ready();
            }
            let kept = with(|now| {
                now.moving = false;
                now.kept.take()
            });
            kept.iter().for_each(Thread::unpark);
            if !moved {
                break;
            }
        } else if !with(|now| now.are_over()) {
            let thread = thread::current();
            with(|now| now.settler = Some(thread));
            thread::park();
        }
    }
    with(|now| now.settling = false);
}

/// Wakes the actors whose condition holds now. All rest, so it does not matter which actor checks.
fn wake_ready() {
    let asked = |(actor, waits): (&ActorId, &Waits)| {
        waits.parked.as_ref().and(waits.ready.clone()).map(|ready| (*actor, ready))
    };
    let all: Vec<_> = with(|now| now.conditions.iter().filter_map(asked).collect());
    for (actor, ready) in all {
        if muted(ActorId::MAIN, &*ready) {
            let parked = with(|now| now.conditions.get_mut(&actor)?.parked.take());
            parked.iter().for_each(Thread::unpark);
        }
    }
}

/// Waits until `ready`.
pub(super) fn wait_until(ready: impl Fn() -> bool + 'static) {
    let (me, ready) = (me(), Rc::new(ready));
    loop {
        let waits = Waits { ready: Some(ready.clone()), woken: false, parked: None };
        with(|now| now.conditions.insert(me, waits));
        if muted(me, &*ready) {
            break;
        }
        // Loom has seen it look at the clock last, so ticks come before or after that.
        if with(|now| now.conditions.get(&me).is_some_and(|waits| waits.woken)) {
            continue;
        }
        let thread = thread::current();
        with(|now| {
            if let Some(waits) = now.conditions.get_mut(&me) {
                waits.parked = Some(thread);
            }
        });
        tell_settler();
        thread::park();
    }
    with(|now| now.conditions.remove(&me));
}

/// Waits in the way of the caller, which may move the clock. Then the search has to begin again.
pub(super) fn wait_by(otherwise: impl FnOnce()) {
    let me = me();
    let waits = Waits { ready: None, woken: false, parked: None };
    with(|now| now.conditions.insert(me, waits));
    muted(me, otherwise);
    with(|now| now.conditions.remove(&me));
    go_on();
}

/// Makes a call whose accesses are no part of a step.
pub(super) fn muted<U>(me: ActorId, call: impl FnOnce() -> U) -> U {
    with(|now| now.muted.insert(me));
    let result = call();
    with(|now| now.muted.remove(&me));
    result
}

/// Called when a shared object has changed; if it was the clock, the actors that wait for an instant look
/// again.
pub(super) fn changed() {
    if inert() || with(|now| now.conditions.is_empty() && !now.settling) {
        return;
    }
    let last = |trace: &trace::Trace| match trace.events.last()?.kind {
        Kind::Tick(_) => Some(trace.events.len()),
        _ => None,
    };
    let Some(tick) = trace::current().and_then(|recorder| recorder.with_trace(last)) else {
        return;
    };
    let me = me();
    let timed = with(|now| {
        let news = now.tick != tick;
        now.tick = tick;
        let moves = now.settling && me == ActorId::MAIN;
        now.early |= news && moves && !now.all_rest();
        if news && !now.mode.timed && now.conditions.contains_key(&me) {
            want(Mode { timed: true, ..now.mode });
        }
        // The main actor itself wakes the actors that become enabled.
        news && now.mode.timed && !moves
    });
    if timed {
        wake_all();
    }
}

/// Has all actors that wait for a condition look again.
pub(super) fn wake_all() {
    let parked: Vec<Thread> = with(|now| {
        let wake = |waits: &mut Waits| {
            waits.woken = true;
            waits.parked.take()
        };
        now.conditions.values_mut().filter_map(wake).collect()
    });
    parked.iter().for_each(Thread::unpark);
}
