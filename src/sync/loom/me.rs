//! The actor that runs.

use std::cell::Cell;

use crate::trace::ActorId;

loom::thread_local! {
    static ME: Cell<ActorId> = Cell::new(ActorId::MAIN);
}

/// The actor that the calling thread is.
pub(super) fn me() -> ActorId {
    ME.with(Cell::get)
}

/// The calling thread is this actor from here on.
pub(super) fn become_actor(actor: ActorId) {
    ME.with(|me| me.set(actor));
}
