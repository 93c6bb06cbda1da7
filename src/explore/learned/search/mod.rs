//! Breadth-first search of the state graph of learned actors.

mod begin;
mod confirm;
mod live;
mod memory;
mod predicted;
mod ways_out;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::canonical::Canon;
use super::learner::Learner;
use super::machine::{Came, Machine};
use super::memory::Digest;
use super::moves::{FAULT, Move, ROOT};
use super::point::Point;
use super::queue::Queue;
use super::stop::Stop;
use super::tables::Map;
use crate::explore::bound::Bound;
use crate::explore::cost::Cost;
use crate::explore::evidence::Evidence;
use crate::explore::live::drive::blind;
use crate::explore::mutation::Mutation;
use crate::explore::progress::found;
use crate::explore::search::Search;
use crate::explore::verdict::Figures;
use crate::machine::fault::Injection;
use crate::machine::survey::Next;
use crate::scenario::Violation;
use crate::scenario::outcome::Deadlock;
use crate::scenario::program::Program;
use crate::trace::ActorId;

/// A search.
pub(super) struct Graph {
    pub(super) program: Arc<dyn Program>,
    pub(super) search: Search,
    machine: Option<Machine>,
    canon: Canon,
    pub(super) start: Point,
    /// True if all actors begin without a violation, so that there is a start to compare with.
    begun: bool,
    /// The state that the last transition led to; kept, to avoid an allocation for each.
    reached: Point,
    /// The state that each state was first reached from, and the choice taken there.
    pub(super) parents: Vec<(u32, Move)>,
    pub(super) known: Map<Digest, u32>,
    frontier: Queue,
    /// The states in which all actors have ended, with another path to each.
    pub(super) ends: Map<u32, Option<(u32, Move)>>,
    pub(super) figures: Figures,
    /// All violations, if the search does not stop at the first.
    pub(super) all: Option<BTreeMap<Violation, Cost>>,
    confirmed: BTreeSet<Violation>,
    /// True if a predicted end was judged otherwise than the live one: `finally` reads data outside the
    /// world.
    misjudges: bool,
    /// The actors that loop without end.
    endless: BTreeSet<ActorId>,
    /// True if every state was visited, and none showed a violation.
    pub(super) visited_all: bool,
    pub(super) longest: usize,
    /// The evidence of live executions that a property could have been violated.
    pub(super) shown: Evidence,
    /// True if some state had more than one possible next event.
    pub(super) choice: bool,
}

impl Graph {
    pub(super) fn machine(&mut self) -> &mut Machine {
        self.machine.as_mut().expect("the machine is here between live executions")
    }

    /// Searches all states.
    pub(super) fn explore(&mut self) -> Result<(), Stop> {
        let mut point = self.start.clone();
        self.reached.clone_from(&self.start);
        self.reach(ROOT, 0)?;
        let mut number = 0;
        while self.frontier.pop(&mut point) {
            self.within_memory(self.frontier.bytes())?;
            self.expand(number, &point)?;
            number += 1;
            if number % 256 == 0 {
                found(self.figures.states, self.frontier.len());
            }
        }
        self.confirm()
    }

    fn names_of(&mut self, actors: &BTreeSet<ActorId>) -> String {
        let trace = &self.machine().learner.trace;
        let names: Vec<&str> = actors.iter().take(10).map(|actor| trace.actor(*actor)).collect();
        names.join(", ")
    }

    /// Notes that a state was reached.
    fn reach(&mut self, parent: u32, by: Move) -> Result<(), Stop> {
        let machine = self.machine.as_mut().expect("the machine is here");
        let digest = self.canon.canonical(&mut machine.learner, &self.reached);
        let next = self.parents.len() as u32;
        let known = *self.known.entry(digest.into()).or_insert(next);
        if known != next {
            if let Some(other) = self.ends.get_mut(&known)
                && other.is_none()
                && self.parents[known as usize].0 != parent
            {
                *other = Some((parent, by));
            }
            return Ok(());
        }
        self.parents.push((parent, by));
        self.figures.states += 1;
        if self.figures.states > self.search.max_states {
            return Err(Stop::Bound(Bound::States(self.search.max_states)));
        }
        self.frontier.push(&self.reached);
        Ok(())
    }

    /// Takes every transition of a state.
    fn expand(&mut self, number: u32, point: &Point) -> Result<(), Stop> {
        match self.machine().next(point) {
            Next::Choice { actors, faults } => {
                // The order of interchangeable clients is a choice all the same.
                self.choice |= actors.len() + faults.len() > 1;
                let machine = self.machine.as_mut().expect("the machine is here");
                let learner = &mut machine.learner;
                let actors = self.canon.representatives(learner, point, actors);
                for actor in actors {
                    self.actor(number, point, actor)?;
                }
                for (fault, injection) in faults {
                    self.fault(number, point, fault, injection)?;
                }
            }
            Next::End(faults) => {
                self.end(number, point)?;
                for (fault, injection) in faults {
                    self.fault(number, point, fault, injection)?;
                }
            }
            Next::Deadlock(waits) => {
                let deadlock = Deadlock(waits);
                let violation = deadlock.violation(&self.machine().learner.trace);
                let schedule = self.schedule(number, None);
                self.broken(&violation, &schedule)?;
            }
            Next::Forced(_) | Next::Time(_) => unreachable!("a state is quiescent"),
        }
        Ok(())
    }

    fn actor(&mut self, number: u32, point: &Point, actor: ActorId) -> Result<(), Stop> {
        if self.is_endless(point, actor) {
            return Ok(());
        }
        self.reached.clone_from(point);
        let machine = self.machine.as_mut().expect("the machine is here");
        let came = machine.step(&mut self.reached, actor)?;
        self.went(number, actor.0, came)
    }

    fn fault(
        &mut self,
        number: u32,
        point: &Point,
        fault: usize,
        injection: Injection,
    ) -> Result<(), Stop> {
        self.reached.clone_from(point);
        let machine = self.machine.as_mut().expect("the machine is here");
        let came = machine.strike(&mut self.reached, fault, injection)?;
        self.went(number, FAULT | fault as u32, came)
    }

    fn went(&mut self, number: u32, by: Move, came: Came) -> Result<(), Stop> {
        self.took(number, by);
        match came {
            Ok(()) => self.reach(number, by),
            Err(violation) => {
                let schedule = self.schedule(number, Some(by));
                self.broken(&violation, &schedule)
            }
        }
    }

    /// Notes a transition as a witness of each edge that it took.
    pub(super) fn took(&mut self, number: u32, by: Move) {
        self.figures.transitions += 1;
        let machine = self.machine.as_mut().expect("the machine is here");
        let at_first = self.search.mutation == Some(Mutation::CoverAtFirst);
        for edge in &machine.taken {
            let witness = &mut machine.learner.edges[*edge as usize].witness;
            if !at_first || witness.0 == u32::MAX {
                *witness = (number, by);
            }
        }
    }

    /// The behaviour of the scenario that this engine cannot see, if any.
    pub(super) fn blind(&mut self) -> Option<String> {
        let Learner { atomics, trace, .. } = &self.machine().learner;
        let (object, ordering) = atomics.weak()?;
        Some(blind(trace.object(object), ordering))
    }

    /// The number of a state and the actor that ran last, for a search by cost.
    pub(super) fn digest_running(&mut self, point: &Point, running: Option<ActorId>) -> u128 {
        let running = match self.search.mutation {
            Some(Mutation::ForgetWhoIsRunning) => None,
            _ => running,
        };
        let machine = self.machine.as_mut().expect("the machine is here");
        self.canon.canonical_running(&mut machine.learner, point, running)
    }

    /// The number of a state, up to symmetry of the clients.
    fn digest(&mut self, point: &Point) -> u128 {
        let machine = self.machine.as_mut().expect("the machine is here");
        self.canon.canonical(&mut machine.learner, point)
    }

    /// The actors to try among these.
    pub(super) fn representatives(&mut self, point: &Point, actors: Vec<ActorId>) -> Vec<ActorId> {
        let machine = self.machine.as_mut().expect("the machine is here");
        self.canon.representatives(&mut machine.learner, point, actors)
    }

    /// Returns whether this actor loops without end, and notes it.
    pub(super) fn is_endless(&mut self, point: &Point, actor: ActorId) -> bool {
        let local = point.local(actor);
        let endless = self.machine().learner.locals[local as usize].endless;
        if endless {
            self.endless.insert(actor);
        }
        endless
    }

    /// Stops with the bound for loops without end, if there are any.
    pub(super) fn endless(&mut self) -> Result<(), Stop> {
        match self.endless.is_empty() {
            true => Ok(()),
            false => Err(Stop::Bound(Bound::Endless(self.names_of(&self.endless.clone())))),
        }
    }

    /// Stops with the bound on live ends, if some ends were not executed.
    fn all_ends_live(&self) -> Result<(), Stop> {
        let most = self.search.live_ends;
        match (self.figures.ends > most, self.misjudges) {
            (false, _) => Ok(()),
            (true, false) => Err(Stop::Bound(Bound::LiveEnds(most))),
            (true, true) => Err(Stop::Bound(Bound::UnjudgedEnds(most))),
        }
    }

    /// The figures of the search.
    pub(super) fn figures(&mut self) -> Figures {
        let mut figures = self.figures;
        let machine = self.machine();
        figures.client_runs = machine.learner.runs;
        figures.commands = machine.carried_out;
        figures
    }
}
