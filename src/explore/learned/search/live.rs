//! Live executions in lock-step with the graph.

use std::rc::Rc;

use super::super::follow::{Followed, Job, Then, follow};
use super::super::moves::{FAULT, Move, ROOT};
use super::super::point::Point;
use super::super::stop::Stop;
use super::Graph;
use crate::explore::schedule::Schedule;
use crate::explore::verdict::{Exploration, Verdict};
use crate::scenario::Violation;
use crate::trace::ActorId;

impl Graph {
    /// The choices that lead to a state, plus one more if given.
    pub(in crate::explore::learned) fn schedule(
        &mut self,
        mut at: u32,
        last: Option<Move>,
    ) -> Vec<Move> {
        let mut moves: Vec<Move> = last.into_iter().collect();
        while let (parent, by) = self.parents[at as usize]
            && parent != ROOT
        {
            moves.push(by);
            at = parent;
        }
        moves.reverse();
        self.longest = self.longest.max(moves.len());
        moves
    }

    pub(in crate::explore::learned) fn named(&mut self, moves: &[Move]) -> Schedule {
        let machine = self.machine();
        let name = |by: &Move| match by & FAULT {
            0 => machine.learner.trace.actor(ActorId(*by)).to_owned(),
            _ => machine.faults[(by & !FAULT) as usize].name.clone(),
        };
        moves.iter().map(name).collect()
    }

    /// Executes live a schedule that violates a property according to the graph.
    pub(in crate::explore::learned) fn broken(
        &mut self,
        violation: &Violation,
        schedule: &[Move],
    ) -> Result<(), Stop> {
        if self.all.is_some() && self.confirmed.contains(violation) {
            return Ok(());
        }
        let found = self.live(schedule.to_vec(), false)?;
        match &found.verdict {
            Verdict::Broken(live) if live.property == violation.property => self.found(found),
            other => Err(Stop::Uncontrolled(format!(
                "run alone on what they observed, the actors violate {violation}; all at once, along the \
                 schedule {}, the verdict is {other}",
                self.named(schedule)
            ))),
        }
    }

    /// Notes a violation that a live execution shows.
    pub(super) fn found(&mut self, found: Exploration) -> Result<(), Stop> {
        let Verdict::Broken(violation) = &found.verdict else { return Ok(()) };
        let Some(all) = &mut self.all else { return Err(Stop::Broken(Box::new(found))) };
        let cost = found.cost.unwrap_or_default();
        let least = all.entry(violation.clone()).or_insert(cost);
        *least = cost.min(*least);
        self.confirmed.insert(violation.clone());
        Ok(())
    }

    /// Executes a schedule live in lock-step with the graph, and continues by default.
    pub(super) fn live(&mut self, schedule: Vec<Move>, judge: bool) -> Result<Exploration, Stop> {
        let job = Job { schedule, renaming: None, then: Then::Default, edge: None };
        let (exploration, _) = self.live_from(&Rc::from([job]), 0)?;
        if judge {
            self.found(exploration.clone())?;
        }
        Ok(exploration)
    }

    /// Executes all of these live in lock-step with the graph, and judges the results.
    pub(super) fn all_live(&mut self, jobs: Vec<Job>) -> Result<(), Stop> {
        let jobs: Rc<[Job]> = jobs.into();
        let mut done = 0;
        while done < jobs.len() {
            let exploration;
            (exploration, done) = self.live_from(&jobs, done)?;
            self.found(exploration)?;
        }
        Ok(())
    }

    /// Executes these live, beginning with number `first`; returns the number of the first one not yet
    /// executed.
    fn live_from(&mut self, jobs: &Rc<[Job]>, first: usize) -> Result<(Exploration, usize), Stop> {
        let machine = self.machine.take().expect("the machine is here");
        let (machine, Followed { exploration, done, difference }) = follow(
            &self.program,
            machine,
            self.begun.then_some(&self.start),
            (Rc::clone(jobs), first),
            self.search.max_steps,
        );
        self.machine = Some(machine);
        self.figures.live_runs += exploration.executions;
        self.longest = self.longest.max(exploration.longest);
        if let Some(difference) = difference {
            return Err(Stop::Uncontrolled(self.differs(&jobs[done - 1], &difference)));
        }
        if let Verdict::NotRun(why) = exploration.verdict {
            return Err(Stop::Refused(why));
        }
        self.shown.merge(&exploration.shown);
        Ok((exploration, done))
    }

    fn differs(&mut self, job: &Job, difference: &str) -> String {
        let schedule = self.named(&job.schedule);
        match &job.renaming {
            Some(renaming) => {
                let names = self.renamed(renaming);
                format!(
                    "{names}, declared alike, behave differently: along the schedule {schedule} with their \
                     names changed, {difference}"
                )
            }
            None => format!(
                "run all at once along the schedule {schedule}, the actors do something else than alone: \
                 {difference}"
            ),
        }
    }

    /// Judges an end, in which all actors have ended: live, or as predicted once too many ends were executed.
    pub(in crate::explore::learned) fn end(
        &mut self,
        number: u32,
        point: &Point,
    ) -> Result<(), Stop> {
        self.figures.ends += 1;
        if self.figures.ends > self.search.live_ends {
            return self.end_as_predicted(number, point);
        }
        self.ends.insert(number, None);
        let schedule = self.schedule(number, None);
        self.live(schedule, true)?;
        Ok(())
    }
}
