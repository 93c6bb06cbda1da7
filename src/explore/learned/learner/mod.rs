//! Learns what an actor does after an observation, by running it alone.

mod aliases;
mod alike;
mod covered;
mod memory;
mod paths;
mod runs;

use std::rc::Rc;
use std::sync::Arc;

use super::local::{Edge, Local, Shown, Status};
use super::memory::BLOCK;
use super::stop::Stop;
use super::tables::{Map, NOTHING, Tables};
use crate::machine::encode::Encoded;
use crate::machine::names::Names;
use crate::machine::operation::{Observation, Operation};
use crate::machine::resources::thread::Start;
use crate::scenario::Budgets;
use crate::scenario::program::Program;
use crate::sync::model::alone::{Alone, Fold};
use crate::sync::model::atomics::Atomics;
use crate::trace::{ActorId, Event, Trace};

/// Everything that has been learned.
pub(super) struct Learner {
    program: Arc<dyn Program>,
    budgets: Budgets,
    pub(super) names: Names,
    pub(super) trace: Trace,
    set_up: Rc<[Observation]>,
    pub(super) tables: Tables,
    /// The local states. Number 0 is an actor that was not started.
    pub(super) locals: Vec<Local>,
    pub(super) local_ids: Map<u128, u32>,
    pub(super) edges: Vec<Edge>,
    pub(super) edge_ids: Map<(u32, u32), u32>,
    /// Other paths to folded local states, by the local state and the observation that lead there.
    pub(super) others: Map<u32, (u32, u32)>,
    /// The client that has taken an edge live, for edges that mention only their client, by its view of the
    /// edge.
    pub(super) shown: Map<(u128, u128), Shown>,
    /// The behaviour of clients after the same observations, up to their names, and an edge that shows it.
    pub(super) alike: Map<u128, (u128, u32)>,
    /// True if clients are compared with each other; a mutated search does not compare them.
    pub(super) compares_clients: bool,
    /// True if learned edges are distinguished by the observed value; only a mutated search ignores it.
    pub(super) by_value: bool,
    /// The number of bytes that histories and effects hold elsewhere.
    pub(super) held: u64,
    /// The number of times that an actor was run alone.
    pub(super) runs: u64,
    /// The atomics that actors touch, with their weakest orderings.
    pub(super) atomics: Atomics,
}

impl Learner {
    pub(super) fn new(
        program: &Arc<dyn Program>,
        names: Names,
        set_up: Rc<[Observation]>,
        tables: Tables,
    ) -> Self {
        let absent = Local {
            actor: ActorId::MAIN,
            status: Status::Killed,
            announced: NOTHING,
            parent: None,
            origin: None,
            depth: 0,
            history: Encoded::default(),
            encoding: 0,
            alone: 0,
            mentions_others: false,
            endless: false,
        };
        Self {
            program: Arc::clone(program),
            budgets: program.budgets(),
            trace: names.to_trace(),
            names,
            set_up,
            tables,
            locals: vec![absent],
            local_ids: Map::default(),
            edges: Vec::new(),
            edge_ids: Map::default(),
            others: Map::default(),
            shown: Map::default(),
            alike: Map::default(),
            compares_clients: true,
            by_value: true,
            held: 0,
            runs: 0,
            atomics: Atomics::default(),
        }
    }

    /// The local state of an actor that was just started; `origin` is the edge of the actor that started it.
    ///
    /// The behaviour of a child may depend on everything that its parent had seen: that is its history so
    /// far.
    pub(super) fn root(&mut self, actor: ActorId, origin: Option<u32>, history: Encoded) -> u32 {
        let start: Rc<dyn Operation> = Rc::new(Start);
        let status = Status::Before(self.tables.operation(&start));
        self.local(Local { status, history, origin, ..self.blank(actor) })
    }

    fn blank(&self, actor: ActorId) -> Local {
        Local {
            actor,
            status: Status::Killed,
            announced: NOTHING,
            parent: None,
            origin: None,
            depth: 0,
            history: Encoded::empty(),
            encoding: 0,
            alone: 0,
            mentions_others: false,
            endless: false,
        }
    }

    /// Interns a local state, and returns its number.
    fn local(&mut self, mut local: Local) -> u32 {
        let mut encoded = Encoded::with(&self.tables.clients, |mut hasher| {
            use std::hash::Hash;
            match local.status {
                Status::Before(_) => 0_u8.hash(&mut hasher),
                Status::Ended(_) => 1_u8.hash(&mut hasher),
                Status::Killed => 2_u8.hash(&mut hasher),
            }
            local.origin.is_some().hash(&mut hasher);
            if let Status::Before(operation) = local.status {
                self.tables.operations[operation as usize].operation.encode(hasher);
            }
        });
        encoded.append(&local.history);
        let key = (u128::from(local.actor.0) << 64) ^ encoded.identity();
        if let Some(known) = self.local_ids.get(&key) {
            return *known;
        }
        let id = self.locals.len() as u32;
        local.encoding = self.tables.encodings.add(encoded);
        if let Some(me) = self.tables.clients.position(local.actor) {
            let role = |client: u16| u32::from(usize::from(client) != me);
            local.alone = self.tables.encodings.digest(local.encoding, &role);
            let mentioned = self.tables.encodings.mentioned(local.encoding);
            local.mentions_others = mentioned.iter().any(|client| usize::from(*client) != me);
        }
        local.endless = self.is_endless(&local);
        self.held += local.history.bytes();
        self.locals.push(local);
        self.local_ids.insert(key, id);
        id
    }

    /// The local state of an actor that is killed at this point.
    pub(super) fn killed(&mut self, at: u32) -> u32 {
        let Local { actor, history, parent, origin, depth, .. } = &self.locals[at as usize];
        let killed = Local {
            status: Status::Killed,
            history: history.clone(),
            parent: *parent,
            origin: *origin,
            depth: *depth,
            ..self.blank(*actor)
        };
        self.local(killed)
    }

    /// The edge that the actor takes after this observation.
    pub(super) fn edge(&mut self, from: u32, observation: u32) -> Result<u32, Stop> {
        let key = (from, if self.by_value { observation } else { 0 });
        if let Some(known) = self.edge_ids.get(&key) {
            return Ok(*known);
        }
        let edge = self.learn(from, observation)?;
        self.edge_ids.insert(key, edge);
        Ok(edge)
    }

    /// Returns whether the path on which a local state was first reached leads through another one. Equal
    /// operations are not enough: a lock acquired by waiting begins like one acquired at once.
    fn comes_by(&self, local: u32, other: u32) -> bool {
        let parent = |at: &u32| Some(self.locals[*at as usize].parent?.0);
        std::iter::successors(Some(local), parent).any(|at| at == other)
    }

    fn learn(&mut self, from: u32, observation: u32) -> Result<u32, Stop> {
        let Local { actor, depth, .. } = self.locals[from as usize];
        let path = self.path(from, Some(observation));
        let run = self.run(path)?;
        self.is_not_shared(from, observation)?;
        if let Some(step) = run.diverged {
            return Err(Stop::Uncontrolled(self.nondeterministic(actor, step)));
        }
        if self.names_out_of_nowhere(from, observation, &run) {
            return Err(Stop::Asymmetric);
        }
        let mut history = self.history(from, &run);
        // An ended actor retains only its result, but its children know more.
        let inherited = history.clone();
        let announced = run.next.as_ref().map(|next| next.announced.clone()).unwrap_or_default();
        let announced = announced.into_iter().map(|kind| Event { actor, kind }).collect();
        let announced = self.tables.events(announced, &self.trace);
        let status = match (&run.next, run.ended) {
            (Some(next), _) => Status::Before(self.tables.operation(&next.operation)),
            (None, true) => {
                let result = run.result.clone().unwrap_or(Observation::Done);
                history = Encoded::of(&result, &self.tables.clients);
                Status::Ended(self.tables.observation(result))
            }
            (None, false) => return Err(Stop::Uncontrolled(self.elsewhere(actor))),
        };
        let parent = Some((from, observation));
        let local = Local {
            status,
            announced,
            parent,
            depth: depth + 1,
            history,
            origin: self.locals[from as usize].origin,
            ..self.blank(actor)
        };
        let known = self.locals.len() as u32;
        let next = self.local(local);
        if run.folded.is_some() && next < known {
            self.others.entry(next).or_insert((from, observation));
        }
        let edge = self.edges.len() as u32;
        self.edges.push(Edge {
            from,
            observation,
            effects: Box::default(),
            next,
            witness: (u32::MAX, 0),
            covered: [false; 2],
        });
        let effects = self.effects(actor, edge, &inherited, run.effects)?;
        self.held += size_of_val(&*effects) as u64 + BLOCK;
        self.edges[edge as usize].effects = effects;
        self.behaves_alike(edge, &inherited)?;
        Ok(edge)
    }

    fn elsewhere(&self, actor: ActorId) -> String {
        let name = &self.trace.actors[actor.index()];
        format!("{name}, run alone on what it had observed, did not come to the same point again")
    }

    /// The observations of an actor that may still matter after it has run on from here.
    fn history(&self, from: u32, run: &Alone) -> Encoded {
        let mut history = match run.folded {
            None => self.locals[from as usize].history.clone(),
            Some(Fold::All) => Encoded::default(),
            Some(Fold::Since(told)) => self.before(from, told),
        };
        history.append(&run.seen);
        history.append(&self.step_mark(run.ended));
        history
    }

    /// The mark that each step leaves in the history, even if the actor learned nothing from it.
    fn step_mark(&self, ended: bool) -> Encoded {
        Encoded::of(&(0xa5_u8, ended), &self.tables.clients)
    }

    fn is_root(&self, local: u32) -> bool {
        self.locals[local as usize].parent.is_none()
    }

    /// The number of an object in some state.
    pub(super) fn component(
        &mut self,
        id: crate::trace::ObjectId,
        object: Box<dyn crate::machine::object::Object>,
    ) -> Result<u32, Stop> {
        self.tables.component(id, object).map_err(|id| {
            let name = self.trace.object(id);
            Stop::Uncontrolled(format!(
                "two values of {name} hash alike and print differently: Hash of its type leaves out something"
            ))
        })
    }
}
