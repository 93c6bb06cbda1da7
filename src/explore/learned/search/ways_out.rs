//! Loops without a way out. A folded loop is a cycle of the graph, so the search ends; the actors in it may
//! not.

use std::collections::VecDeque;

use super::super::memory::{Digest, of_map, of_vec};
use super::super::moves::{FAULT, Move, ROOT};
use super::super::point::{Point, of_point};
use super::super::stop::Stop;
use super::super::tables::Map;
use super::Graph;
use crate::explore::bound::Bound;
use crate::machine::fault::Injection;
use crate::machine::survey::Next;
use crate::trace::ActorId;

/// A second pass over the graph, with the transitions between its states.
#[derive(Default)]
struct Ways {
    known: Map<Digest, u32>,
    /// The state that each state was first reached from, and the choice taken there.
    parents: Vec<(u32, Move)>,
    /// The transitions between states; the target comes first.
    into: Vec<(u32, u32)>,
    /// The states after which nothing more happens.
    ends: Vec<u32>,
    /// The number of actors that have not ended in each state.
    unfinished: Vec<u32>,
}

impl Graph {
    /// Checks that every state has a path to an end, with no fault but the clock.
    ///
    /// Without folded loops there always is one, since every step leads to a new state.
    pub(super) fn ways_out(&mut self) -> Result<(), Stop> {
        if self.machine().learner.others.is_empty() {
            return Ok(());
        }
        let ways = self.ways()?;
        let Some(stuck) = ways.stuck() else { return Ok(()) };
        let schedule = ways.to(stuck);
        let names = self.unfinished_after(&schedule)?;
        let schedule = self.named(&schedule).to_string();
        Err(Stop::Bound(Bound::NoWayOut { names, schedule }))
    }

    fn ways(&mut self) -> Result<Ways, Stop> {
        let mut ways = Ways::default();
        let mut frontier = VecDeque::new();
        let start = self.start.clone();
        self.reach_again(&mut ways, start, (ROOT, 0), &mut frontier);
        let mut number = 0;
        while let Some(point) = frontier.pop_front() {
            ways.unfinished.push(self.machine().unfinished(&point).len() as u32);
            let (actors, faults) = match self.machine().next(&point) {
                Next::Choice { actors, faults } => (self.representatives(&point, actors), faults),
                Next::End(faults) => {
                    ways.ends.push(number);
                    (Vec::new(), faults)
                }
                // Any other kind of blocked state has been reported already.
                _ => {
                    ways.ends.push(number);
                    (Vec::new(), Vec::new())
                }
            };
            for actor in actors {
                let mut next = point.clone();
                let came = self.machine().step(&mut next, actor)?;
                match came {
                    Ok(()) => self.reach_again(&mut ways, next, (number, actor.0), &mut frontier),
                    Err(_) => ways.ends.push(number),
                }
            }
            for (fault, injection) in faults {
                // The passage of time can be relied on; any other fault cannot.
                let passes = matches!(injection, Injection::PassTime(_));
                let mut next = point.clone();
                let came = self.machine().strike(&mut next, fault, injection)?;
                let by = FAULT | fault as u32;
                match came {
                    Ok(()) if passes => {
                        self.reach_again(&mut ways, next, (number, by), &mut frontier)
                    }
                    Ok(()) => {
                        self.strays_to(&mut ways, next, (number, by), &mut frontier);
                    }
                    Err(_) if passes => ways.ends.push(number),
                    Err(_) => {}
                }
            }
            number += 1;
            if number.is_multiple_of(256) {
                let queue = frontier.capacity() * size_of::<Point>();
                let points = frontier.front().map_or(0, of_point) * frontier.len() as u64;
                self.within_memory(ways.bytes() + queue as u64 + points)?;
            }
        }
        Ok(ways)
    }

    /// Notes that a state leads to another one.
    fn reach_again(
        &mut self,
        ways: &mut Ways,
        point: Point,
        (from, by): (u32, Move),
        frontier: &mut VecDeque<Point>,
    ) {
        let number = self.strays_to(ways, point, (from, by), frontier);
        if from != ROOT {
            ways.into.push((number, from));
        }
    }

    /// Notes a state that another one may lead to, but not as a way out of it. Returns the number of the
    /// former.
    fn strays_to(
        &mut self,
        ways: &mut Ways,
        point: Point,
        reached: (u32, Move),
        frontier: &mut VecDeque<Point>,
    ) -> u32 {
        let digest = self.digest(&point).into();
        let next = ways.parents.len() as u32;
        let number = *ways.known.entry(digest).or_insert(next);
        if number == next {
            ways.parents.push(reached);
            frontier.push_back(point);
        }
        number
    }

    /// The names of the actors that have not ended after these choices.
    fn unfinished_after(&mut self, schedule: &[Move]) -> Result<String, Stop> {
        let mut point = self.start.clone();
        for by in schedule {
            let (Next::Choice { faults, .. } | Next::End(faults)) = self.machine().next(&point)
            else {
                break;
            };
            let came = match by & FAULT {
                0 => self.machine().step(&mut point, ActorId(*by))?,
                _ => {
                    let fault = (by & !FAULT) as usize;
                    let Some((_, injection)) = faults.into_iter().find(|(it, _)| *it == fault)
                    else {
                        break;
                    };
                    self.machine().strike(&mut point, fault, injection)?
                }
            };
            if came.is_err() {
                break;
            }
        }
        let unfinished = self.machine().unfinished(&point);
        Ok(self.names_of(&unfinished))
    }
}

impl Ways {
    /// The number of bytes held, including the copy that is sorted.
    fn bytes(&self) -> u64 {
        of_map(&self.known)
            + of_vec(&self.parents)
            + 2 * of_vec(&self.into)
            + of_vec(&self.ends)
            + of_vec(&self.unfinished)
    }

    /// A state from which no end is reachable: the first of those with the fewest unfinished actors.
    fn stuck(&self) -> Option<u32> {
        let mut into = self.into.clone();
        into.sort_unstable();
        let mut leads = vec![false; self.parents.len()];
        let mut open = self.ends.clone();
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut leads[at as usize], true) {
                continue;
            }
            let first = into.partition_point(|(to, _)| *to < at);
            let before = into[first..].iter().take_while(|(to, _)| *to == at);
            open.extend(before.map(|(_, from)| *from));
        }
        let stuck = (0..leads.len()).filter(|at| !leads[*at]);
        stuck.min_by_key(|at| self.unfinished[*at]).map(|at| at as u32)
    }

    /// The choices that lead to a state.
    fn to(&self, mut at: u32) -> Vec<Move> {
        let mut moves = Vec::new();
        while let (parent, by) = self.parents[at as usize]
            && parent != ROOT
        {
            moves.push(by);
            at = parent;
        }
        moves.reverse();
        moves
    }
}
