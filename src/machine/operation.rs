//! Operations as data, what they observe, and what they may look at and change.

use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};

use super::object::Object;
use super::value::Kept;
use crate::trace::{ActorId, Event, Kind, ObjectId};

/// What an actor is about to do. It is announced before it takes effect.
pub(crate) trait Operation: Debug + Any {
    /// Writes down which operation it is: equal encodings do the same.
    fn encode(&self, hasher: &mut dyn Hasher);

    /// What its effect depends on.
    fn footprint(&self) -> Footprint;

    /// Whether it can take effect now.
    fn enabled(&self, me: ActorId, world: &dyn Look) -> bool {
        let _ = (me, world);
        true
    }

    /// What keeps it from taking effect.
    fn blocked_on(&self, me: ActorId, world: &dyn Look) -> Blocked {
        let _ = (me, world);
        Blocked::Condition(Cow::Borrowed("its turn"))
    }

    /// Takes effect, and returns what the actor learns from it.
    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation;

    /// Whether it takes a scheduling decision, and so a place in the schedule.
    fn is_step(&self) -> bool {
        true
    }

    /// The instant at which it can take effect at the latest, in milliseconds.
    fn wakes_at(&self) -> Option<u64> {
        None
    }

    /// What can happen to it on the way to a server.
    fn exposed(&self, me: ActorId, world: &dyn Look) -> Exposed {
        let _ = (me, world);
        Exposed::Nothing
    }

    /// Takes effect as far as it does when `strike` hits it, as a step of `by`.
    fn struck(
        &self,
        strike: Strike,
        me: ActorId,
        by: ActorId,
        world: &mut dyn Store,
    ) -> Observation {
        let _ = (strike, by);
        self.apply(me, world)
    }

    /// Its actor is gone before it took effect.
    fn abandon(&self, me: ActorId, world: &mut dyn Store) {
        let _ = (me, world);
    }

    /// The actor whose end it waits for.
    fn joins(&self) -> Option<ActorId> {
        None
    }
}

/// What the effect of an operation depends on, beside the actor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Footprint {
    /// The objects that it looks at or changes.
    pub(crate) objects: [Option<ObjectId>; 2],
    /// Whether it looks at the clock.
    pub(crate) time: bool,
    /// Whether it looks at anything else, such as what others are about to do.
    pub(crate) whole: bool,
}

impl Footprint {
    /// Nothing that is shared.
    pub(crate) const NOTHING: Self = Self { objects: [None, None], time: false, whole: false };

    /// One object.
    pub(crate) const fn of(object: ObjectId) -> Self {
        Self { objects: [Some(object), None], ..Self::NOTHING }
    }

    /// Anything.
    pub(crate) const WHOLE: Self = Self { time: true, whole: true, ..Self::NOTHING };
}

/// What an actor learns from an operation.
#[derive(Clone, Debug)]
pub(crate) enum Observation {
    /// That it has taken effect.
    Done,
    /// A value.
    Value(Kept),
    /// That no reply came in time.
    Lost,
    /// Nothing any more: it is killed.
    Killed,
}

impl Observation {
    /// A value of any type.
    pub(crate) fn of<T: Hash + Debug + 'static>(value: T) -> Self {
        Self::Value(Kept::new(value))
    }

    /// The type of the value, if it is one.
    pub(crate) fn of_type(&self) -> Option<TypeId> {
        match self {
            Self::Value(kept) => Some(kept.of_type()),
            _ => None,
        }
    }

    /// The value, if it is one of this type.
    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        match self {
            Self::Value(kept) => kept.get(),
            _ => None,
        }
    }
}

impl Hash for Observation {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        if let Self::Value(kept) = self {
            kept.hash(state);
        }
    }
}

/// What can happen to an operation on its way to a server and back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exposed {
    /// Nothing.
    Nothing,
    /// It is a command that is about to be sent.
    Command,
    /// It waits for a reply, which is ready.
    Reply,
}

/// What happens to a command in place of its being carried out and answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Strike {
    /// It is carried out, and its reply is lost.
    ReplyLost,
    /// It is held back; the client gets no answer.
    HeldBack,
}

/// What an actor waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Blocked {
    /// A mutex that this actor holds.
    Mutex(ObjectId, Option<ActorId>),
    /// A notification.
    Notification(ObjectId),
    /// The end of another actor.
    End(ActorId),
    /// A condition or an instant, described.
    Condition(Cow<'static, str>),
}

/// Actors, by number.
pub(crate) type Actors = std::iter::Map<std::ops::Range<u32>, fn(u32) -> ActorId>;

/// The actors of these numbers below `count`, the main one aside.
pub(crate) fn actors_below(count: usize) -> Actors {
    (1..count as u32).map(ActorId)
}

/// A look at a world.
pub(crate) trait Look {
    /// The instant, in milliseconds since the execution began.
    fn now(&self) -> u64;

    /// What is shared under this number.
    fn object(&self, id: ObjectId) -> &dyn Object;

    /// What this actor is about to do; `None` if it has ended.
    fn pending(&self, actor: ActorId) -> Option<&dyn Operation>;

    /// Whether the body of this actor is over.
    fn has_ended(&self, actor: ActorId) -> bool;

    /// The actors that were started, the main one aside.
    fn actors(&self) -> Actors;

    /// What is shared, by number.
    fn objects(&self) -> Box<dyn Iterator<Item = &dyn Object> + '_>;
}

impl dyn Look + '_ {
    /// What is shared under this number, which is of this type.
    pub(crate) fn get<T: Object>(&self, id: ObjectId) -> &T {
        (self.object(id) as &dyn Any).downcast_ref().expect("an object keeps its type")
    }

    /// The first instant after now at which a sleep or a wait ends, in milliseconds.
    pub(crate) fn next_alarm(&self) -> Option<u64> {
        let now = self.now();
        let wakes = self.actors().filter_map(|actor| self.pending(actor)?.wakes_at());
        wakes.filter(|at| *at > now).min()
    }

    /// The first instant after now at which anything happens by itself, in milliseconds.
    pub(crate) fn next_instant(&self) -> Option<u64> {
        let now = self.now();
        let changes = self.objects().filter_map(|object| object.next_instant(now));
        changes.chain(self.next_alarm()).min()
    }
}

/// A world that an operation takes effect on.
pub(crate) trait Store: Look {
    /// What is shared under this number, to be changed.
    fn object_mut(&mut self, id: ObjectId) -> &mut dyn Object;

    /// Shares something new.
    fn create(&mut self, id: ObjectId, object: Box<dyn Object>);

    /// Records what has happened.
    fn record(&mut self, event: Event);

    /// Time passes to `at`, in milliseconds; it never goes back.
    fn pass_time(&mut self, at: u64, by: ActorId);

    /// A command cannot be carried out as a real server would: the run ends.
    fn refuse(&mut self, why: String);

    /// Itself, for looks.
    fn look(&self) -> &dyn Look;
}

impl dyn Store + '_ {
    /// What is shared under this number, which is of this type, to be changed.
    pub(crate) fn get_mut<T: Object>(&mut self, id: ObjectId) -> &mut T {
        (self.object_mut(id) as &mut dyn Any).downcast_mut().expect("an object keeps its type")
    }

    /// Records what an actor has done.
    pub(crate) fn did(&mut self, actor: ActorId, kind: Kind) {
        self.record(Event { actor, kind });
    }
}
