//! A session begins and ends: in between, what the code of actors records goes through it.

use super::seen::take;
use super::{SESSION, Session};
use crate::trace;

/// Begins a session on this OS thread, or goes on with one.
pub(crate) fn begin(session: Box<Session>) {
    SESSION.set(Some(session));
    trace::hand_to(Some(take));
}

/// Ends the session of this OS thread.
pub(crate) fn end() -> Option<Box<Session>> {
    trace::hand_to(None);
    SESSION.take()
}
