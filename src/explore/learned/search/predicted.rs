//! Ends that are not executed: a world is set up, filled with the predicted end, and judged.

use super::super::local::Status;
use super::super::machine::Machine;
use super::super::moves::Move;
use super::super::point::Point;
use super::super::stop::Stop;
use super::super::tables::ABSENT;
use super::Graph;
use crate::explore::verdict::Verdict;
use crate::machine::names::Names;
use crate::machine::object::Object;
use crate::machine::operation::Observation;
use crate::machine::state::Parts;
use crate::scenario::outcome::panic;
use crate::scenario::{Violation, judge_end};
use crate::sync::model::session::{self, Session};
use crate::trace::{self, ActorId, ObjectId, Recorder};

impl Graph {
    /// Judges an end as predicted. A violation of it is executed live, as every violation is.
    pub(super) fn end_as_predicted(&mut self, number: u32, point: &Point) -> Result<(), Stop> {
        if self.misjudges {
            return Ok(());
        }
        let machine = self.machine.as_ref().expect("the machine is here");
        let Some(violation) = self.judge(machine, point) else { return Ok(()) };
        if self.all.is_some() && self.confirmed.contains(&violation) {
            return Ok(());
        }
        let schedule: Vec<Move> = self.schedule(number, None);
        let found = self.live(schedule, true)?;
        // `finally` read data outside the world, which the contract of scenarios allows.
        self.misjudges = !matches!(found.verdict, Verdict::Broken(_));
        Ok(())
    }

    /// The violation of a predicted end, if any.
    fn judge(&self, machine: &Machine, point: &Point) -> Option<Violation> {
        let learner = &machine.learner;
        let monitors = &learner.tables.monitors[point.monitors as usize].set;
        let recorder = Recorder::new();
        let _scope = trace::enter(Some(recorder.clone()));
        name_all(&learner.names);
        session::begin(Session::direct(learner.names.clone()));
        let violation = judge_end(&*self.program, &recorder, monitors, || {
            session::with(|session| {
                session.state.end_with(parts(machine, point), results(machine, point))
            });
        });
        let refused = session::end().and_then(|session| session.state.refused);
        violation.or_else(|| refused.map(|why| panic("main", &why)))
    }
}

fn name_all(names: &Names) {
    for (number, name) in (0..).zip(names.actors()) {
        trace::name_actor(ActorId(number), name);
    }
    for (number, name) in (0..).zip(names.objects()) {
        trace::name_object(ObjectId(number), name);
    }
}

/// The shared objects, budgets and instant of an end.
fn parts(machine: &Machine, point: &Point) -> Parts {
    let tables = &machine.learner.tables;
    let object = |component: &u32| -> Option<Box<dyn Object>> {
        (*component != ABSENT).then(|| tables.components[*component as usize].object.boxed())
    };
    Parts {
        objects: point.objects.iter().map(object).collect(),
        left: tables.budgets[point.left as usize].to_vec(),
        now: point.now,
    }
}

/// The results of all started actors; `None` for those that were killed.
fn results(machine: &Machine, point: &Point) -> Vec<(ActorId, Option<Observation>)> {
    let learner = &machine.learner;
    let actors = (1..point.locals.len() as u32).map(ActorId);
    let started = actors.filter(|actor| point.local(*actor) != ABSENT);
    let result = |actor: ActorId| match learner.locals[point.local(actor) as usize].status {
        Status::Ended(result) => Some(learner.tables.observations[result as usize].clone()),
        Status::Killed | Status::Before(_) => None,
    };
    started.map(|actor| (actor, result(actor))).collect()
}
