//! Steps: operations are announced, take effect, and are observed.

use std::panic::resume_unwind;
use std::rc::Rc;

use super::super::alone::{Effect, NextOperation};
use super::super::vitals::give_up;
use super::live::switch;
use super::{Mode, Session, actor_name, me, with};
use crate::machine::operation::{Observation, Operation, Store};
use crate::machine::state::{Pending, Progress};
use crate::sync::Doom;
use crate::trace::ActorId;

/// The result of a call of the seam.
pub(super) enum Came {
    /// Its observation is known.
    Observed(Observation),
    /// The scheduler decides first.
    Switch,
    /// The run is over: there is no observation.
    Over,
    /// The main actor would wait for ever.
    Stuck,
}

/// One step of the calling actor: announces it, waits until it is scheduled, applies it, and returns what the
/// actor learns from it.
pub(crate) fn step(operation: impl Operation) -> Observation {
    if let Some(outer) = with(|session| session.inside.clone()) {
        give_up(format!(
            "{} takes a step inside a step on {outer}: take them one after the other",
            actor_name(me())
        ));
    }
    with(|session| {
        session.took.remove(session.me);
        session.vitals.beat(session.me);
    });
    perform(Rc::new(operation))
}

/// A part of the actor's last step from which it learns something. It has no scheduling point, unless it has
/// to wait.
pub(crate) fn ask(operation: impl Operation) -> Observation {
    perform(Rc::new(operation))
}

pub(super) fn perform(operation: Rc<dyn Operation>) -> Observation {
    match with(|session| session.perform(operation)) {
        Came::Observed(Observation::Killed) => {
            with(Session::stop);
            resume_unwind(Box::new(Doom))
        }
        Came::Observed(seen) => seen,
        Came::Switch => switch(),
        Came::Over => {
            if with(|session| session.is_stopped_in_vain()) {
                give_up(format!(
                    "{} catches the unwinding by which its run is ended, again and again: let catch_unwind \
                     around a step pass on what is no panic of its own",
                    actor_name(me())
                ));
            }
            resume_unwind(Box::new(NextOperation))
        }
        Came::Stuck => {
            with(|session| session.state.refuse(MAIN_WAITS.to_owned()));
            resume_unwind(Box::new(Doom))
        }
    }
}

impl Session {
    fn perform(&mut self, operation: Rc<dyn Operation>) -> Came {
        let (me, is_main) = (self.me, self.is_main());
        self.refuse_if_missed(me);
        let announced = match operation.is_step() {
            true => self.announced.remove(me).unwrap_or_default(),
            false => Vec::new(),
        };
        let pending = Pending { operation: Rc::clone(&operation), announced };
        match &mut self.mode {
            Mode::Alone(_) if is_main => {
                let answer = self.answers.get(self.set_up_at).cloned();
                self.set_up_at += 1;
                answer.map_or(Came::Stuck, Came::Observed)
            }
            Mode::Alone(alone) => match alone.perform(pending) {
                Some(seen) => Came::Observed(seen),
                None => Came::Over,
            },
            Mode::Direct | Mode::Live(_) if is_main => {
                if !operation.enabled(me, &self.state) {
                    return Came::Stuck;
                }
                self.state.set_progress(me, Progress::Before(pending));
                let seen = self.state.take(me, None);
                if matches!(self.mode, Mode::Direct) {
                    self.set_up.push(seen.clone());
                }
                Came::Observed(seen)
            }
            Mode::Direct => Came::Over,
            Mode::Live(_) if operation.is_step() || operation.joins().is_some() => {
                self.state.set_progress(me, Progress::Before(pending));
                Came::Switch
            }
            Mode::Live(_) => Came::Observed(operation.apply(me, &mut self.state)),
        }
    }

    /// An actor goes on after a panic: its destructors' operations must not be missing.
    pub(super) fn refuse_if_missed(&mut self, me: ActorId) {
        if self.missed.contains(&me) {
            let name = &self.names.actors()[me.index()];
            self.state.refuse(format!(
                "{name} catches a panic during which a destructor takes a step, and that step cannot be \
                 searched: catch nothing around it, or take the step before the panic"
            ));
        }
    }

    /// The actor that runs alone is killed: its further operations have no effect.
    pub(super) fn stop(&mut self) {
        if let Mode::Alone(alone) = &mut self.mode {
            alone.finish();
        }
    }

    /// Returns whether the actor that runs alone goes on however often it is stopped.
    fn is_stopped_in_vain(&self) -> bool {
        matches!(&self.mode, Mode::Alone(alone) if alone.stops > PATIENCE)
    }
}

/// An actor that catches the stop so often does not mean to end.
pub(super) const PATIENCE: u32 = 100;

pub(super) const MAIN_WAITS: &str =
    "what sets the world up or judges it waits for something that never comes";

/// A part of the actor's last step from which it learns nothing. A killed actor's call has no effect.
pub(crate) fn effect(operation: impl Operation) {
    with(|session| {
        let (me, is_main) = (session.me, session.is_main());
        match &mut session.mode {
            Mode::Alone(_) if is_main => {}
            Mode::Alone(alone) => alone.effect(Effect::Do(Rc::new(operation))),
            Mode::Live(live) if live.is_killed(me) => {}
            Mode::Direct | Mode::Live(_) => drop(operation.apply(me, &mut session.state)),
        }
    });
}
