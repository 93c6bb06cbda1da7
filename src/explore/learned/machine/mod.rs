//! The machine over numbered states: each operation is applied once for each state of the objects it touches.

mod effects;

use std::any::Any;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::learner::Learner;
use super::local::{Effect, Status};
use super::point::{Point, View};
use super::stop::Stop;
use super::tables::{ABSENT, Map, NOTHING};
use crate::machine::encode::Encoded;
use crate::machine::fault::{Budgeted, Injection};
use crate::machine::operation::{Look, Operation, Strike};
use crate::machine::resources::mutex::Lock;
use crate::machine::survey::{Next, survey, unasked};
use crate::scenario::Violation;
use crate::trace::{ActorId, ObjectId};

/// The machine over numbered states.
pub(super) struct Machine {
    pub(super) learner: Learner,
    pub(super) faults: Rc<[Budgeted]>,
    pub(super) applied: Map<Key, Applied>,
    /// The component that each component becomes when time passes to an instant.
    pub(super) passed: Map<(u32, u64), u32>,
    /// The number of operations that were carried out.
    pub(super) carried_out: u64,
    /// True if taking a free mutex is not a choice; only a mutated search sets it.
    pub(super) locks_at_once: bool,
    /// The edges that the last transition took, for callers that note them.
    pub(super) taken: Vec<u32>,
    /// The faults that could strike: a search lets each of them strike.
    pub(super) struck: BTreeSet<usize>,
}

/// The inputs that determine the effect of an operation.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    operation: u32,
    actor: u32,
    components: [u32; 2],
    now: u64,
    how: How,
}

/// The way in which an operation takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum How {
    /// The operation takes full effect.
    Whole,
    /// The operation takes the effect that the strike leaves it, as a step of this actor.
    Struck(Strike, u32),
    /// The operation has no effect: its actor is gone.
    Abandoned,
}

/// The result of an operation.
#[derive(Clone, Copy)]
pub(super) struct Applied {
    components: [u32; 2],
    observation: u32,
    events: u32,
}

/// The outcome of events: the violation that they show, if any.
pub(super) type Came = Result<(), Box<Violation>>;

impl Machine {
    pub(super) fn new(learner: Learner, faults: Rc<[Budgeted]>) -> Self {
        Self {
            learner,
            faults,
            applied: Map::default(),
            passed: Map::default(),
            carried_out: 0,
            locks_at_once: false,
            taken: Vec::new(),
            struck: BTreeSet::new(),
        }
    }

    /// The world that a state represents.
    pub(super) fn view<'a>(&'a self, point: &'a Point) -> View<'a> {
        View { tables: &self.learner.tables, locals: &self.learner.locals, point }
    }

    /// The choices that a state offers.
    pub(super) fn next(&self, point: &Point) -> Next {
        let left = &self.learner.tables.budgets[point.left as usize];
        survey(&self.view(point), &self.faults, left, false)
    }

    /// The next event that involves no choice, if any.
    fn unasked(&self, point: &Point) -> Option<Next> {
        let view = self.view(point);
        let taker = if self.locks_at_once { taker(&view) } else { None };
        taker.map(Next::Forced).or_else(|| unasked(&view, false))
    }

    /// Lets this actor take its step, and runs to quiescence.
    pub(super) fn step(&mut self, point: &mut Point, actor: ActorId) -> Result<Came, Stop> {
        self.taken.clear();
        match self.advance(point, actor, How::Whole, None)? {
            Ok(()) => self.quiesce(point),
            came => Ok(came),
        }
    }

    /// Lets this fault strike, and runs to quiescence.
    pub(super) fn strike(
        &mut self,
        point: &mut Point,
        fault: usize,
        injection: Injection,
    ) -> Result<Came, Stop> {
        self.taken.clear();
        let mut left = self.learner.tables.budgets[point.left as usize].clone();
        left[fault] -= 1;
        self.struck.insert(fault);
        point.left = self.learner.tables.budget(left);
        let by = self.faults[fault].actor;
        let came = match injection {
            Injection::PassTime(at) => self.pass_time(point, at, by)?,
            Injection::Kill(victim) => self.kill(point, victim, by)?,
            Injection::Strike { victim, strike, link } => {
                self.advance(point, victim, How::Struck(strike, by.0), link)?
            }
            Injection::Deliver(link, nth) => self.deliver(point, link, nth, by)?,
        };
        match came {
            Ok(()) => self.quiesce(point),
            came => Ok(came),
        }
    }

    /// Runs to quiescence, through everything that involves no choice: actors begin and see others end, and
    /// time passes where no actor is enabled.
    fn quiesce(&mut self, point: &mut Point) -> Result<Came, Stop> {
        if self.learner.tables.prints_otherwise {
            return Err(Stop::Uncontrolled(
                "two values hash alike and print differently: Hash of their type leaves out something"
                    .to_owned(),
            ));
        }
        loop {
            let came = match self.unasked(point) {
                Some(Next::Forced(actor)) => self.advance(point, actor, How::Whole, None)?,
                Some(Next::Time(at)) => self.pass_time(point, at, ActorId::MAIN)?,
                _ => return Ok(Ok(())),
            };
            if came.is_err() {
                return Ok(came);
            }
        }
    }

    /// Applies the operation of this actor, and runs the actor up to its next one.
    fn advance(
        &mut self,
        point: &mut Point,
        actor: ActorId,
        how: How,
        link: Option<ObjectId>,
    ) -> Result<Came, Stop> {
        let mut how = how;
        loop {
            let local = point.local(actor);
            let announced = self.learner.locals[local as usize].announced;
            let Status::Before(operation) = self.learner.locals[local as usize].status else {
                return Ok(Ok(()));
            };
            if let Err(violation) = self.judge(point, announced) {
                return Ok(Err(violation));
            }
            let (mut observation, events) = self.perform(point, operation, actor, how)?;
            if let (How::Struck(Strike::HeldBack, _), Some(link)) = (how, link) {
                self.hold(point, link, operation)?;
            }
            if let Err(violation) = self.judge(point, events) {
                return Ok(Err(violation));
            }
            if let Some(child) = self.operation(operation).joins()
                && let Status::Ended(result) = self.status(point, child)
            {
                observation = result;
            }
            how = How::Whole;
            let edge = self.learner.edge(local, observation)?;
            self.taken.push(edge);
            let next = self.learner.edges[edge as usize].next;
            for at in 0..self.learner.edges[edge as usize].effects.len() {
                let effect = self.learner.edges[edge as usize].effects[at].clone();
                if let Err(violation) = self.affect(point, actor, effect)? {
                    return Ok(Err(violation));
                }
            }
            point.set_local(actor, next);
            let Status::Before(operation) = self.learner.locals[next as usize].status else {
                return Ok(Ok(()));
            };
            let pending = self.operation(operation);
            // Seeing another actor end is not part of the step: others may begin or end before.
            if pending.is_step() || pending.joins().is_some() {
                return Ok(Ok(()));
            }
        }
    }

    fn affect(&mut self, point: &mut Point, actor: ActorId, effect: Effect) -> Result<Came, Stop> {
        let events = match effect {
            Effect::Do(operation) => self.perform(point, operation, actor, How::Whole)?.1,
            Effect::Create(object, component) => {
                point.set_object(ObjectId(object), component);
                NOTHING
            }
            Effect::Spawn(child, root) => {
                point.set_local(child, root);
                NOTHING
            }
            Effect::Record(events) => events,
        };
        Ok(self.judge(point, events))
    }

    /// The actors that have not ended in a state.
    pub(super) fn unfinished(&self, point: &Point) -> BTreeSet<ActorId> {
        let actors = (1..point.locals.len() as u32).map(ActorId);
        let present = actors.filter(|actor| point.local(*actor) != ABSENT);
        present.filter(|actor| matches!(self.status(point, *actor), Status::Before(_))).collect()
    }

    fn operation(&self, operation: u32) -> &dyn Operation {
        &*self.learner.tables.operations[operation as usize].operation
    }

    fn status(&self, point: &Point, actor: ActorId) -> Status {
        self.learner.locals[point.local(actor) as usize].status
    }

    fn judge(&mut self, point: &mut Point, events: u32) -> Came {
        let Learner { tables, trace, .. } = &mut self.learner;
        point.monitors = tables.judge(point.monitors, events, trace)?;
        Ok(())
    }

    /// Lets all actors begin.
    pub(super) fn begin(&mut self, point: &mut Point, actors: &[ActorId]) -> Result<Came, Stop> {
        for actor in actors {
            let root = self.learner.root(*actor, None, Encoded::default());
            point.set_local(*actor, root);
        }
        self.taken.clear();
        self.quiesce(point)
    }
}

/// The first actor that can take a mutex.
fn taker(world: &dyn Look) -> Option<ActorId> {
    world.actors().find(|actor| {
        world.pending(*actor).is_some_and(|operation| {
            (operation as &dyn Any).is::<Lock>() && operation.enabled(*actor, world)
        })
    })
}
