//! The start of a search.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::canonical::Canon;
use super::super::learner::Learner;
use super::super::machine::Machine;
use super::super::point::Point;
use super::super::queue::Queue;
use super::super::set_up::SetUp;
use super::super::stop::Stop;
use super::super::tables::{ABSENT, Map, Tables};
use super::Graph;
use crate::explore::evidence::Evidence;
use crate::explore::mutation::Mutation;
use crate::explore::search::Search;
use crate::explore::verdict::Figures;
use crate::machine::encode::{Clients, Mistake};
use crate::machine::names::Names;
use crate::machine::state::Parts;
use crate::scenario::program::Program;
use crate::trace::{ActorId, ObjectId};

impl Graph {
    /// Sets up the world, and lets its actors begin.
    pub(in crate::explore::learned) fn new(
        program: &Arc<dyn Program>,
        search: Search,
        names: Names,
    ) -> Result<Self, Stop> {
        let set_up = SetUp::of(&**program, names)?;
        let tables = Tables::new(clients(search, &set_up));
        let SetUp { names, observations, cast, faults, monitors, state, .. } = set_up;
        let canon = Canon::new(&tables, search.mutation);
        let mut learner = Learner::new(program, names, observations, tables);
        learner.by_value = search.mutation != Some(Mutation::EdgesWithoutValues);
        learner.compares_clients = search.mutation.is_none();
        let mut machine = Machine::new(learner, faults);
        machine.locks_at_once = search.mutation == Some(Mutation::LocksAtOnce);
        let Parts { objects, left, now } = state.into_parts();
        let mut components = Vec::new();
        for (number, object) in (0..).map(ObjectId).zip(objects) {
            components.push(match object {
                Some(object) => machine.learner.component(number, object)?,
                None => ABSENT,
            });
        }
        let monitors = machine.learner.tables.watching(monitors);
        let actors: Vec<ActorId> = cast.iter().map(|cast| cast.actor).collect();
        let left = machine.learner.tables.budget(left.into());
        let mut start = Point { now, left, monitors, objects: components, locals: Vec::new() };
        let came = machine.begin(&mut start, &actors)?;
        let mut graph = Self::at(program, search, machine, canon, start);
        if came.is_err() {
            graph.begun = false;
            // The violation occurs before any actor takes a step.
            let found = graph.live(Vec::new(), false)?;
            return Err(Stop::Broken(Box::new(found)));
        }
        // If the world as set up distinguishes between clients, no execution can show that they are alike.
        if search.mutation.is_none() && !graph.begins_alike() {
            return Err(Stop::Asymmetric);
        }
        Ok(graph)
    }

    fn at(
        program: &Arc<dyn Program>,
        search: Search,
        machine: Machine,
        canon: Canon,
        start: Point,
    ) -> Self {
        Self {
            program: Arc::clone(program),
            search,
            machine: Some(machine),
            canon,
            begun: true,
            reached: start.clone(),
            start,
            parents: Vec::new(),
            known: Map::default(),
            frontier: Queue::default(),
            ends: Map::default(),
            figures: Figures::default(),
            all: None,
            confirmed: BTreeSet::new(),
            misjudges: false,
            endless: BTreeSet::new(),
            visited_all: false,
            longest: 0,
            shown: Evidence::default(),
            choice: false,
        }
    }
}

/// The interchangeable clients, or those that a mutation chooses.
fn clients(search: Search, set_up: &SetUp) -> Clients {
    let clients = match (search.symmetry, search.mutation) {
        (true, Some(Mutation::EverybodyIsAClient)) => {
            Clients::new(set_up.cast.iter().map(|cast| (cast.actor, cast.name.as_str())))
        }
        (true, _) => set_up.clients(),
        (false, _) => Clients::none(),
    };
    clients.mistaken(match search.mutation {
        Some(Mutation::NumbersAsLengths) => Some(Mistake::NumbersAsLengths),
        Some(Mutation::NoLengths) => Some(Mistake::NoLengths),
        Some(Mutation::ForgetScripts) => Some(Mistake::NoScripts),
        Some(Mutation::ForgetDeadlines) => Some(Mistake::NoDeadlines),
        Some(Mutation::ForgetWaiters) => Some(Mistake::NoWaiters),
        _ => None,
    })
}
