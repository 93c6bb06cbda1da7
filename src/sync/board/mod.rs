//! Who is about to do what, and who may go on: the state that the schedulers of the shuttle family
//! read before each decision. There is one board an OS thread, as there is one execution.
//!
//! * here: what actors tell the board.
//! * [`survey`](mod@survey): who may go on, and who waits for what when nobody can.
//! * [`tickets`]: who waits on a condition variable, and who was told.
//! * [`atomics`]: which atomics are shared, and how weakly they are touched.
//! * [`memory`]: what explorers that remember states compare.

mod atomics;
mod memory;
mod survey;
mod tickets;

pub(crate) use atomics::{Atomics, take_atomics, touched};
pub(crate) use memory::{
    State, abandon, abandoned, client, clients, conclude, content, observe, opaque, remembers,
    state,
};
pub(crate) use survey::{
    AtOnce, Standing, Stuck, Survey, deadlock, standing, survey, take_deadlock,
};
pub(crate) use tickets::{leave, notify, wait};

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::rc::Rc;

use self::tickets::Tickets;
use super::Doom;
use super::tape::Tape;
use crate::trace::{ActorId, ObjectId};

thread_local! {
    static BOARD: RefCell<Board> = RefCell::new(Board::default());
}

/// The next visible step of an actor, announced before its scheduling point.
#[derive(Clone)]
pub(crate) enum Intent {
    /// Begin. It is no step: an actor runs up to its first one as soon as it exists.
    Start,
    /// Take a step that never blocks.
    Step,
    /// Take a step that nobody can notice. It is announced only where that is a choice, too.
    Invisible,
    /// Take a mutex.
    Lock(ObjectId),
    /// Be woken from a condition variable, and take the mutex again.
    Wake {
        condvar: ObjectId,
        mutex: ObjectId,
        /// The ticket drawn when the wait began.
        since: u64,
    },
    /// See another actor end.
    Join(ActorId),
    /// Go on once a condition holds.
    Until {
        /// The condition in words.
        what: Cow<'static, str>,
        ready: Rc<dyn Fn() -> bool>,
    },
    /// Go on once a condition holds, though nobody waits for it: a fault, or the clock.
    Offer {
        /// Who takes its own step together with this one.
        with: Option<ActorId>,
        ready: Rc<dyn Fn() -> bool>,
    },
    /// Be called when nobody else can go on: the main actor, at the end of its setting up.
    Idle,
}

/// What one actor is doing.
#[derive(Default)]
struct Slot {
    /// `None`: it is running.
    intent: Option<Intent>,
    /// It is to be unwound the next time it runs.
    doomed: bool,
    /// Its step is part of the one that was just taken.
    drawn: bool,
    ended: bool,
    /// How many steps it has taken.
    steps: u32,
    /// The mutex that it took in its last step, if it has done nothing since that others could notice.
    took: Option<ObjectId>,
    /// What it has seen so far, in order: with the code that it runs, all there is to know of it.
    seen: Tape,
    /// What it came to is in `result`, and what it saw does not matter any more.
    concluded: bool,
    result: Tape,
    /// It may change places with the other clients.
    client: bool,
}

#[derive(Default)]
struct Board {
    current: ActorId,
    slots: Vec<Slot>,
    holders: BTreeMap<ObjectId, ActorId>,
    condvars: BTreeMap<ObjectId, Tickets>,
    at_once: AtOnce,
    remembers: bool,
    contents: BTreeMap<ObjectId, Tape>,
    /// An object whose content cannot be written down.
    opaque: Option<ObjectId>,
    /// A client has shared objects of its own.
    private: bool,
    atomics: Atomics,
    /// The execution was ended early.
    abandoned: bool,
    /// Who waited for what when nobody could go on.
    deadlock: Option<Vec<(ActorId, Stuck)>>,
}

/// An empty board, with the main actor running.
pub(crate) fn reset(remembers: bool, at_once: AtOnce) {
    BOARD.set(Board { slots: vec![Slot::default()], remembers, at_once, ..Board::default() });
}

/// What is done without a choice in this execution.
pub(crate) fn at_once() -> AtOnce {
    BOARD.with_borrow(|board| board.at_once)
}

/// Whether what `actor` is about to do is nothing that others can notice.
pub(crate) fn is_before_an_invisible_step(actor: ActorId) -> bool {
    BOARD.with_borrow(|board| board.is_before_an_invisible_step(&board.slots[actor.index()]))
}

/// The actor that is running.
pub(crate) fn me() -> ActorId {
    BOARD.with_borrow(|board| board.current)
}

/// A task was made for `actor`.
pub(crate) fn spawned(actor: ActorId) {
    BOARD.with_borrow_mut(|board| {
        assert_eq!(
            actor.index(),
            board.slots.len(),
            "the Shuttle runtime works only under lockproof's explorers, which number its actors"
        );
        // The parent may have been before an invisible step when everybody was to be unwound.
        let doomed = board.abandoned;
        board.slots.push(Slot { intent: Some(Intent::Start), doomed, ..Slot::default() });
        board.noticed();
    });
}

/// The task of `actor` runs for the first time.
pub(crate) fn started(actor: ActorId) {
    BOARD.with_borrow_mut(|board| {
        board.slots[actor.index()].intent = None;
        board.current = actor;
    });
}

/// The body of `actor` is over.
pub(crate) fn ended(actor: ActorId) {
    BOARD.with_borrow_mut(|board| {
        let slot = &mut board.slots[actor.index()];
        slot.ended = true;
        if slot.concluded {
            slot.seen.clear();
            slot.steps = 0;
        }
    });
}

/// `actor` is about to reach a scheduling point.
pub(crate) fn announce(actor: ActorId, intent: Intent) {
    if !matches!(intent, Intent::Invisible) {
        unwind_if_doomed(actor);
    }
    BOARD.with_borrow_mut(|board| board.slots[actor.index()].intent = Some(intent));
}

/// `actor` was scheduled, and takes the step it announced, unless it is doomed. What nobody can notice it
/// does all the same: that may be in a destructor, out of which nothing unwinds.
pub(crate) fn arrive(actor: ActorId) {
    let invisible = BOARD.with_borrow_mut(|board| {
        let slot = &mut board.slots[actor.index()];
        let intent = slot.intent.take();
        slot.drawn = false;
        slot.steps += 1;
        slot.took = None;
        board.current = actor;
        if let Some(Intent::Offer { with: Some(other), .. }) = &intent {
            board.slots[other.index()].drawn = true;
        }
        matches!(intent, Some(Intent::Invisible))
    });
    if !invisible {
        unwind_if_doomed(actor);
    }
}

fn unwind_if_doomed(actor: ActorId) {
    if BOARD.with_borrow(|board| board.slots[actor.index()].doomed) {
        resume_unwind(Box::new(Doom));
    }
}

/// Has `actor` unwound at once, with no further step of its own.
pub(crate) fn doom(actor: ActorId) {
    BOARD.with_borrow_mut(|board| board.slots[actor.index()].doomed = true);
}

/// Has every actor unwound, but a main one that only waits for the others to end.
pub(crate) fn doom_all() {
    BOARD.with_borrow_mut(Board::doom_all);
}

/// Whether every actor that has not ended merely offers to go on.
pub(crate) fn only_offers_left() -> bool {
    BOARD.with_borrow(|board| {
        let mut left = board.slots.iter().skip(1).filter(|slot| !slot.ended);
        left.all(|slot| matches!(slot.intent, Some(Intent::Offer { .. })))
    })
}

/// Whether an actor's body is over.
pub(crate) fn has_ended(actor: ActorId) -> bool {
    BOARD.with_borrow(|board| board.slots[actor.index()].ended)
}

/// The actors, the main one aside, whose bodies are not over.
pub(crate) fn unfinished() -> Vec<ActorId> {
    BOARD.with_borrow(|board| {
        let others = board.slots.iter().enumerate().skip(1);
        others.filter(|(_, slot)| !slot.ended).map(|(index, _)| actor(index)).collect()
    })
}

/// The calling actor took a mutex.
pub(crate) fn took(mutex: ObjectId) {
    BOARD.with_borrow_mut(|board| {
        board.holders.insert(mutex, board.current);
        let taker = board.current.index();
        if let Some(slot) = board.slots.get_mut(taker) {
            slot.took = Some(mutex);
        }
    });
}

/// Whether the calling actor took this mutex in its last step, and has done nothing since that others could
/// notice.
pub(crate) fn has_just_taken(mutex: ObjectId) -> bool {
    BOARD.with_borrow(|board| board.slots[board.current.index()].took == Some(mutex))
}

/// A mutex was released.
pub(crate) fn released(mutex: ObjectId) {
    BOARD.with_borrow_mut(|board| {
        board.holders.remove(&mutex);
        board.noticed();
    });
}

impl Board {
    fn is_before_an_invisible_step(&self, slot: &Slot) -> bool {
        match slot.intent {
            Some(Intent::Start | Intent::Invisible) => true,
            Some(Intent::Join(other)) => self.slots[other.index()].ended,
            _ => false,
        }
    }

    /// The running actor did what others can notice, though it is no step.
    fn noticed(&mut self) {
        if let Some(slot) = self.slots.get_mut(self.current.index()) {
            slot.took = None;
        }
    }
}

fn actor(index: usize) -> ActorId {
    ActorId(u32::try_from(index).expect("an execution has fewer than four billion actors"))
}
