//! A live execution in lock-step with the graph: after each step the world equals the state of the graph.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::machine::Machine;
use super::moves::{FAULT, Move};
use super::point::Point;
use super::renamed::{Renamed, Renaming};
use crate::explore::live::drive::drive_named;
use crate::explore::live::turn::{Choice, Decision, Strategy, Turn};
use crate::explore::verdict::Exploration;
use crate::machine::encode::Clients;
use crate::scenario::program::Program;
use crate::sync::model::session::Session;
use crate::trace::ActorId;

/// The result of live executions compared with the graph.
pub(super) struct Followed {
    /// The findings of the executions. The last execution is reported if it broke something, or did not end.
    pub(super) exploration: Exploration,
    /// The number of jobs that are done or no longer needed.
    pub(super) done: usize,
    /// The difference between the last execution and the graph, if any.
    pub(super) difference: Option<String>,
}

/// The continuation of an execution beyond its schedule.
#[derive(Clone, Copy, Debug)]
pub(super) enum Then {
    /// The default: no preemption, and no fault.
    Default,
    /// Random choices, from this seed.
    Random(u64),
}

/// A live execution to run.
pub(super) struct Job {
    /// The choices by number, because actors that others start may share a name.
    pub(super) schedule: Vec<Move>,
    pub(super) renaming: Option<Renaming>,
    pub(super) then: Then,
    /// The edge to cover; once it is covered, the execution is no longer needed.
    pub(super) edge: Option<u32>,
}

/// Executes these jobs live, one after the other, and compares each step with the graph, until one breaks
/// something or differs.
pub(super) fn follow(
    program: &Arc<dyn Program>,
    machine: Machine,
    start: Option<&Point>,
    (jobs, first): (Rc<[Job]>, usize),
    max_steps: usize,
) -> (Machine, Followed) {
    let clients = machine.learner.tables.clients.clone();
    let names = machine.learner.names.clone();
    let longest = jobs.iter().map(|job| job.schedule.len()).max().unwrap_or_default();
    let machine = Rc::new(RefCell::new(Some(machine)));
    let came = Rc::new(RefCell::new(Came { done: first, difference: None }));
    let strategy = Follow {
        machine: Rc::clone(&machine),
        start: start.cloned(),
        renamed: Renamed::new(clients.clone(), None),
        clients,
        jobs,
        at: None,
        step: 0,
        rng: None,
        came: Rc::clone(&came),
    };
    let exploration = drive_named(program, strategy, max_steps + longest, names);
    let machine = machine.borrow_mut().take().expect("the strategy is done with it");
    let Came { done, difference } = came.take();
    (machine, Followed { exploration, done, difference })
}

/// The progress of the jobs: the number that are done or no longer needed.
#[derive(Default)]
struct Came {
    done: usize,
    difference: Option<String>,
}

struct Follow {
    machine: Rc<RefCell<Option<Machine>>>,
    start: Option<Point>,
    clients: Clients,
    jobs: Rc<[Job]>,
    /// The current state of the graph; `None` once there is nothing left to compare.
    at: Option<Point>,
    renamed: Renamed,
    step: usize,
    rng: Option<Pcg64Mcg>,
    came: Rc<RefCell<Came>>,
}

impl Follow {
    fn differ(&mut self, how: String) -> Decision {
        self.came.borrow_mut().difference.get_or_insert(how);
        Decision::Abandon
    }

    /// The next job that is still needed.
    fn next(&self) -> Option<usize> {
        let mut came = self.came.borrow_mut();
        if came.difference.is_some() {
            return None;
        }
        let machine = self.machine.borrow();
        let learner = &machine.as_ref()?.learner;
        let is_covered = |job: &Job| {
            job.edge.is_some_and(|edge| learner.is_covered(edge, job.renaming.is_some()))
        };
        let skipped = self.jobs[came.done..].iter().take_while(|job| is_covered(job)).count();
        came.done += skipped;
        let next = came.done;
        (next < self.jobs.len()).then(|| {
            came.done += 1;
            next
        })
    }

    fn schedule(&self) -> &[Move] {
        let current = self.came.borrow().done - 1;
        &self.jobs[current].schedule
    }

    fn chosen(&mut self, turn: &Turn<'_>) -> Option<usize> {
        if let Some(by) = self.schedule().get(self.step).copied() {
            let renamed = &self.renamed;
            return turn.choices.iter().position(|choice| match *choice {
                Choice::Actor(actor) => renamed.back(actor).0 == by,
                Choice::Fault(number, _) => FAULT | number as u32 == by,
                Choice::End => false,
            });
        }
        match &mut self.rng {
            Some(rng) => Some(rng.gen_range(0..turn.choices.len())),
            None => turn.default(),
        }
    }
}

impl Strategy for Follow {
    fn begin(&mut self) -> bool {
        let Some(next) = self.next() else { return false };
        let Job { renaming, then, .. } = &self.jobs[next];
        self.renamed = Renamed::new(self.clients.clone(), renaming.clone());
        self.rng = match then {
            Then::Default => None,
            Then::Random(seed) => Some(Pcg64Mcg::seed_from_u64(*seed)),
        };
        self.at.clone_from(&self.start);
        self.step = 0;
        true
    }

    /// A single execution is always reported to its caller.
    fn keeps(&self) -> bool {
        self.jobs.len() == 1
    }

    fn keeps_values(&self) -> bool {
        true
    }

    fn ended(&mut self, session: &Session) {
        let shared = Rc::clone(&self.machine);
        let machine = shared.borrow();
        let machine = machine.as_ref().expect("the machine is here while it is followed");
        if let Some(point) = self.at.take()
            && let Some(how) = self.renamed.difference(machine, &point, session)
        {
            self.differ(how);
        }
    }

    fn choose(&mut self, turn: &Turn<'_>) -> Decision {
        let shared = Rc::clone(&self.machine);
        let mut machine = shared.borrow_mut();
        let machine = machine.as_mut().expect("the machine is here while it is followed");
        if let Some(point) = &self.at
            && let Some(how) = self.renamed.difference(machine, point, turn.session)
        {
            return self.differ(how);
        }
        let Some(chosen) = self.chosen(turn) else {
            let expected = match self.schedule().get(self.step).copied().unwrap_or_default() {
                by if by & FAULT == 0 => machine.learner.trace.actor(ActorId(by)).to_owned(),
                by => machine.faults[(by & !FAULT) as usize].name.clone(),
            };
            return self
                .differ(format!("{expected} could take its next step alone, and cannot now"));
        };
        self.step += 1;
        let choice = turn.choices[chosen];
        if let Some(mut point) = self.at.take() {
            let came = match choice {
                Choice::Actor(actor) => machine.step(&mut point, self.renamed.back(actor)),
                Choice::Fault(number, injection) => machine.strike(&mut point, number, injection),
                Choice::End => return Decision::Take(chosen),
            };
            match came {
                Ok(Ok(())) => {
                    for edge in std::mem::take(&mut machine.taken) {
                        let actor = machine.learner.actor_of(edge);
                        machine.learner.cover(edge, self.renamed.forth(actor));
                    }
                    self.at = Some(point);
                }
                // The violation ends the execution, and the comparison with the graph.
                Ok(Err(_)) => {}
                Err(stop) => return self.differ(stop.sentence()),
            }
        }
        Decision::Take(chosen)
    }
}
