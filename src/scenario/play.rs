//! Lets the actors of a world, its clock and its faults run until every actor has ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::world::{Actor, Body, Timer, World};
use super::{Budgets, fault};
use crate::sync::model::session::Session;
use crate::sync::{self, Clock, JoinHandle, Runtime};
use crate::trace::ActorId;

/// An actor of a world that was started.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    /// Its number.
    pub(crate) actor: ActorId,
    /// Its name.
    pub(crate) name: String,
    /// True if it is symmetric to the other clients.
    pub(crate) client: bool,
}

impl<R: Runtime> World<R> {
    /// Starts the actors in the order in which they were added, and returns when all have ended.
    pub(super) fn play(&self, budgets: &Budgets) {
        if R::MODEL {
            self.start(budgets);
            Session::wait_for_others();
        } else {
            self.play_on_threads(budgets);
        }
    }

    /// Starts the actors on the model, and gives it the faults.
    pub(crate) fn start(&self, budgets: &Budgets) -> Vec<Cast> {
        let actors = std::mem::take(&mut self.parts.borrow_mut().actors);
        let mut cast = Vec::new();
        for (actor, body) in actors {
            let (name, client) =
                (actor.name.clone(), actor.client.is_some() && !budgets.names_any(&actor.name));
            let handle = start(actor, body);
            cast.push(Cast { actor: handle.actor(), name, client });
        }
        let named: Vec<_> = cast.iter().map(|cast| (cast.actor, cast.name.clone())).collect();
        fault::install(&budgets.faults(), &named);
        cast
    }

    /// On real threads, and on loom's, time is a thread of its own that passes when it likes, as often as the
    /// budgets say. Other faults cannot strike there.
    fn play_on_threads(&self, budgets: &Budgets) {
        let (actors, timers) = {
            let mut parts = self.parts.borrow_mut();
            (std::mem::take(&mut parts.actors), std::mem::take(&mut parts.timers))
        };
        let ended: Arc<[_]> =
            actors.iter().map(|(actor, _)| Arc::clone(&actor.ended)).collect::<Vec<_>>().into();
        let mut handles: Vec<JoinHandle<R, ()>> =
            actors.into_iter().map(|(actor, body)| start(actor, body)).collect();
        let time = Time { clock: self.clock(), timers: timers.into(), ended };
        if budgets.max_ticks() > 0 {
            let (time, ticks) = (time.clone(), budgets.max_ticks());
            handles.push(sync::start("clock", None, move || {
                for _ in 0..ticks {
                    R::offer();
                    time.tick();
                }
            }));
        }
        R::settle(|| time.pass_to_next_alarm());
        handles.into_iter().for_each(JoinHandle::wait);
    }
}

fn start<R: Runtime>(actor: Actor<R>, body: Body<R>) -> JoinHandle<R, ()> {
    sync::start(&actor.name.clone(), None, move || {
        let _ended = Ended(Arc::clone(&actor.ended));
        body(&actor);
    })
}

/// Notes that an actor has ended, in whatever way.
struct Ended(Arc<AtomicBool>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// The clock, and everything at whose instants it stops.
struct Time<R: Runtime> {
    clock: Clock<R>,
    timers: Arc<[Timer]>,
    /// One flag for each actor: true once it has ended.
    ended: Arc<[Arc<AtomicBool>]>,
}

impl<R: Runtime> Clone for Time<R> {
    fn clone(&self) -> Self {
        Self {
            clock: self.clock.clone(),
            timers: Arc::clone(&self.timers),
            ended: Arc::clone(&self.ended),
        }
    }
}

impl<R: Runtime> Time<R> {
    /// The next instant at which anything happens.
    fn next(&self) -> Option<u64> {
        let now = self.clock.peek_ms();
        let instants = self.timers.iter().filter_map(|timer| (timer.next)(now));
        instants.chain(self.clock.next_alarm()).min()
    }

    fn pass_to(&self, at: u64) {
        self.clock.advance_to(at);
        self.timers.iter().for_each(|timer| (timer.passed)());
    }

    /// Lets time pass to the next instant at which anything happens, as long as it matters to some actor.
    fn tick(&self) {
        let is_over = self.ended.iter().all(|ended| ended.load(Ordering::SeqCst));
        if let Some(at) = self.next().filter(|_| !is_over) {
            self.pass_to(at);
        }
    }

    /// Time passes for free where no actor is enabled, as long as one sleeps.
    fn pass_to_next_alarm(&self) -> bool {
        let sleeps = self.clock.next_alarm().is_some();
        if let Some(at) = self.next().filter(|_| sleeps) {
            self.pass_to(at);
        }
        sleeps
    }
}
