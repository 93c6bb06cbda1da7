//! Minimal counterexamples: a search of the graph by increasing cost.
//!
//! Most concurrency bugs need few preemptions (Musuvathi and Qadeer, "Iterative Context Bounding for
//! Systematic Testing of Multithreaded Programs", PLDI 2007), and a counterexample with few is one that a
//! person can follow. States are visited by faults, then preemptions, then steps; those visited before the
//! counterexample prove that there is no simpler one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::memory::{Digest, of_map, of_vec};
use super::moves::{FAULT, Move, ROOT};
use super::search::Graph;
use super::stop::Stop;
use super::tables::Map;
use crate::explore::bound::Bound;
use crate::explore::cost::Cost;
use crate::explore::progress::found;
use crate::machine::fault::Injection;
use crate::machine::survey::Next;
use crate::scenario::Violation;
use crate::scenario::outcome::Deadlock;
use crate::trace::ActorId;

use super::point::{Point, of_point};

/// The actor that ran last before a state, and the number of steps to it. The graph holds the path to it.
struct Node {
    running: Option<ActorId>,
    depth: u32,
}

/// The next item to visit.
enum Visit {
    State(Point),
    Violation(Box<Violation>),
}

/// A search by cost.
struct Minimal<'a> {
    graph: &'a mut Graph,
    nodes: Vec<Node>,
    queue: BinaryHeap<Reverse<(Cost, u32, u32)>>,
    visits: BTreeMap<u32, Visit>,
    known: Map<Digest, ()>,
    /// The heap data of the states that wait to be visited, in bytes.
    waiting: u64,
}

/// Searches by increasing cost. The search stops at the simplest violation; its cost is that of the last
/// state visited.
pub(super) fn minimal(graph: &mut Graph) -> Result<(), Stop> {
    let start = graph.start.clone();
    let mut minimal = Minimal {
        graph,
        nodes: Vec::new(),
        queue: BinaryHeap::new(),
        visits: BTreeMap::new(),
        known: Map::default(),
        waiting: 0,
    };
    let root = Node { running: None, depth: 0 };
    minimal.push(Cost::default(), root, (ROOT, 0), Visit::State(start));
    minimal.run()
}

impl Minimal<'_> {
    fn push(&mut self, cost: Cost, node: Node, reached: (u32, Move), visit: Visit) {
        let number = self.nodes.len() as u32;
        self.queue.push(Reverse((cost, node.depth, number)));
        self.nodes.push(node);
        self.graph.parents.push(reached);
        if let Visit::State(point) = &visit {
            self.waiting += of_point(point);
        }
        self.visits.insert(number, visit);
    }

    fn run(&mut self) -> Result<(), Stop> {
        while let Some(Reverse((cost, _, number))) = self.queue.pop() {
            match self.visits.remove(&number) {
                Some(Visit::Violation(violation)) => {
                    let schedule = self.graph.schedule(number, None);
                    self.graph.broken(&violation, &schedule)?;
                }
                Some(Visit::State(point)) => {
                    self.waiting -= of_point(&point);
                    let running = self.nodes[number as usize].running;
                    let digest = self.graph.digest_running(&point, running);
                    if self.known.insert(digest.into(), ()).is_none() {
                        self.within_memory()?;
                        self.visit(cost, number, &point)?;
                    }
                }
                None => {}
            }
        }
        self.graph.confirm()
    }

    fn within_memory(&mut self) -> Result<(), Stop> {
        // The nodes of a B-tree are at least half full.
        let visits = 2 * self.visits.len() * size_of::<(u32, Visit)>();
        let queue = self.queue.capacity() * size_of::<Reverse<(Cost, u32, u32)>>();
        let own = (visits + queue) as u64 + of_vec(&self.nodes) + of_map(&self.known);
        self.graph.within_memory(own + self.waiting)
    }

    fn visit(&mut self, cost: Cost, number: u32, point: &Point) -> Result<(), Stop> {
        self.graph.figures.states += 1;
        if self.graph.figures.states > self.graph.search.max_states {
            return Err(Stop::Bound(Bound::States(self.graph.search.max_states)));
        }
        if self.graph.figures.states.is_multiple_of(256) {
            found(self.graph.figures.states, self.queue.len());
        }
        let running = self.nodes[number as usize].running;
        match self.graph.machine().next(point) {
            Next::Choice { actors, faults } => {
                let goes_on = running.filter(|running| actors.contains(running));
                // Among interchangeable clients, the running one continues.
                let mut ordered: Vec<ActorId> = goes_on.into_iter().collect();
                ordered.extend(actors.iter().copied().filter(|actor| Some(*actor) != goes_on));
                let tried = self.graph.representatives(point, ordered);
                // The order of interchangeable clients is a choice all the same.
                self.graph.choice |= actors.len() + faults.len() > 1;
                for actor in tried {
                    self.actor(cost, number, point, actor, goes_on)?;
                }
                self.faults(cost, number, point, faults, goes_on)
            }
            Next::End(faults) => {
                self.graph.end(number, point)?;
                self.faults(cost, number, point, faults, None)
            }
            Next::Deadlock(waits) => {
                let violation = Deadlock(waits).violation(&self.graph.machine().learner.trace);
                let schedule = self.graph.schedule(number, None);
                self.graph.broken(&violation, &schedule)
            }
            Next::Forced(_) | Next::Time(_) => unreachable!("a state is quiescent"),
        }
    }

    fn actor(
        &mut self,
        cost: Cost,
        number: u32,
        point: &Point,
        actor: ActorId,
        goes_on: Option<ActorId>,
    ) -> Result<(), Stop> {
        if self.graph.is_endless(point, actor) {
            return Ok(());
        }
        let preempts = goes_on.is_some_and(|running| running != actor);
        let cost = cost.and(Cost { preemptions: preempts.into(), faults: 0 });
        let mut next = point.clone();
        let came = self.graph.machine().step(&mut next, actor)?;
        self.went(cost, (number, actor.0), Some(actor), came.map(|()| next));
        Ok(())
    }

    fn faults(
        &mut self,
        cost: Cost,
        number: u32,
        point: &Point,
        faults: Vec<(usize, Injection)>,
        goes_on: Option<ActorId>,
    ) -> Result<(), Stop> {
        for (fault, injection) in faults {
            let next = injection.goes_on();
            let preempts =
                matches!((next, goes_on), (Some(next), Some(running)) if next != running);
            let cost = cost.and(Cost { preemptions: preempts.into(), faults: 1 });
            let running = next.or(self.nodes[number as usize].running);
            let mut next = point.clone();
            let came = self.graph.machine().strike(&mut next, fault, injection)?;
            self.went(cost, (number, FAULT | fault as u32), running, came.map(|()| next));
        }
        Ok(())
    }

    fn went(
        &mut self,
        cost: Cost,
        (parent, by): (u32, Move),
        running: Option<ActorId>,
        came: Result<Point, Box<Violation>>,
    ) {
        self.graph.took(parent, by);
        let depth = self.nodes[parent as usize].depth + 1;
        let visit = match came {
            Ok(point) => Visit::State(point),
            Err(violation) => Visit::Violation(violation),
        };
        self.push(cost, Node { running, depth }, (parent, by), visit);
    }
}
