//! The state of an execution, and the ways in which a search ends it or begins again: loom runs all its
//! threads on one OS thread, and does not say which are blocked, nor on what.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::resume_unwind;
use std::rc::Rc;

use loom::sync::Condvar as Gate;
use loom::sync::atomic::AtomicUsize;
use loom::thread::Thread;

use super::blocks::{Blocks, Key};
use super::me::me;
use super::put_by::{drop_put_by, forget_put_by};
use crate::sync::inert;
use crate::sync::model::atomics::Atomics;
use crate::trace::{ActorId, ObjectId};

/// loom's limit, less the main thread.
pub(crate) const MOST_ACTORS: usize = loom::MAX_THREADS - 1;

/// The mode in which a search runs its executions. It begins with none of these, and again with those that
/// turn out to be needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mode {
    /// An actor waits for an instant, so the main actor moves the clock.
    pub(crate) timed: bool,
    /// The budget has ticks.
    pub(crate) ticks: bool,
    /// An actor unwound with a mutex: mutexes live for ever.
    pub(crate) for_ever: bool,
}

/// The reason why an execution was ended from within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GaveUp {
    /// There are this many actors at least, and loom takes fewer.
    TooManyActors(usize),
    /// The search has to begin again.
    Again(Mode),
}

/// Ends loom's search from within. It is not a panic: no hook runs.
pub(crate) struct Stop;

/// The thing on which an actor is blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// A mutex.
    Lock(ObjectId),
    /// A notification, and then the mutex again.
    Wake {
        /// The condition variable it waits on.
        condvar: ObjectId,
        /// The mutex that it released for the wait.
        mutex: ObjectId,
    },
    /// The end of an actor.
    End(ActorId),
    /// A condition, described for the reader. loom knows only that its thread is parked.
    Condition(Cow<'static, str>),
}

/// Facts that an execution has shown besides its events.
#[derive(Debug, Default)]
pub(crate) struct Noticed {
    /// It equals an execution in which each step happens at once, and time passed when it may.
    pub(crate) sound: bool,
    /// The accesses of the atomics.
    pub(crate) atomics: Atomics,
    /// The number of waiters of a condition variable when one of them was notified, if there was a choice.
    pub(crate) crowd: Option<(ObjectId, usize)>,
}

/// An actor that waits for a condition.
pub(super) struct Waits {
    /// The condition, if it is known how to ask for it.
    pub(super) ready: Option<Rc<dyn Fn() -> bool>>,
    /// Something has changed since it looked.
    pub(super) woken: bool,
    /// Its thread, if that is parked.
    pub(super) parked: Option<Thread>,
}

#[derive(Default)]
pub(super) struct Execution {
    pub(super) mode: Mode,
    /// Stored to by ticks, and loaded by what they can come before or after.
    pub(super) marker: Option<Rc<AtomicUsize>>,
    /// Shows loom that the main actor's moves of the clock and its ticks exclude each other.
    pub(super) gate: Option<Rc<Gate>>,
    /// A tick is under way.
    pub(super) ticking: bool,
    /// The main actor moves the clock, and the tick that is parked here waits for that.
    pub(super) moving: bool,
    pub(super) kept: Option<Thread>,
    pub(super) expected: usize,
    pub(super) started: BTreeSet<ActorId>,
    pub(super) ended: BTreeSet<ActorId>,
    /// They offer a step, and need not take it.
    pub(super) faults: BTreeSet<ActorId>,
    pub(super) awaited: BTreeMap<ActorId, Awaited>,
    pub(super) holders: BTreeMap<ObjectId, ActorId>,
    pub(super) waiters: BTreeMap<ObjectId, VecDeque<(ActorId, Thread)>>,
    pub(super) conditions: BTreeMap<ActorId, Waits>,
    /// The main actor moves the clock, and is parked if there is a thread.
    pub(super) settling: bool,
    pub(super) settler: Option<Thread>,
    /// The number of events when time last passed.
    pub(super) tick: usize,
    pub(super) early: bool,
    /// Their accesses are the scheduler's questions, and no part of a step.
    pub(super) muted: BTreeSet<ActorId>,
    pub(super) blocks: Blocks,
    pub(super) atomics: Atomics,
    pub(super) crowd: Option<(ObjectId, usize)>,
}

thread_local! {
    /// True if loom gave up: it found a deadlock, ran into one of its limits, or was asked to.
    static COLLAPSED: Cell<bool> = const { Cell::new(false) };
    static GAVE_UP: Cell<Option<GaveUp>> = const { Cell::new(None) };
    /// The mode with which the search begins again, as soon as the actor that found the need does not unwind.
    static WANTED: Cell<Option<Mode>> = const { Cell::new(None) };
    static NOW: RefCell<Execution> = RefCell::default();
}

pub(super) fn with<U>(call: impl FnOnce(&mut Execution) -> U) -> U {
    NOW.with_borrow_mut(call)
}

/// Forgets an earlier collapse on this OS thread.
pub(crate) fn recover() {
    COLLAPSED.set(false);
    GAVE_UP.set(None);
    WANTED.set(None);
    forget_put_by();
    NOW.take();
}

/// Begins an execution, inside a model.
pub(crate) fn begin(mode: Mode) {
    let marker = mode.ticks.then(|| Rc::new(AtomicUsize::new(0)));
    let gate = mode.ticks.then(|| Rc::new(Gate::new()));
    NOW.replace(Execution { mode, marker, gate, ..Execution::default() });
}

/// Ends an execution that ran to its end, inside a model.
pub(crate) fn finish() -> Noticed {
    drop_put_by();
    go_on();
    noticed()
}

/// Returns what the execution has shown so far.
pub(crate) fn noticed() -> Noticed {
    with(|now| Noticed {
        sound: !now.early && !now.blocks.are_cyclic(),
        atomics: std::mem::take(&mut now.atomics),
        crowd: now.crowd,
    })
}

/// Returns why the search was ended from within, if it was.
pub(crate) fn gave_up() -> Option<GaveUp> {
    GAVE_UP.get()
}

/// Returns the actors that were where they may block when loom gave up, and what each waited for.
pub(crate) fn awaited() -> BTreeMap<ActorId, Awaited> {
    with(|now| now.awaited.clone())
}

pub(super) fn mode() -> Mode {
    with(|now| now.mode)
}

pub(super) fn collapsed() -> bool {
    COLLAPSED.get()
}

pub(super) fn collapse() {
    COLLAPSED.set(true);
}

pub(super) fn give_up(why: GaveUp) -> ! {
    GAVE_UP.set(Some(why));
    collapse();
    resume_unwind(Box::new(Stop))
}

/// Ends the search if it has to begin again.
pub(super) fn go_on() {
    if let Some(mode) = WANTED.get().filter(|_| !inert()) {
        give_up(GaveUp::Again(mode));
    }
}

/// Returns whether the search has to begin again.
pub(super) fn begins_again() -> bool {
    WANTED.get().is_some()
}

/// The search has to begin again in this mode.
pub(super) fn want(mode: Mode) {
    WANTED.set(Some(mode));
}

/// The calling actor reaches a scheduling point of the seam.
pub(super) fn step() {
    if !inert() {
        let me = me();
        with(|now| now.blocks.begin(me));
    }
}

impl Execution {
    pub(super) fn write(&mut self, actor: ActorId, key: Key) {
        if !self.muted.contains(&actor) {
            self.blocks.write(actor, key);
        }
    }

    /// Returns whether all actors but the main one have ended, or merely offer a step.
    pub(super) fn are_over(&self) -> bool {
        self.actors().all(|actor| self.ended.contains(actor))
    }

    /// Returns whether the main actor may move the clock.
    pub(super) fn may_move(&self) -> bool {
        self.all_rest() && !self.ticking
    }

    pub(super) fn starts_moving(&mut self) -> bool {
        self.moving = self.may_move() && !self.are_over();
        self.moving
    }

    /// Returns whether all actors but the main one have ended, are blocked, or merely offer a step.
    pub(super) fn all_rest(&self) -> bool {
        self.actors().all(|actor| self.ended.contains(actor) || self.is_blocked(*actor))
    }

    fn actors(&self) -> impl Iterator<Item = &ActorId> {
        self.started.difference(&self.faults)
    }

    fn is_blocked(&self, actor: ActorId) -> bool {
        let waits = |condvar| {
            let waiters = self.waiters.get(condvar);
            waiters.is_some_and(|waiters| waiters.iter().any(|(waiter, _)| *waiter == actor))
        };
        match self.awaited.get(&actor) {
            None => false,
            Some(Awaited::Lock(mutex)) => self.holders.contains_key(mutex),
            Some(Awaited::Wake { condvar, mutex }) => {
                // Before it waits it has the mutex itself.
                waits(condvar) || self.holders.get(mutex).is_some_and(|holder| *holder != actor)
            }
            Some(Awaited::End(other)) => !self.ended.contains(other),
            Some(Awaited::Condition(_)) => {
                self.conditions.get(&actor).is_some_and(|waits| waits.parked.is_some())
            }
        }
    }
}
