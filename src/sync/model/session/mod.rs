//! The session of an OS thread: the current meaning of the seam's calls on the model runtime.
//!
//! * **Direct**: the main actor sets a world up, or judges it. Operations take effect at once.
//! * **Live**: actors are tasks of shuttle. Each operation is announced, and takes effect when the scheduler
//!   lets the actor go on.
//! * **Alone**: one actor runs on given observations, and its first operation without one ends the run.
//!
//! Only [`step`], [`ask`] and [`effect`] announce operations, apply them and observe their results.

mod begin;
mod bodies;
mod live;
mod of_actors;
mod seen;
mod steps;
mod things;
mod unwinding;

pub(crate) use begin::{begin, end};
pub(super) use bodies::{Begun, ended, returned, run_here, spawn};
pub(super) use live::{arrive, invisible_point};
use of_actors::OfActors;
pub(crate) use seen::{
    announce, has_just_taken, next_round, noticed, observe, only, record, reveal, rounds, took,
};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
pub(crate) use steps::{ask, effect, step};
pub(crate) use things::{advance, configure, create, holds, inside, refuse, touched};
pub(super) use unwinding::joins_in_vain;
pub(crate) use unwinding::{is_inert, is_unwinding, passes_over};

use super::alone::Alone;
use super::atomics::Atomics;
use super::live::Live;
use super::vitals::Vitals;
use crate::machine::names::Names;
use crate::machine::operation::Observation;
use crate::machine::state::{Progress, State};
use crate::machine::value::Kept;
use crate::trace::{self, ActorId, Event, Kind, ObjectId};

thread_local! {
    static SESSION: RefCell<Option<Box<Session>>> = const { RefCell::new(None) };
}

/// The current state of an OS thread.
pub(crate) struct Session {
    /// The numbers of actors and objects.
    pub(crate) names: Names,
    /// The number of actors and objects that each actor has made.
    made: OfActors<(u32, u32)>,
    /// The actor that runs.
    pub(crate) me: ActorId,
    /// The mutex that each actor took in its last step, if it has done nothing since that others could
    /// notice.
    took: OfActors<ObjectId>,
    /// The events that begin with the next operation of each actor.
    announced: OfActors<Vec<Kind>>,
    /// The world, where operations take effect.
    pub(crate) state: State,
    /// The way in which operations of the actors take effect.
    pub(super) mode: Mode,
    /// The observations of the main actor, where its operations take effect.
    pub(crate) set_up: Vec<Observation>,
    /// The actors that it started.
    pub(crate) started: Vec<ActorId>,
    /// Its earlier observations, where its operations are answered from them.
    answers: Rc<[Observation]>,
    /// The number of operations answered so far.
    set_up_at: usize,
    /// The values that finished bodies returned.
    returned: OfActors<Kept>,
    /// Actors whose destructors called for an answer that they cannot have while they panic.
    missed: BTreeSet<ActorId>,
    /// The name of the shared state on which a step is being taken.
    inside: Option<String>,
    /// Objects whose values cannot be copied or compared.
    pub(crate) opaque: BTreeSet<ObjectId>,
    /// The atomics that are shared, and their weakest orderings.
    pub(crate) atomics: Atomics,
    /// Tells a watcher that the thread is alive.
    pub(super) vitals: Vitals,
}

/// The way in which operations take effect.
pub(super) enum Mode {
    /// At once.
    Direct,
    /// When the scheduler lets the actor go on.
    Live(Live),
    /// They are answered.
    Alone(Alone),
}

impl Session {
    fn of(names: Names, mode: Mode, answers: Rc<[Observation]>) -> Box<Self> {
        let sink = |event: Event| trace::append(event.actor, || event.kind);
        let mut state = State::new(sink);
        state.set_progress(ActorId::MAIN, Progress::Running);
        let vitals = Vitals::of_this_thread();
        vitals.runs(ActorId::MAIN);
        Box::new(Self {
            names,
            made: OfActors::new(),
            me: ActorId::MAIN,
            took: OfActors::new(),
            announced: OfActors::new(),
            state,
            mode,
            set_up: Vec::new(),
            started: Vec::new(),
            answers,
            set_up_at: 0,
            returned: OfActors::new(),
            missed: BTreeSet::new(),
            inside: None,
            opaque: BTreeSet::new(),
            atomics: Atomics::default(),
            vitals,
        })
    }

    /// A world that is set up.
    pub(crate) fn direct(names: Names) -> Box<Self> {
        Self::of(names, Mode::Direct, Rc::new([]))
    }

    /// A live execution.
    pub(crate) fn live(names: Names, live: Live) -> Box<Self> {
        let every_step = live.every_step;
        let mut session = Self::of(names, Mode::Live(live), Rc::new([]));
        session.state.every_step = every_step;
        session
    }

    /// A run of one actor alone, after a setting up that observed this.
    pub(crate) fn alone(names: Names, alone: Alone, answers: Rc<[Observation]>) -> Box<Self> {
        Self::of(names, Mode::Alone(alone), answers)
    }

    /// The state of a live execution besides its world.
    pub(crate) fn live_mut(&mut self) -> &mut Live {
        match &mut self.mode {
            Mode::Live(live) => live,
            _ => unreachable!("only a live execution asks"),
        }
    }

    /// The run alone.
    pub(crate) fn into_alone(self: Box<Self>) -> (Names, Alone) {
        match self.mode {
            Mode::Alone(alone) => (self.names, alone),
            _ => unreachable!("only a run alone asks"),
        }
    }

    /// Returns whether values are copied into the world, rather than left in place.
    fn keeps_values(&self) -> bool {
        match &self.mode {
            Mode::Direct => true,
            Mode::Live(live) => live.keeps_values,
            Mode::Alone(_) => true,
        }
    }

    /// This actor runs from here on; returns the one that did.
    pub(crate) fn goes_on_with(&mut self, actor: ActorId) -> ActorId {
        self.vitals.runs(actor);
        std::mem::replace(&mut self.me, actor)
    }

    fn nth(&mut self) -> &mut (u32, u32) {
        self.made.or_default(self.me)
    }

    /// Returns whether the main actor sets up or judges, with no other actor to wait for.
    fn is_main(&self) -> bool {
        self.me == ActorId::MAIN
    }
}

/// Works on the session of this OS thread.
pub(crate) fn with<U>(work: impl FnOnce(&mut Session) -> U) -> U {
    SESSION.with_borrow_mut(|session| work(session.as_mut().expect(NO_SESSION)))
}

const NO_SESSION: &str = "the model runtime works only on the thread of one of lockproof's engines, and this \
                          is another: start threads with lockproof::sync::spawn";

/// The name of an actor.
pub(crate) fn actor_name(actor: ActorId) -> String {
    with(|session| session.names.actors().get(actor.index()).cloned()).unwrap_or_default()
}

/// Returns whether this OS thread has a session.
pub(crate) fn exists() -> bool {
    SESSION.try_with(|session| session.try_borrow().is_ok_and(|it| it.is_some())).unwrap_or(false)
}

/// The actor that runs.
pub(crate) fn me() -> ActorId {
    with(|session| session.me)
}

/// The number of a new object.
pub(crate) fn object(name: &str) -> ObjectId {
    with(|session| {
        let (me, nth) = (session.me, session.nth().1);
        session.nth().1 += 1;
        let object = session.names.object(me, nth, name);
        session.vitals.name_object(object, name);
        trace::name_object(object, name);
        object
    })
}

/// The number of a new actor.
pub(crate) fn actor(name: &str) -> ActorId {
    with(|session| {
        let (me, nth) = (session.me, session.nth().0);
        session.nth().0 += 1;
        let actor = session.names.actor(me, nth, name);
        session.vitals.name_actor(actor, name);
        trace::name_actor(actor, name);
        actor
    })
}

/// Returns whether values are copied into the world.
pub(crate) fn keeps_values() -> bool {
    with(|session| session.keeps_values())
}
