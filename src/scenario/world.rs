//! The world of one execution.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::monitors::{Monitor, Monitors};
use super::{Budgets, Property, Violation};
use crate::redis::Node;
use crate::sync::{self, Clock, JoinHandle, Runtime};
use crate::trace::{self, ActorId, Kind, Recorder};

/// What a scenario sets up: time, actors, and what must hold once all have ended.
pub struct World<R: Runtime> {
    clock: Clock<R>,
    monitors: Monitors,
    parts: RefCell<Parts<R>>,
}

struct Parts<R: Runtime> {
    actors: Vec<(Actor<R>, Body<R>)>,
    checks: Vec<(Property, Check)>,
    deadlines: Vec<Deadline>,
}

type Body<R> = Box<dyn FnOnce(&Actor<R>) + Send>;
type Check = Box<dyn FnOnce() -> Result<(), String>>;
/// The first instant after the given one at which something happens by itself, in milliseconds.
type Deadline = Arc<dyn Fn(u64) -> Option<u64> + Send + Sync>;

/// A named thread of a scenario.
pub struct Actor<R: Runtime> {
    name: String,
    clock: Clock<R>,
    ended: Arc<AtomicBool>,
}

impl<R: Runtime> Actor<R> {
    /// What schedules and timelines call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The world's clock.
    #[must_use]
    pub fn clock(&self) -> Clock<R> {
        self.clock.clone()
    }
}

impl<R: Runtime> World<R> {
    pub(super) fn new() -> Self {
        Self {
            clock: Clock::virtual_time(),
            monitors: Monitors::default(),
            parts: RefCell::new(Parts {
                actors: Vec::new(),
                checks: Vec::new(),
                deadlines: Vec::new(),
            }),
        }
    }

    /// The clock of this world: virtual, starting at zero.
    #[must_use]
    pub fn clock(&self) -> Clock<R> {
        self.clock.clone()
    }

    /// A simulated Redis server, empty, which expires keys by this world's clock.
    pub fn redis(&self, name: &str) -> Node<R> {
        let node = Node::new(name, self.clock());
        let watched = node.clone();
        self.on_deadline(move |now| watched.next_deadline(now));
        node
    }

    /// Adds an actor. It starts when the scenario has set everything up.
    pub fn actor(&self, name: &str, body: impl FnOnce(&Actor<R>) + Send + 'static) {
        let actor = Actor {
            name: name.to_owned(),
            clock: self.clock(),
            ended: Arc::new(AtomicBool::new(false)),
        };
        self.parts.borrow_mut().actors.push((actor, Box::new(body)));
    }

    /// Has a property watched in every step.
    pub fn monitor(&self, monitor: impl Monitor + 'static) {
        self.monitors.add(monitor);
    }

    /// Says what must hold once all actors have ended. `check` may look (with
    /// [`Shared::peek`](crate::sync::Shared::peek), or by taking mutexes that are free by then), and says
    /// what is wrong.
    pub fn finally(
        &self,
        property: Property,
        check: impl FnOnce() -> Result<(), String> + 'static,
    ) {
        self.parts.borrow_mut().checks.push((property, Box::new(check)));
    }

    /// Tells the clock of something that happens by itself: given an instant in milliseconds,
    /// `next` returns the first one after it at which something does. A clock that advances stops there.
    pub fn on_deadline(&self, next: impl Fn(u64) -> Option<u64> + Send + Sync + 'static) {
        self.parts.borrow_mut().deadlines.push(Arc::new(next));
    }

    /// Lets the actors and the faults run until every actor has ended.
    pub(super) fn play(&self, budgets: &Budgets) {
        let (actors, deadlines) = {
            let mut parts = self.parts.borrow_mut();
            (std::mem::take(&mut parts.actors), std::mem::take(&mut parts.deadlines))
        };
        let time = Time {
            clock: self.clock(),
            deadlines: deadlines.into(),
            running: actors.iter().map(|(actor, _)| Arc::clone(&actor.ended)).collect(),
        };
        let names: Vec<String> = actors.iter().map(|(actor, _)| actor.name.clone()).collect();
        let mut handles: Vec<JoinHandle<R, ()>> = actors.into_iter().map(start).collect();
        let ids: Vec<ActorId> = handles.iter().map(JoinHandle::actor).collect();
        for crash in budgets.may_crash() {
            let victim = names.iter().position(|name| name == crash);
            handles.extend(victim.map(|at| crash_fault::<R>(crash, ids[at], &time.running[at])));
        }
        if budgets.max_ticks() > 0 {
            handles.push(clock_fault(time.clone(), budgets.max_ticks()));
        }
        R::settle(|| time.pass_to_next_alarm());
        for handle in handles {
            handle.wait();
        }
    }

    /// Who watches the steps of this world.
    pub(super) fn watchers(&self) -> Monitors {
        self.monitors.clone()
    }

    /// What did not hold, now that all actors have ended.
    pub(super) fn judge(self, recorder: &Recorder) -> Option<Violation> {
        if let Some(violation) = recorder.with_trace(|names| self.monitors.finish(names)) {
            return Some(violation);
        }
        let checks = self.parts.into_inner().checks;
        checks.into_iter().find_map(|(property, check)| {
            check().err().map(|detail| Violation { property, detail })
        })
    }
}

fn start<R: Runtime>((actor, body): (Actor<R>, Body<R>)) -> JoinHandle<R, ()> {
    sync::spawn(&actor.name.clone(), move || {
        let _ended = Ended(Arc::clone(&actor.ended));
        body(&actor);
    })
}

/// Says that an actor has ended, however it did.
struct Ended(Arc<AtomicBool>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// The fault that kills an actor.
fn crash_fault<R: Runtime>(
    name: &str,
    victim: ActorId,
    ended: &Arc<AtomicBool>,
) -> JoinHandle<R, ()> {
    let ended = Arc::clone(ended);
    sync::spawn(&format!("crash:{name}"), move || {
        R::offer(move || !ended.load(Ordering::SeqCst));
        if R::crash(victim) {
            trace::record(R::me(), || Kind::Crash(victim));
        }
    })
}

/// The clock, as an actor: it passes time while somebody could have run.
fn clock_fault<R: Runtime>(time: Time<R>, ticks: u32) -> JoinHandle<R, ()> {
    sync::spawn("clock", move || {
        for _ in 0..ticks {
            let offered = time.clone();
            R::offer(move || offered.next().is_some() && !offered.all_ended());
            if let Some(at) = time.next() {
                time.clock.advance_to(at);
            }
        }
    })
}

/// The clock, and all that wants it to stop somewhere.
struct Time<R: Runtime> {
    clock: Clock<R>,
    deadlines: Arc<[Deadline]>,
    running: Arc<[Arc<AtomicBool>]>,
}

impl<R: Runtime> Clone for Time<R> {
    fn clone(&self) -> Self {
        Self {
            clock: self.clock.clone(),
            deadlines: Arc::clone(&self.deadlines),
            running: Arc::clone(&self.running),
        }
    }
}

impl<R: Runtime> Time<R> {
    /// The next interesting instant.
    fn next(&self) -> Option<u64> {
        let now = self.clock.peek_ms();
        let deadlines = self.deadlines.iter().filter_map(|next| next(now));
        deadlines.chain(self.clock.next_alarm()).min()
    }

    /// Time passes for free where nobody can go on, as long as somebody sleeps.
    fn pass_to_next_alarm(&self) -> bool {
        let alarm = self.clock.next_alarm();
        if let (Some(_), Some(at)) = (alarm, self.next()) {
            self.clock.advance_to(at);
        }
        alarm.is_some()
    }

    fn all_ended(&self) -> bool {
        self.running.iter().all(|ended| ended.load(Ordering::SeqCst))
    }
}

impl<R: Runtime> fmt::Debug for World<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl<R: Runtime> fmt::Debug for Actor<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actor").field("name", &self.name).finish_non_exhaustive()
    }
}
