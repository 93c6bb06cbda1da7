//! Guards of actors that unwind, put by until they no longer do.

use std::cell::RefCell;
use std::mem;

use loom::sync::MutexGuard;

use super::me::me;
use crate::sync::inert;
use crate::trace::{ActorId, ObjectId};

thread_local! {
    /// Guards of actors that unwound, which have yet to be dropped.
    static PUT_BY: RefCell<Vec<PutBy>> = const { RefCell::new(Vec::new()) };
}

struct PutBy {
    actor: ActorId,
    object: ObjectId,
    guard: MutexGuard<'static, ()>,
}

/// Puts by a guard of the calling actor.
pub(super) fn put_by(object: ObjectId, guard: MutexGuard<'static, ()>) {
    PUT_BY.with_borrow_mut(|all| all.push(PutBy { actor: me(), object, guard }));
}

/// Takes back the guard that the calling actor has put by.
pub(super) fn take_back(object: ObjectId) -> Option<MutexGuard<'static, ()>> {
    PUT_BY.with_borrow_mut(|all| {
        if all.is_empty() || !inert() {
            return None;
        }
        let me = me();
        let at = all.iter().position(|it| it.actor == me && it.object == object)?;
        Some(all.remove(at).guard)
    })
}

/// Drops the guards that the calling actor put by while it unwound.
pub(super) fn drop_put_by() {
    let mine = PUT_BY.with_borrow_mut(|all| {
        if all.is_empty() || inert() {
            return Vec::new();
        }
        let me = me();
        let (mine, others) = mem::take(all).into_iter().partition(|it| it.actor == me);
        *all = others;
        mine
    });
    drop(mine);
}

/// Forgets the guards left by an execution that loom gave up.
pub(super) fn forget_put_by() {
    mem::forget(PUT_BY.take());
}
