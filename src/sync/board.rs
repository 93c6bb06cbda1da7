//! Who is about to do what, and who may go on: the state that the schedulers of the shuttle family
//! read before each decision. There is one board an OS thread, as there is one execution.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::rc::Rc;

use super::Doom;
use crate::trace::{ActorId, ObjectId};

thread_local! {
    static BOARD: RefCell<Board> = RefCell::new(Board::default());
}

/// The next visible step of an actor, announced before its scheduling point.
#[derive(Clone)]
pub(crate) enum Intent {
    /// Begin. It is no step: an actor runs up to its first one as soon as it exists.
    Start,
    /// Touch an object in a way that never blocks.
    Step(ObjectId),
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
    Until(Rc<dyn Fn() -> bool>),
    /// Go on once a condition holds, though nobody waits for it: a fault, or the clock.
    Offer(Rc<dyn Fn() -> bool>),
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
    ended: bool,
    /// The digest of all that it has seen so far, in order.
    seen: u64,
}

/// The tickets of a condition variable: who waits, and which notifications nobody has taken yet.
#[derive(Default)]
struct Tickets {
    next: u64,
    waiting: Vec<u64>,
    notified: Vec<u64>,
}

#[derive(Default)]
struct Board {
    current: ActorId,
    slots: Vec<Slot>,
    holders: BTreeMap<ObjectId, ActorId>,
    condvars: BTreeMap<ObjectId, Tickets>,
    remembers: bool,
    contents: BTreeMap<ObjectId, u64>,
    opaque: Option<ObjectId>,
    /// Who waited for what when nobody could go on.
    deadlock: Option<Vec<(ActorId, Stuck)>>,
}

/// What an actor waits for that never comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// A mutex that this actor holds.
    Mutex(ObjectId, Option<ActorId>),
    /// A notification.
    Notification(ObjectId),
    /// The end of another actor.
    End(ActorId),
    /// A condition or an instant.
    Condition,
}

/// Who may go on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Has to go on next, because what it does is no visible step.
    pub(crate) forced: Option<ActorId>,
    /// Actors that can take their next step.
    pub(crate) enabled: Vec<ActorId>,
    /// Faults, and the clock, that can.
    pub(crate) offers: Vec<ActorId>,
    /// The main actor has set up, and is called when nobody else can go on.
    pub(crate) idle: bool,
}

/// An empty board, with the main actor running.
pub(crate) fn reset(remembers: bool) {
    BOARD.set(Board { slots: vec![Slot::default()], remembers, ..Board::default() });
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
        board.slots.push(Slot { intent: Some(Intent::Start), ..Slot::default() });
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
    BOARD.with_borrow_mut(|board| board.slots[actor.index()].ended = true);
}

/// `actor` is about to reach a scheduling point.
pub(crate) fn announce(actor: ActorId, intent: Intent) {
    unwind_if_doomed(actor);
    BOARD.with_borrow_mut(|board| board.slots[actor.index()].intent = Some(intent));
}

/// `actor` was scheduled, and takes the step it announced.
pub(crate) fn arrive(actor: ActorId) {
    BOARD.with_borrow_mut(|board| {
        board.slots[actor.index()].intent = None;
        board.current = actor;
    });
    unwind_if_doomed(actor);
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

/// Notes who waits for what, now that nobody can go on, and has everybody unwound.
pub(crate) fn deadlock() {
    BOARD.with_borrow_mut(|board| {
        let stuck = board.intents().into_iter();
        let stuck = stuck.filter_map(|(actor, intent)| Some((actor, board.stuck(&intent)?)));
        board.deadlock = Some(stuck.collect());
        board.doom_all();
    });
}

/// Who waited for what when nobody could go on, if that has happened.
pub(crate) fn take_deadlock() -> Option<Vec<(ActorId, Stuck)>> {
    BOARD.with_borrow_mut(|board| board.deadlock.take())
}

/// Whether every actor that has not ended merely offers to go on.
pub(crate) fn only_offers_left() -> bool {
    BOARD.with_borrow(|board| {
        let mut left = board.slots.iter().skip(1).filter(|slot| !slot.ended);
        left.all(|slot| matches!(slot.intent, Some(Intent::Offer(_))))
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
    BOARD.with_borrow_mut(|board| board.holders.insert(mutex, board.current));
}

/// A mutex was released.
pub(crate) fn released(mutex: ObjectId) {
    BOARD.with_borrow_mut(|board| board.holders.remove(&mutex));
}

/// Begins a wait on a condition variable; the ticket tells it from earlier and later ones.
pub(crate) fn wait(condvar: ObjectId) -> u64 {
    BOARD.with_borrow_mut(|board| {
        let tickets = board.condvars.entry(condvar).or_default();
        tickets.next += 1;
        tickets.waiting.push(tickets.next);
        tickets.next
    })
}

/// Tells one waiter, or all. A notification that finds every waiter told already is lost.
pub(crate) fn notify(condvar: ObjectId, all: bool) {
    BOARD.with_borrow_mut(|board| {
        let tickets = board.condvars.entry(condvar).or_default();
        tickets.next += 1;
        let untold = tickets.waiting.len() - tickets.notified.len();
        let told = if all { untold } else { untold.min(1) };
        let ticket = tickets.next;
        tickets.notified.extend(std::iter::repeat_n(ticket, told));
    });
}

/// Ends a wait: takes the oldest notification that came after it began. (A later waiter may take a
/// later one, so every choice of whom `notify_one` wakes is a choice of the schedule.)
pub(crate) fn woken(condvar: ObjectId, since: u64) {
    BOARD.with_borrow_mut(|board| {
        let tickets = board.condvars.entry(condvar).or_default();
        tickets.waiting.retain(|ticket| *ticket != since);
        if let Some(taken) = tickets.notified.iter().position(|ticket| *ticket > since) {
            tickets.notified.remove(taken);
        }
    });
}

/// Who may go on now.
pub(crate) fn survey() -> Survey {
    let (invisible, intents) = BOARD.with_borrow(|board| (board.invisible(), board.intents()));
    let mut survey = Survey { forced: invisible, ..Survey::default() };
    if invisible.is_some() {
        return survey;
    }
    for (actor, intent) in intents {
        // Conditions look at shared state, which may look at the board: they are asked with it let go.
        match intent {
            Intent::Idle => survey.idle = true,
            Intent::Offer(ready) if ready() => survey.offers.push(actor),
            Intent::Until(ready) if ready() => survey.enabled.push(actor),
            Intent::Offer(_) | Intent::Until(_) => {}
            intent if BOARD.with_borrow(|board| board.allows(&intent)) => {
                survey.enabled.push(actor)
            }
            _ => {}
        }
    }
    survey
}

impl Board {
    /// The actor that has to go on next because what it does is no step: it is running, it is unwound,
    /// it begins, or it sees another one end.
    fn invisible(&self) -> Option<ActorId> {
        let live = || self.slots.iter().enumerate().filter(|(_, slot)| !slot.ended);
        let running = live().find(|(_, slot)| slot.intent.is_none());
        let doomed = || live().find(|(_, slot)| slot.doomed);
        let begins = || live().find(|(_, slot)| matches!(slot.intent, Some(Intent::Start)));
        let joins = || {
            live().find(|(_, slot)| match slot.intent {
                Some(Intent::Join(other)) => self.slots[other.index()].ended,
                _ => false,
            })
        };
        let found = running.or_else(doomed).or_else(begins).or_else(joins);
        found.map(|(index, _)| actor(index))
    }

    fn intents(&self) -> Vec<(ActorId, Intent)> {
        let live = self.slots.iter().enumerate().filter(|(_, slot)| !slot.ended);
        live.filter_map(|(index, slot)| Some((actor(index), slot.intent.clone()?))).collect()
    }

    fn allows(&self, intent: &Intent) -> bool {
        match intent {
            Intent::Start | Intent::Step(_) => true,
            Intent::Lock(mutex) => !self.holders.contains_key(mutex),
            Intent::Wake { condvar, mutex, since } => {
                let tickets = self.condvars.get(condvar);
                tickets.is_some_and(|tickets| tickets.notified.iter().any(|ticket| ticket > since))
                    && !self.holders.contains_key(mutex)
            }
            Intent::Join(other) => self.slots[other.index()].ended,
            Intent::Until(_) | Intent::Offer(_) | Intent::Idle => false,
        }
    }

    fn stuck(&self, intent: &Intent) -> Option<Stuck> {
        match intent {
            Intent::Lock(mutex) => Some(Stuck::Mutex(*mutex, self.holders.get(mutex).copied())),
            Intent::Wake { condvar, mutex, since } => {
                let tickets = self.condvars.get(condvar);
                let told =
                    tickets.is_some_and(|all| all.notified.iter().any(|ticket| ticket > since));
                Some(if told {
                    Stuck::Mutex(*mutex, self.holders.get(mutex).copied())
                } else {
                    Stuck::Notification(*condvar)
                })
            }
            Intent::Join(other) => Some(Stuck::End(*other)),
            Intent::Until(_) => Some(Stuck::Condition),
            Intent::Start | Intent::Step(_) | Intent::Offer(_) | Intent::Idle => None,
        }
    }

    fn doom_all(&mut self) {
        for slot in &mut self.slots {
            slot.doomed = !matches!(slot.intent, Some(Intent::Idle));
        }
        // The main actor is running when it asks for this between two idle waits.
        if self.current == ActorId::MAIN && self.slots[0].intent.is_none() {
            self.slots[0].doomed = false;
        }
    }
}

/// Whether states are remembered in this execution.
pub(crate) fn remembers() -> bool {
    BOARD.with_borrow(|board| board.remembers)
}

/// Notes what is in a shared object now.
pub(crate) fn content(object: ObjectId, digest: Option<u64>) {
    BOARD.with_borrow_mut(|board| match digest {
        Some(digest) => {
            board.contents.insert(object, digest);
        }
        None => board.opaque = Some(object),
    });
}

/// Notes that the running actor has seen something.
pub(crate) fn observe(digest: u64) {
    BOARD.with_borrow_mut(|board| {
        let current = board.current.index();
        let slot = &mut board.slots[current];
        slot.seen = (slot.seen.rotate_left(5) ^ digest).wrapping_mul(0x517c_c1b7_2722_0a95);
    });
}

fn actor(index: usize) -> ActorId {
    ActorId(u32::try_from(index).expect("an execution has fewer than four billion actors"))
}
