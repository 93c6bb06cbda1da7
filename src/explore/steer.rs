//! The scheduler that every engine of the shuttle family runs under. It looks at the board before each
//! decision, does what has to be done, and asks a [`Chooser`] only where there is a choice: which of the
//! actors that can take a visible step takes it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shuttle::scheduler::{Schedule as ShuttleSchedule, Scheduler, Task, TaskId};

use crate::sync::board::{self, AtOnce, Survey};
use crate::trace::{self, ActorId};

/// Chooses who takes the next visible step.
pub(super) trait Chooser: 'static {
    /// Whether to run another execution.
    fn begin(&mut self) -> bool;

    /// Chooses, or gives the execution up.
    fn choose(&mut self, turn: &Turn<'_>) -> Choice;

    /// Is shown all tasks that have not ended, at each of shuttle's scheduling points.
    fn look(&mut self, tasks: &[&Task]) {
        let _ = tasks;
    }

    /// Whether an execution is worth telling even if it breaks nothing.
    fn keeps(&self) -> bool {
        false
    }

    /// Whether it wants states to be written down.
    fn remembers(&self) -> bool {
        false
    }

    /// What it leaves no choice about.
    fn at_once(&self) -> AtOnce {
        AtOnce::Invisible
    }
}

/// A choice to make.
pub(super) struct Turn<'a> {
    /// All tasks that have not ended.
    pub(super) tasks: &'a [&'a Task],
    /// Actors that can take their next step.
    pub(super) enabled: &'a [ActorId],
    /// Faults, and the clock, that can strike.
    pub(super) offers: &'a [ActorId],
    /// Faults among them, each with the actor whose step it takes with its own.
    pub(super) with: &'a [(ActorId, ActorId)],
    /// All actors have ended: the main one, which alone is enabled, is chosen to end the execution.
    pub(super) ending: bool,
    /// The actor that took the last step, faults aside.
    pub(super) running: Option<ActorId>,
}

impl Turn<'_> {
    /// Whether this one can be chosen.
    pub(super) fn admits(&self, actor: ActorId) -> bool {
        self.enabled.contains(&actor) || self.offers.contains(&actor)
    }

    /// How many can be chosen.
    pub(super) fn candidates(&self) -> usize {
        self.enabled.len() + self.offers.len()
    }

    /// What it costs to choose this one.
    pub(super) fn cost(&self, actor: ActorId) -> Cost {
        let preempts = self.goes_on(actor).is_some_and(|goes_on| {
            self.running
                .is_some_and(|running| running != goes_on && self.enabled.contains(&running))
        });
        Cost { switches: preempts.into(), faults: self.offers.contains(&actor).into() }
    }

    /// The actor that goes on when this one is chosen: a fault may take another's step with its own, or
    /// nobody's.
    fn goes_on(&self, actor: ActorId) -> Option<ActorId> {
        let other = self.with.iter().find(|(fault, _)| *fault == actor);
        other.map(|(_, other)| *other).or(self.enabled.contains(&actor).then_some(actor))
    }
}

/// How far an interleaving is from one actor after the other, with nothing going wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cost {
    /// How often a fault struck. The clock counts as one when it advances while somebody could have run.
    pub faults: u32,
    /// How often an actor was preempted: another went on although it could have.
    pub switches: u32,
}

impl Cost {
    pub(super) fn and(self, other: Self) -> Self {
        Self { faults: self.faults + other.faults, switches: self.switches + other.switches }
    }

    /// Whether neither is more than in `bound`.
    pub(super) fn within(self, bound: Self) -> bool {
        self.faults <= bound.faults && self.switches <= bound.switches
    }
}

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// This one takes its step.
    Go(ActorId),
    /// Nobody does: the rest of this execution is known.
    Abandon,
}

/// What was seen of the current execution; shared with the body that runs in it.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// Who took each visible step.
    pub(super) chosen: Vec<ActorId>,
    /// The last of them that is no fault.
    pub(super) running: Option<ActorId>,
    /// Somebody had a choice.
    pub(super) choice: bool,
    /// What they cost in all.
    pub(super) cost: Cost,
    /// The execution took as many steps as it may, and was ended.
    pub(super) too_long: bool,
    /// The search is over: begin no other execution.
    pub(super) stop: bool,
    /// The execution is to be told of even if it breaks nothing.
    pub(super) keep: bool,
}

/// A scheduler that knows what each actor is about to do.
pub(super) struct Steered<C> {
    chooser: C,
    log: Arc<Mutex<Log>>,
    max_steps: usize,
}

impl<C: Chooser> Steered<C> {
    pub(super) fn new(chooser: C, log: Arc<Mutex<Log>>, max_steps: usize) -> Self {
        Self { chooser, log, max_steps }
    }

    /// Who goes on. `None`: nobody can, and nothing can be done about it.
    fn decide(&mut self, tasks: &[&Task], current: Option<TaskId>) -> Option<ActorId> {
        // An actor whose body is over still has a few lines of shuttle's to run.
        if let Some(current) = current.map(actor)
            && board::has_ended(current)
            && tasks.iter().any(|task| actor(task.id()) == current)
        {
            return Some(current);
        }
        let survey = board::survey();
        if survey.forced.is_some() {
            return survey.forced;
        }
        let broken = trace::current().is_some_and(|recorder| recorder.is_broken());
        if broken && !board::unfinished().is_empty() {
            board::doom_all();
            return board::survey().forced;
        }
        if survey.enabled.is_empty() && !survey.idle {
            // The main actor waits for somebody itself, so it cannot be called.
            board::deadlock();
            return board::survey().forced;
        }
        // While the main actor sets up and judges there is nobody else: no decision to speak of.
        let only_main = survey.enabled == [ActorId::MAIN] && survey.offers.is_empty();
        // The actors have ended; what the network still holds back may arrive now, or never.
        if survey.enabled.is_empty() && !survey.offers.is_empty() && board::only_offers_left() {
            let survey = Survey { enabled: vec![ActorId::MAIN], ..survey };
            return self.choose(tasks, &survey, true);
        }
        if survey.enabled.is_empty() || only_main {
            return Some(ActorId::MAIN);
        }
        self.choose(tasks, &survey, false)
    }

    fn choose(&mut self, tasks: &[&Task], survey: &Survey, ending: bool) -> Option<ActorId> {
        let mut log = lock(&self.log);
        if log.chosen.len() >= self.max_steps {
            log.too_long = true;
            board::abandon();
            return board::survey().forced;
        }
        let Survey { enabled, offers, with, .. } = survey;
        let turn = Turn { tasks, enabled, offers, with, ending, running: log.running };
        log.choice |= turn.candidates() > 1;
        match self.chooser.choose(&turn) {
            // To end is no step.
            Choice::Go(ActorId::MAIN) if ending => Some(ActorId::MAIN),
            Choice::Go(chosen) => {
                let cost = turn.cost(chosen);
                log.cost = log.cost.and(cost);
                log.chosen.push(chosen);
                log.running = turn.goes_on(chosen).or(log.running);
                Some(chosen)
            }
            Choice::Abandon => {
                board::abandon();
                board::survey().forced
            }
        }
    }
}

impl<C: Chooser> Scheduler for Steered<C> {
    fn new_execution(&mut self) -> Option<ShuttleSchedule> {
        if lock(&self.log).stop || !self.chooser.begin() {
            return None;
        }
        board::reset(self.chooser.remembers(), self.chooser.at_once());
        *lock(&self.log) = Log { keep: self.chooser.keeps(), ..Log::default() };
        Some(ShuttleSchedule::new(0))
    }

    fn next_task(&mut self, tasks: &[&Task], current: Option<TaskId>, _: bool) -> Option<TaskId> {
        self.chooser.look(tasks);
        let next = self.decide(tasks, current)?;
        tasks.iter().map(|task| task.id()).find(|task| actor(*task) == next)
    }

    /// Nothing in a scenario draws from it: randomness in a model would be an observation.
    fn next_u64(&mut self) -> u64 {
        0
    }
}

/// What is shared between a scheduler and the bodies it runs is only ever touched between two steps:
/// nobody waits for it.
pub(super) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Actors are numbered as their tasks are.
pub(super) fn actor(task: TaskId) -> ActorId {
    ActorId(
        u32::try_from(usize::from(task)).expect("an execution has fewer than four billion tasks"),
    )
}
