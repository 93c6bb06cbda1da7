//! A live execution beside the graph: after each step the world is what the graph says it is.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::machine::Machine;
use super::moves::{FAULT, Move};
use super::point::Point;
use super::renamed::{Renamed, Renaming};
use crate::explore::live::drive::drive_named;
use crate::explore::live::turn::{Choice, Decision, Strategy, Turn};
use crate::explore::verdict::Exploration;
use crate::scenario::program::Program;
use crate::sync::model::session::Session;
use crate::trace::ActorId;

/// What a live execution beside the graph came to.
pub(super) struct Followed {
    /// What the execution showed.
    pub(super) exploration: Exploration,
    /// Where it differs from the graph, if it does.
    pub(super) difference: Option<String>,
}

/// How an execution goes on where its schedule ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum Then {
    /// By default: nobody is preempted, and no fault strikes.
    Default,
    /// At random, from this seed.
    Random(u64),
}

/// Executes `schedule` live, with the clients renamed, and compares each step with the graph.
pub(super) fn follow(
    program: &Arc<dyn Program>,
    machine: Machine,
    start: Option<&Point>,
    (schedule, renaming): (&[Move], Option<&Renaming>),
    then: Then,
    max_steps: usize,
) -> (Machine, Followed) {
    let clients = machine.learner.tables.clients.clone();
    let renamed = Renamed::new(clients, renaming.cloned());
    let shared = Arc::new(Mutex::new(None));
    let names = machine.learner.names.clone();
    let strategy = Follow {
        machine: Rc::new(RefCell::new(Some(machine))),
        at: start.cloned(),
        schedule: schedule.to_vec(),
        renamed,
        step: 0,
        rng: match then {
            Then::Default => None,
            Then::Random(seed) => Some(Pcg64Mcg::seed_from_u64(seed)),
        },
        begun: false,
        difference: Arc::clone(&shared),
    };
    let back = Rc::clone(&strategy.machine);
    let exploration = drive_named(program, strategy, max_steps, names);
    let machine = back.borrow_mut().take().expect("the strategy is done with it");
    let difference = shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    (machine, Followed { exploration, difference })
}

struct Follow {
    machine: Rc<RefCell<Option<Machine>>>,
    /// The state of the graph; `None` once there is nothing to compare any more.
    at: Option<Point>,
    renamed: Renamed,
    /// By number: actors that others start may have one name.
    schedule: Vec<Move>,
    step: usize,
    rng: Option<Pcg64Mcg>,
    begun: bool,
    difference: Arc<Mutex<Option<String>>>,
}

impl Follow {
    fn differ(&mut self, how: String) -> Decision {
        let mut difference =
            self.difference.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        difference.get_or_insert(how);
        Decision::Abandon
    }

    fn chosen(&mut self, turn: &Turn<'_>) -> Option<usize> {
        if let Some(by) = self.schedule.get(self.step).copied() {
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
        !std::mem::replace(&mut self.begun, true)
    }

    fn keeps(&self) -> bool {
        true
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
            let expected = match self.schedule.get(self.step).copied().unwrap_or_default() {
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
                // The execution is over with that, as is the graph.
                Ok(Err(_)) => {}
                Err(stop) => return self.differ(stop.sentence()),
            }
        }
        Decision::Take(chosen)
    }
}
