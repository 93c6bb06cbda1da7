//! The decorator that every scheduler of the shuttle family wears: it lets the inner scheduler choose
//! only among those that can take a visible step, and notes whom it chose.

use std::mem::ManuallyDrop;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shuttle::scheduler::{Schedule as ShuttleSchedule, Scheduler, Task, TaskId};

use crate::sync::board::{self, Survey};
use crate::trace::ActorId;

/// What the decorator saw of the current execution; shared with the body that runs in it.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// Who took each visible step.
    pub(super) chosen: Vec<ActorId>,
    /// The execution took as many steps as it may, and was ended.
    pub(super) too_long: bool,
    /// The search is over: begin no other execution.
    pub(super) stop: bool,
}

/// A scheduler that knows what each actor is about to do.
pub(super) struct Steered<S> {
    /// Never dropped: shuttle's random scheduler prints a seed when it is dropped before its last execution.
    inner: ManuallyDrop<S>,
    log: Arc<Mutex<Log>>,
    max_steps: usize,
    /// Whom the inner scheduler chose last; it has not heard of the others.
    last: Option<TaskId>,
    /// How many tasks the inner scheduler has been shown, if it wants to see each as it is spawned.
    introduced: Option<usize>,
}

impl<S: Scheduler> Steered<S> {
    pub(super) fn new(inner: S, log: Arc<Mutex<Log>>, max_steps: usize) -> Self {
        Self { inner: ManuallyDrop::new(inner), log, max_steps, last: None, introduced: None }
    }

    /// Shows every task to the inner scheduler as soon as it exists. Uniform random walk counts on it.
    pub(super) fn introducing(mut self) -> Self {
        self.introduced = Some(0);
        self
    }

    fn introduce(&mut self, runnable: &[&Task]) {
        let Some(known) = &mut self.introduced else {
            return;
        };
        let newest = runnable.iter().map(|task| usize::from(task.id()) + 1).max().unwrap_or(0);
        if newest > *known {
            *known = newest;
            // What it chooses does not matter here: most of them cannot go on.
            let _ = self.inner.next_task(runnable, None, false);
        }
    }

    /// Who goes on. `None`: nobody can, and nothing can be done about it.
    fn decide(&mut self, runnable: &[&Task], current: Option<TaskId>) -> Option<ActorId> {
        // An actor whose body is over still has a few lines of shuttle's to run.
        if let Some(current) = current.map(actor)
            && board::has_ended(current)
            && runnable.iter().any(|task| actor(task.id()) == current)
        {
            return Some(current);
        }
        let mut survey = board::survey();
        if survey.forced.is_none() && survey.enabled.is_empty() && !survey.idle {
            // The main actor waits for somebody itself, so it cannot be called.
            board::deadlock();
            survey = board::survey();
        }
        if survey.forced.is_some() {
            return survey.forced;
        }
        if survey.enabled.is_empty() {
            return Some(ActorId::MAIN);
        }
        // While the main actor sets up and judges there is nobody else: no decision to speak of.
        if survey.enabled == [ActorId::MAIN] && survey.offers.is_empty() {
            return Some(ActorId::MAIN);
        }
        if lock(&self.log).chosen.len() >= self.max_steps {
            lock(&self.log).too_long = true;
            board::doom_all();
            return board::survey().forced;
        }
        let chosen = self.ask(runnable, &survey)?;
        lock(&self.log).chosen.push(chosen);
        Some(chosen)
    }

    fn ask(&mut self, runnable: &[&Task], survey: &Survey) -> Option<ActorId> {
        let candidates: Vec<&Task> = runnable
            .iter()
            .filter(|task| {
                let actor = actor(task.id());
                survey.enabled.contains(&actor) || survey.offers.contains(&actor)
            })
            .copied()
            .collect();
        self.last = self.inner.next_task(&candidates, self.last, false);
        self.last.map(actor)
    }
}

impl<S: Scheduler> Scheduler for Steered<S> {
    fn new_execution(&mut self) -> Option<ShuttleSchedule> {
        if lock(&self.log).stop {
            return None;
        }
        let schedule = self.inner.new_execution()?;
        board::reset(false);
        self.last = None;
        self.introduced = self.introduced.map(|_| 0);
        let mut log = lock(&self.log);
        log.chosen.clear();
        log.too_long = false;
        Some(schedule)
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        _: bool,
    ) -> Option<TaskId> {
        self.introduce(runnable);
        let next = self.decide(runnable, current)?;
        runnable.iter().map(|task| task.id()).find(|task| actor(*task) == next)
    }

    fn next_u64(&mut self) -> u64 {
        self.inner.next_u64()
    }
}

/// The log, which is only ever touched between two steps: nobody waits for it.
pub(super) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Actors are numbered as their tasks are.
pub(super) fn actor(task: TaskId) -> ActorId {
    ActorId(
        u32::try_from(usize::from(task)).expect("an execution has fewer than four billion tasks"),
    )
}
