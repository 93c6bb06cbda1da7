//! Calls of loom's primitives.

use super::actors::awaiting;
use super::execution::{Awaited, collapse, go_on};
use super::put_by::drop_put_by;
use crate::sync::inert;

/// Calls a primitive of loom. A panic out of one is loom's verdict on the execution, not the actor's.
pub(super) fn primitive<U>(call: impl FnOnce() -> U) -> U {
    struct Watch {
        unwinding: bool,
    }
    impl Drop for Watch {
        fn drop(&mut self) {
            if inert() && !self.unwinding {
                collapse();
            }
        }
    }
    if !inert() {
        go_on();
        drop_put_by();
    }
    let _watch = Watch { unwinding: inert() };
    call()
}

/// Calls a primitive of loom that may block.
pub(super) fn blocking<U>(on: Awaited, call: impl FnOnce() -> U) -> U {
    awaiting(on, || primitive(call))
}
