//! Lets the actors of a world, its clock and its faults run until every actor has ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::world::{Actor, Body, Timer, World};
use super::{Budgets, faults};
use crate::sync::{self, Clock, JoinHandle, Runtime};
use crate::trace::ActorId;

impl<R: Runtime> World<R> {
    /// Starts the actors in the order in which they were added, then the faults, and returns when all
    /// have ended.
    pub(super) fn play(&self, budgets: &Budgets) {
        let (actors, timers) = {
            let mut parts = self.parts.borrow_mut();
            (std::mem::take(&mut parts.actors), std::mem::take(&mut parts.timers))
        };
        let running: Vec<Running> = actors.iter().map(|(actor, _)| Running::of(actor)).collect();
        let mut handles: Vec<JoinHandle<R, ()>> = Vec::new();
        for ((actor, body), running) in actors.into_iter().zip(&running) {
            let client = actor.client && !budgets.names_any(&running.name);
            let handle = start(actor, body);
            if client {
                R::client(handle.actor());
            }
            handles.push(handle);
        }
        let victims: Vec<(ActorId, &Running)> =
            handles.iter().map(JoinHandle::actor).zip(&running).collect();
        let time = Time::new(self.clock(), timers, &running);
        let faults = faults::start(budgets, &victims, self.network(), &time);
        handles.extend(faults);
        R::settle(|| time.pass_to_next_alarm());
        for handle in handles {
            handle.wait();
        }
    }
}

fn start<R: Runtime>(actor: Actor<R>, body: Body<R>) -> JoinHandle<R, ()> {
    sync::spawn(&actor.name.clone(), move || {
        let _ended = Ended(Arc::clone(&actor.ended));
        let result = body(&actor);
        R::conclude(R::me(), || result);
    })
}

/// Says that an actor has ended, however it did.
struct Ended(Arc<AtomicBool>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// An actor, as the faults see it.
#[derive(Clone, Debug)]
pub(super) struct Running {
    pub(super) name: String,
    ended: Arc<AtomicBool>,
}

impl Running {
    fn of<R: Runtime>(actor: &Actor<R>) -> Self {
        Self { name: actor.name.clone(), ended: Arc::clone(&actor.ended) }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }
}

/// The clock, and all that wants it to stop somewhere.
pub(super) struct Time<R: Runtime> {
    clock: Clock<R>,
    timers: Arc<[Timer]>,
    running: Arc<[Running]>,
}

impl<R: Runtime> Clone for Time<R> {
    fn clone(&self) -> Self {
        Self {
            clock: self.clock.clone(),
            timers: Arc::clone(&self.timers),
            running: Arc::clone(&self.running),
        }
    }
}

impl<R: Runtime> Time<R> {
    fn new(clock: Clock<R>, timers: Vec<Timer>, running: &[Running]) -> Self {
        Self { clock, timers: timers.into(), running: running.into() }
    }

    /// The next interesting instant, as long as somebody is there to whom it matters.
    pub(super) fn next(&self) -> Option<u64> {
        if self.running.iter().all(Running::has_ended) {
            return None;
        }
        self.upcoming()
    }

    /// The next interesting instant.
    fn upcoming(&self) -> Option<u64> {
        let now = self.clock.look_ms();
        let timers = self.timers.iter().filter_map(|timer| (timer.next)(now));
        timers.chain(self.clock.look_for_alarm()).min()
    }

    /// Lets time pass to an instant.
    pub(super) fn pass_to(&self, at: u64) {
        self.clock.advance_to(at);
        for timer in &*self.timers {
            (timer.passed)();
        }
    }

    /// Time passes for free where nobody can go on, as long as somebody sleeps.
    fn pass_to_next_alarm(&self) -> bool {
        let sleeps = self.clock.look_for_alarm().is_some();
        // Whoever sleeps may be the child of an actor that has ended.
        if let Some(at) = self.upcoming().filter(|_| sleeps) {
            self.pass_to(at);
        }
        sleeps
    }
}
