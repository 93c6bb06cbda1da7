//! Operations as data, their observations, and the worlds that they inspect and change.

use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};

use super::object::Object;
use super::value::Kept;
use crate::trace::{ActorId, Event, Kind, ObjectId};

/// A pending operation of an actor. It is announced before it takes effect.
pub(crate) trait Operation: Debug + Any {
    /// Encodes the operation: equal encodings have equal effects.
    fn encode(&self, hasher: &mut dyn Hasher);

    /// The footprint: the parts of the world that determine its effect.
    fn footprint(&self) -> Footprint;

    /// Returns whether it is enabled.
    fn enabled(&self, me: ActorId, world: &dyn Look) -> bool {
        let _ = (me, world);
        true
    }

    /// The reason why it is blocked.
    fn blocked_on(&self, me: ActorId, world: &dyn Look) -> Blocked {
        let _ = (me, world);
        Blocked::Condition(Cow::Borrowed("its turn"))
    }

    /// Takes effect, and returns the observation of the actor.
    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation;

    /// Returns whether it is a step: a scheduling decision, with a place in the schedule.
    fn is_step(&self) -> bool {
        true
    }

    /// The latest instant at which it becomes enabled, in milliseconds.
    fn wakes_at(&self) -> Option<u64> {
        None
    }

    /// The faults that it is exposed to on the way to a server.
    fn exposed(&self, me: ActorId, world: &dyn Look) -> Exposed {
        let _ = (me, world);
        Exposed::Nothing
    }

    /// Takes the effect that `strike` leaves it, as a step of `by`.
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

    /// Cleans up after its actor is gone, before it took effect.
    fn abandon(&self, me: ActorId, world: &mut dyn Store) {
        let _ = (me, world);
    }

    /// The actor whose end it waits for.
    fn joins(&self) -> Option<ActorId> {
        None
    }
}

/// The parts of the world, besides the actor, that determine the effect of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Footprint {
    /// The objects that it inspects or changes.
    pub(crate) objects: [Option<ObjectId>; 2],
    /// True if it reads the clock.
    pub(crate) time: bool,
    /// True if it inspects anything else, such as the pending operations of other actors.
    pub(crate) whole: bool,
}

impl Footprint {
    /// Nothing shared.
    pub(crate) const NOTHING: Self = Self { objects: [None, None], time: false, whole: false };

    /// One object.
    pub(crate) const fn of(object: ObjectId) -> Self {
        Self { objects: [Some(object), None], ..Self::NOTHING }
    }

    /// The whole world.
    pub(crate) const WHOLE: Self = Self { time: true, whole: true, ..Self::NOTHING };
}

/// The observation that an actor makes through an operation.
#[derive(Clone, Debug)]
pub(crate) enum Observation {
    /// The operation has taken effect.
    Done,
    /// A value.
    Value(Kept),
    /// No reply came in time.
    Lost,
    /// No more observations: the actor is killed.
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

/// The faults that an operation is exposed to on its way to a server and back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exposed {
    /// None.
    Nothing,
    /// The operation is a command that is about to be sent.
    Command,
    /// The operation waits for a reply, which is ready.
    Reply,
}

/// The fate of a command that is not carried out and answered normally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Strike {
    /// The command is carried out, and its reply is lost.
    ReplyLost,
    /// The command is held back; the client gets no answer.
    HeldBack,
}

/// The reason why an actor is blocked.
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

/// A world, to inspect.
pub(crate) trait Look {
    /// The instant, in milliseconds since the execution began.
    fn now(&self) -> u64;

    /// The shared object with this number.
    fn object(&self, id: ObjectId) -> &dyn Object;

    /// The actor's pending operation; `None` if the actor has ended.
    fn pending(&self, actor: ActorId) -> Option<&dyn Operation>;

    /// Returns whether the body of this actor has ended.
    fn has_ended(&self, actor: ActorId) -> bool;

    /// The actors that were started, the main one aside.
    fn actors(&self) -> Actors;

    /// The shared objects, by number.
    fn objects(&self) -> Box<dyn Iterator<Item = &dyn Object> + '_>;
}

impl dyn Look + '_ {
    /// The shared object with this number, which has this type.
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

/// A world that operations take effect on.
pub(crate) trait Store: Look {
    /// The shared object with this number, to change.
    fn object_mut(&mut self, id: ObjectId) -> &mut dyn Object;

    /// Adds a new shared object.
    fn create(&mut self, id: ObjectId, object: Box<dyn Object>);

    /// Records an event.
    fn record(&mut self, event: Event);

    /// Lets time pass to `at`, in milliseconds; time never goes back.
    fn pass_time(&mut self, at: u64, by: ActorId);

    /// Refuses a command that cannot be carried out as a real server would do it: the run ends.
    fn refuse(&mut self, why: String);

    /// The same world, to inspect.
    fn look(&self) -> &dyn Look;
}

impl dyn Store + '_ {
    /// The shared object with this number, which has this type, to change.
    pub(crate) fn get_mut<T: Object>(&mut self, id: ObjectId) -> &mut T {
        (self.object_mut(id) as &mut dyn Any).downcast_mut().expect("an object keeps its type")
    }

    /// Records an action of an actor.
    pub(crate) fn did(&mut self, actor: ActorId, kind: Kind) {
        self.record(Event { actor, kind });
    }
}
