//! Shared objects: they are made, set up and touched.

use std::sync::atomic::Ordering;

use super::steps::effect;
use super::{Mode, exists, with};
use crate::machine::object::Object;
use crate::machine::operation::Store;
use crate::machine::resources::shared::Create;
use crate::machine::resources::time::Advance;
use crate::trace::{ActorId, ObjectId};

/// Lets time pass to an instant at once, at the wish of the main actor.
pub(crate) fn advance(at: u64) {
    effect(Advance(at));
}

/// Puts something into the world.
pub(crate) fn create(object: ObjectId, value: impl Object) {
    effect(Create { object, with: Box::new(value) });
}

/// Changes something of the world while it is set up.
pub(crate) fn configure<T: Object>(object: ObjectId, change: impl FnOnce(&mut T)) {
    with(|session| {
        if !matches!(session.mode, Mode::Alone(_)) {
            change((&mut session.state as &mut dyn Store).get_mut(object));
        }
    });
}

/// The run ends here, and does not count.
pub(crate) fn refuse(why: String) {
    with(|session| (&mut session.state as &mut dyn Store).refuse(why));
}

/// A value is put into an object; whether it can be copied and compared.
pub(crate) fn holds(object: ObjectId, plain: bool) {
    if !plain {
        with(|session| session.opaque.insert(object));
    }
}

/// The calling actor touches an atomic. While the main actor sets up and judges no other actor runs, and all
/// its accesses are ordered with those of the others.
pub(crate) fn touched(object: ObjectId, ordering: Ordering) {
    with(|session| {
        let me = session.me;
        if me != ActorId::MAIN {
            session.atomics.touch(object, me, ordering);
        }
    });
}

/// Runs the code of a step on shared state.
pub(crate) fn inside<U>(object: ObjectId, work: impl FnOnce() -> U) -> U {
    let name = with(|session| session.names.objects().get(object.index()).cloned());
    with(|session| session.inside = name);
    let inside = Inside;
    let result = work();
    drop(inside);
    result
}

pub(super) struct Inside;

impl Drop for Inside {
    fn drop(&mut self) {
        if exists() {
            with(|session| session.inside = None);
        }
    }
}
