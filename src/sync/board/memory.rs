//! What explorers that remember states compare: the whole state of an execution, written down.

use super::{BOARD, Board, Intent, Slot};
use crate::sync::tape::Tape;
use crate::trace::{ActorId, ObjectId};

/// The state of an execution between two steps. Two executions in equal states have equal futures.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// Who waits on which condition variable, and has been told.
    pub(crate) waiting: Tape,
    /// What is in each shared object, and who holds it.
    pub(crate) shared: Tape,
    /// What each actor has seen, and is about to do; a place an actor.
    pub(crate) actors: Vec<Tape>,
}

/// The state that the board shows.
pub(crate) fn state() -> State {
    BOARD.with_borrow(|board| {
        let mut shared = Tape::of(&board.holders);
        let mut waiting = Tape::default();
        for (condvar, tickets) in &board.condvars {
            waiting.append(&Tape::of(&(condvar, tickets.in_order())));
        }
        for (object, content) in &board.contents {
            shared.append(&Tape::of(object));
            shared.append(content);
        }
        State {
            waiting,
            shared,
            actors: board.slots.iter().map(|slot| board.written(slot)).collect(),
        }
    })
}

impl Board {
    fn written(&self, slot: &Slot) -> Tape {
        let mut tape = Tape::of(&(slot.ended, slot.steps));
        match &slot.intent {
            None => {}
            // To begin is not counted among the steps.
            Some(Intent::Start) => tape.append(&Tape::of(&"begins")),
            Some(Intent::Join(other)) => tape.append(&Tape::of(other)),
            // Tickets are drawn in the order of the steps; what matters is only who waits longer.
            Some(Intent::Wake { condvar, since, .. }) => {
                let earlier = self.condvars.get(condvar).map(|tickets| tickets.rank(*since));
                tape.append(&Tape::of(&earlier));
            }
            // Which step it is follows from what the actor has seen.
            Some(_) => {}
        }
        tape.append(&slot.seen);
        tape.append(&slot.result);
        tape
    }
}

/// Whether states are remembered in this execution.
pub(crate) fn remembers() -> bool {
    BOARD.with_borrow(|board| board.remembers)
}

/// Notes what is in a shared object now.
pub(crate) fn content(object: ObjectId, tape: Option<Tape>) {
    BOARD.with_borrow_mut(|board| match tape {
        Some(tape) => {
            let known = board.contents.insert(object, tape).is_some();
            if !known {
                // Objects are numbered in the order in which they are made: the maker knows the number.
                let maker = board.current.index();
                board.slots[maker].seen.append(&Tape::of(&object));
            }
            // Which of two clients that run the same code an object belongs to is nowhere written down.
            board.private |= !known && board.slots[board.current.index()].client;
        }
        None => board.opaque = Some(object),
    });
}

/// The object whose content cannot be written down, if there is one.
pub(crate) fn opaque() -> Option<ObjectId> {
    BOARD.with_borrow(|board| board.opaque)
}

/// Notes that the running actor has seen something. When the scheduler asks for a condition nobody is
/// running: the actor that took the last step has announced its next one, or has ended.
pub(crate) fn observe(tape: &Tape) {
    BOARD.with_borrow_mut(|board| {
        let current = board.current.index();
        let slot = &mut board.slots[current];
        if slot.intent.is_none() && !slot.ended {
            slot.seen.append(tape);
        }
    });
}

/// What `actor` sees does not matter once it has ended; what it comes to does.
pub(crate) fn conclude(actor: ActorId, result: Tape) {
    BOARD.with_borrow_mut(|board| {
        let slot = &mut board.slots[actor.index()];
        (slot.concluded, slot.result) = (true, result);
    });
}

/// `actor` runs the same code as every other client, and differs from them only in its name.
pub(crate) fn client(actor: ActorId) {
    BOARD.with_borrow_mut(|board| board.slots[actor.index()].client = true);
}

/// The actors that may change places with each other.
pub(crate) fn clients() -> Vec<ActorId> {
    BOARD.with_borrow(|board| {
        if board.private {
            return Vec::new();
        }
        let slots = board.slots.iter().enumerate();
        slots.filter(|(_, slot)| slot.client).map(|(index, _)| super::actor(index)).collect()
    })
}

/// Ends this execution early: nothing that it comes to is to be judged.
pub(crate) fn abandon() {
    BOARD.with_borrow_mut(|board| {
        board.abandoned = true;
        board.doom_all();
    });
}

/// Whether the execution was ended early.
pub(crate) fn abandoned() -> bool {
    BOARD.with_borrow(|board| board.abandoned)
}
