//! The scheduler of every live execution. It inspects the machine before each decision, carries out all
//! forced events, and asks a [`Strategy`] only where there is a choice.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shuttle::scheduler::{Schedule as ShuttleSchedule, Scheduler, Task, TaskId};

use super::super::cost::Cost;
use super::turn::{Choice, Decision, Strategy, Turn};
use crate::machine::fault::Injection;
use crate::machine::names::Names;
use crate::machine::operation::Store;
use crate::machine::state::Progress;
use crate::machine::survey::Next;
use crate::sync::model::live::Live;
use crate::sync::model::session::{self, Session};
use crate::sync::model::vitals::give_up;
use crate::trace::{self, ActorId};

/// The record of the current execution, shared with the body that runs in it.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// The choices made.
    pub(super) chosen: Vec<Choice>,
    /// The last actor that took a step.
    running: Option<ActorId>,
    /// True if there was a choice.
    pub(super) choice: bool,
    /// The faults that could strike, by number.
    pub(super) could_strike: BTreeSet<usize>,
    /// The total cost.
    pub(super) cost: Cost,
    /// True if the execution reached its maximum number of steps, and was ended.
    pub(super) too_long: bool,
    /// True if the search is over: no other execution begins.
    pub(super) stop: bool,
    /// True if the execution is reported even if it breaks nothing.
    pub(super) keep: bool,
}

/// The scheduler that shuttle calls.
pub(super) struct Controlled<S> {
    strategy: S,
    log: Arc<Mutex<Log>>,
    max_steps: usize,
    /// The numbers of actors and objects, which stay the same over all executions.
    names: Names,
}

impl<S: Strategy> Controlled<S> {
    pub(super) fn new(strategy: S, log: Arc<Mutex<Log>>, max_steps: usize, names: Names) -> Self {
        Self { strategy, log, max_steps, names }
    }

    /// The number of the task that runs next.
    fn next(&mut self, session: &mut Session, tasks: &[&Task], current: Option<TaskId>) -> usize {
        // An actor whose body has ended still has a few lines of shuttle's to run.
        if let Some(current) = current
            && let Some(actor) = session.live_mut().actor_of(usize::from(current))
            && matches!(session.state.progress(actor), Progress::Ended(_))
            && tasks.iter().any(|task| task.id() == current)
        {
            return usize::from(current);
        }
        let actor = self.decide(session);
        session.goes_on_with(actor);
        session.live_mut().task_of(actor)
    }

    /// The actor that runs next.
    fn decide(&mut self, session: &mut Session) -> ActorId {
        loop {
            if let Some(running) = session.running() {
                return running;
            }
            let broken = trace::is_broken();
            if (broken || session.state.refused.is_some()) && !session.unfinished().is_empty() {
                session.kill_all();
                continue;
            }
            if session.live_mut().over {
                return ActorId::MAIN;
            }
            match session.state.next() {
                Next::Forced(actor) => return actor,
                Next::Choice { actors, faults } => {
                    let actors = actors.into_iter().map(Choice::Actor);
                    if let Some(actor) = self.choose(session, actors.collect(), &faults) {
                        return actor;
                    }
                }
                Next::Time(at) => session.state.pass_time(at, ActorId::MAIN),
                Next::End(faults) if faults.is_empty() => {
                    self.strategy.ended(session);
                    return ActorId::MAIN;
                }
                Next::End(faults) => {
                    if let Some(actor) = self.choose(session, vec![Choice::End], &faults) {
                        return actor;
                    }
                }
                Next::Deadlock(waits) => {
                    session.live_mut().deadlock = Some(waits);
                    session.kill_all();
                }
            }
        }
    }

    /// Makes a choice; returns the actor that runs with it, if any.
    fn choose(
        &mut self,
        session: &mut Session,
        mut choices: Vec<Choice>,
        faults: &[(usize, Injection)],
    ) -> Option<ActorId> {
        let mut log = lock(&self.log);
        choices.extend(faults.iter().map(|(number, injection)| Choice::Fault(*number, *injection)));
        log.could_strike.extend(faults.iter().map(|(number, _)| *number));
        if log.chosen.len() >= self.max_steps {
            log.too_long = true;
            session.abandon();
            return None;
        }
        let turn = Turn { choices: &choices, running: log.running, session };
        log.choice |= choices.len() > 1;
        let Decision::Take(chosen) = self.strategy.choose(&turn) else {
            session.abandon();
            return None;
        };
        let choice = choices[chosen];
        if choice == Choice::End {
            return Some(ActorId::MAIN);
        }
        log.cost = log.cost.and(turn.cost(choice));
        log.running = choice.goes_on().or(log.running);
        log.chosen.push(choice);
        carry_out(session, choice)
    }
}

/// Carries out a choice as far as that needs no actor to run; returns the actor that runs with it, if any.
fn carry_out(session: &mut Session, choice: Choice) -> Option<ActorId> {
    let Choice::Fault(number, injection) = choice else { return choice.goes_on() };
    session.state.left[number] -= 1;
    let by = session.state.faults[number].actor;
    match injection {
        Injection::PassTime(at) => session.state.pass_time(at, by),
        Injection::Deliver(link, nth) => session.state.deliver(link, nth, by),
        Injection::Kill(victim) => session.kill(victim, by),
        Injection::Strike { victim, .. } => {
            session.live_mut().struck = Some((by, injection));
            return Some(victim);
        }
    }
    None
}

impl<S: Strategy> Scheduler for Controlled<S> {
    fn new_execution(&mut self) -> Option<ShuttleSchedule> {
        if let Some(last) = session::end() {
            self.names = last.names;
        }
        if lock(&self.log).stop || !self.strategy.begin() {
            return None;
        }
        let live = Live::new(self.strategy.keeps_values(), self.strategy.every_step());
        session::begin(Session::live(std::mem::take(&mut self.names), live));
        *lock(&self.log) = Log { keep: self.strategy.keeps(), ..Log::default() };
        Some(ShuttleSchedule::new(0))
    }

    fn next_task(&mut self, tasks: &[&Task], current: Option<TaskId>, _: bool) -> Option<TaskId> {
        // A strategy may run actors alone in the meantime, in sessions of their own.
        let mut session = session::end().expect("an execution has a session");
        let next = self.next(&mut session, tasks, current);
        session::begin(session);
        let found = tasks.iter().map(|task| task.id()).find(|task| usize::from(*task) == next);
        if found.is_none() {
            let name = session::actor_name(session::me());
            give_up(format!(
                "{name} is blocked on something outside lockproof: share what actors wait for through \
                 lockproof::sync"
            ));
        }
        found
    }

    /// Unused: no scenario draws from it, because randomness in a model would be an observation.
    fn next_u64(&mut self) -> u64 {
        0
    }
}

/// Locks state shared between a scheduler and the bodies it runs, which is only touched between two steps.
pub(super) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
