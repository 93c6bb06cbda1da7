//! One event: an actor, an action and an object.

use super::Datum;

/// The number of an actor within an execution; its name is in [`super::Trace::actors`].
///
/// It is hashed by [`crate::sync`], which has to tell it from other numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(not(feature = "model"), derive(Hash))]
pub struct ActorId(pub u32);

impl ActorId {
    /// The actor that sets a scenario up, and judges it once the others have ended.
    pub const MAIN: Self = Self(0);

    /// The position of this actor in tables that have a row an actor.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The number of a shared object within an execution; its name is in [`super::Trace::objects`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

impl ObjectId {
    /// The position of this object in tables that have a row an object.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The action of one actor, at one point of the execution.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// The actor.
    pub actor: ActorId,
    /// The action.
    pub kind: Kind,
}

/// An action. The texts are short and made for a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Took a mutex.
    Lock {
        /// The mutex.
        object: ObjectId,
        /// The value that it guards, where that is known.
        value: Option<String>,
    },
    /// Released a mutex. It has no scheduling point of its own: releasing commutes with any operation that
    /// the others could perform just before it.
    Unlock {
        /// The mutex.
        object: ObjectId,
        /// The value that it guards from here on, where that is known.
        value: Option<String>,
    },
    /// Began to wait on a condition variable, and released the mutex that goes with it.
    Wait {
        /// The condition variable.
        object: ObjectId,
        /// It is no part of the step that took the mutex: the actor took another one since.
        alone: bool,
    },
    /// Was woken from a condition variable, and has the mutex again.
    Wake(ObjectId),
    /// Notified one waiter, or all of them.
    Notify {
        /// The condition variable.
        object: ObjectId,
        /// True if every waiter was notified, not just one.
        all: bool,
    },
    /// One access of an atomic integer.
    Atomic {
        /// The atomic.
        object: ObjectId,
        /// The operation on it.
        verb: Verb,
        /// The value found.
        found: i64,
    },
    /// One atomic step on shared state.
    Access {
        /// The shared state.
        object: ObjectId,
        /// The request, in the object's own terms.
        request: String,
        /// The reply.
        reply: String,
        /// The parts of the object that the step works on.
        touched: Vec<Touch>,
    },
    /// The entry of a watched key on a server, now that this actor's step changed it.
    Truth {
        /// The server.
        object: ObjectId,
        /// The key.
        key: String,
        /// The value; `None` is nothing.
        value: Option<String>,
        /// When it will expire, in milliseconds; `None` is never.
        until: Option<u64>,
    },
    /// Read the clock: milliseconds since the execution began.
    Now(u64),
    /// Slept until this instant, in milliseconds.
    Slept(u64),
    /// The clock went on to this instant, in milliseconds.
    Tick(u64),
    /// Started another actor.
    Spawn(ActorId),
    /// Waited for another actor to end.
    Join(ActorId),
    /// A client began to believe that it holds a lock.
    Believe {
        /// The key of the lock.
        key: String,
        /// The token that proves ownership to the server.
        token: String,
        /// Until when it may believe so, in milliseconds; `None` is for ever.
        until: Option<u64>,
    },
    /// A client stopped believing that it holds a lock.
    Disbelieve {
        /// The key of the lock.
        key: String,
        /// The token that proved ownership to the server.
        token: String,
    },
    /// A call began whose reply will be judged. It is part of the step that follows.
    Invoke {
        /// The object called.
        object: ObjectId,
        /// The request. The type of requests and replies belongs to the object.
        request: Datum,
    },
    /// A call ended.
    Return {
        /// The object called.
        object: ObjectId,
        /// The reply; or, if the call failed and may or may not take effect, the error's text.
        reply: Result<Datum, String>,
    },
    /// The actor named here was crashed by a fault.
    Crash(ActorId),
    /// The actor panicked with this message.
    Panic(String),
}

/// The reply in an [`Access`](Kind::Access) that finds nothing yet, and waits.
#[cfg(feature = "model")]
pub(crate) const WAITS: &str = "waits";

/// A part of shared state that a step works on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Touch {
    /// The part, a key of a server say; `None` is all of it.
    pub part: Option<String>,
    /// True if the step may change it.
    pub writes: bool,
}

/// The five things that can be done to an atomic integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Read.
    Load,
    /// Written with this value.
    Store(i64),
    /// Exchanged for this value.
    Swap(i64),
    /// Increased by this much.
    FetchAdd(i64),
    /// Replaced by `new` if it was `expected`.
    CompareExchange {
        /// The value that had to be there.
        expected: i64,
        /// The value put there if it was.
        new: i64,
    },
}

impl Kind {
    /// Returns whether this event took a scheduling decision, and so a place in the schedule.
    #[must_use]
    pub const fn is_step(&self) -> bool {
        !matches!(
            self,
            Self::Unlock { .. }
                | Self::Wait { alone: false, .. }
                | Self::Spawn(_)
                | Self::Join(_)
                | Self::Truth { .. }
                | Self::Believe { .. }
                | Self::Disbelieve { .. }
                | Self::Invoke { .. }
                | Self::Return { .. }
                | Self::Panic(_)
        )
    }
}
