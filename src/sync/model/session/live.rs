//! A live execution: actors are tasks of shuttle, of which only the switch is used. The machine knows which
//! actor blocks which: an actor announces its operation, switches, and is scheduled again once that can take
//! effect. So a mutex costs one scheduling point, and a deadlock is a state to look at.

use std::panic::resume_unwind;
use std::rc::Rc;
use std::time::Duration;

use super::super::vitals::give_up;
use super::{Mode, Session, exists, with};
use crate::machine::operation::{Look, Observation};
use crate::machine::resources::thread::Invisible;
use crate::machine::state::{Pending, Progress};
use crate::sync::{Doom, inert};
use crate::trace::{self, ActorId};

/// An actor that catches the kill so often does not mean to end.
const PATIENCE: u32 = 100;

/// Lets the scheduler choose, and returns what the calling actor learns once it has been chosen.
pub(super) fn switch() -> Observation {
    // A plain switch. `yield_now` would count as an explicit yield.
    shuttle::thread::sleep(Duration::ZERO);
    match arrive() {
        Observation::Killed => resume_unwind(Box::new(Doom)),
        seen => seen,
    }
}

/// Lets others go on just before an action that is no step, where that is a choice. Nothing unwinds from
/// here: it may be in a destructor.
pub(in crate::sync::model) fn invisible_point() {
    if inert() || !is_before_invisible_choice() {
        return;
    }
    shuttle::thread::sleep(Duration::ZERO);
    arrive();
}

/// The actor was scheduled, and takes the step that it announced.
pub(in crate::sync::model) fn arrive() -> Observation {
    with(|session| {
        let me = session.me;
        if session.live_mut().killed.contains(&me) {
            let caught = session.live_mut().caught.entry(me).or_default();
            *caught += 1;
            if *caught > PATIENCE {
                let name = session.names.actors()[me.index()].clone();
                give_up(format!(
                    "{name} catches the unwinding by which its execution is ended, again and again: let \
                     catch_unwind around a step pass on what is no panic of its own"
                ));
            }
            session.state.set_progress(me, Progress::Running);
            return Observation::Killed;
        }
        let struck = session.live_mut().struck.take();
        session.state.take(me, struck)
    })
}

/// Returns whether it is a choice that the calling actor goes on, although its next action is no step.
/// Announces the action.
fn is_before_invisible_choice() -> bool {
    if !exists() {
        return false;
    }
    with(|session| {
        let (me, is_main) = (session.me, session.is_main());
        let Mode::Live(live) = &session.mode else { return false };
        let is_choice = live.every_step && !is_main && !live.is_killed(me) && !live.over;
        if is_choice {
            let pending = Pending { operation: Rc::new(Invisible), announced: Vec::new() };
            session.state.set_progress(me, Progress::Before(pending));
        }
        is_choice
    })
}

impl Session {
    /// The actor's name in schedules: the second actor started with one name is `NAME:2`, and so on. The
    /// order of starts follows from the steps before, so a replay of the same steps uses the same name.
    pub(crate) fn label(&self, actor: ActorId) -> String {
        let name = &self.names.actors()[actor.index()];
        let Mode::Live(live) = &self.mode else { return name.clone() };
        let mut namesakes =
            live.tasks.iter().filter(|other| self.names.actors()[other.index()] == *name);
        match namesakes.position(|other| *other == actor) {
            None | Some(0) => name.clone(),
            Some(nth) => format!("{name}:{}", nth + 1),
        }
    }

    /// The actor that runs, or unwinds, and so has to go on next.
    pub(crate) fn running(&self) -> Option<ActorId> {
        let runs = |actor: &ActorId| matches!(self.state.progress(*actor), Progress::Running);
        std::iter::once(ActorId::MAIN).chain(self.state.actors()).find(runs)
    }

    /// Kills an actor: it unwinds at once, with no further step of its own.
    pub(crate) fn kill(&mut self, victim: ActorId, by: ActorId) {
        self.state.kill(victim, by);
        self.live_mut().killed.insert(victim);
    }

    /// Ends the execution early: none of its results is judged.
    pub(crate) fn abandon(&mut self) {
        self.live_mut().abandoned = true;
        self.kill_all();
    }

    /// Kills every actor that has not ended, off the record.
    pub(crate) fn kill_all(&mut self) {
        self.live_mut().over = true;
        if let Some(recorder) = trace::current() {
            recorder.close();
        }
        let left = self.unfinished();
        for actor in left {
            self.state.set_progress(actor, Progress::Running);
            self.live_mut().killed.insert(actor);
        }
    }

    /// The actors, the main one aside, whose bodies are not over.
    pub(crate) fn unfinished(&self) -> Vec<ActorId> {
        let started = |actor: &ActorId| {
            !matches!(self.state.progress(*actor), Progress::Ended(_) | Progress::Absent)
        };
        self.state.actors().filter(started).collect()
    }

    /// The main actor waits until the others have ended.
    pub(crate) fn wait_for_others() {
        with(|session| {
            session.live_mut().idle = true;
            session.state.set_progress(ActorId::MAIN, Progress::Absent);
        });
        shuttle::thread::sleep(Duration::ZERO);
        with(|session| {
            session.live_mut().idle = false;
            session.state.set_progress(ActorId::MAIN, Progress::Running);
        });
    }
}
