//! Confirmation of a search by live executions.

use super::super::follow::{Job, Then};
use super::super::learner::Learner;
use super::super::moves::Move;
use super::super::renamed::Renaming;
use super::super::stop::Stop;
use super::Graph;
use crate::explore::mutation::Mutation;

impl Graph {
    /// Confirms the learned answers and the judged ends, after all states were visited. A mutated search
    /// skips this, so that its mistake shows.
    pub(in crate::explore::learned) fn confirm(&mut self) -> Result<(), Stop> {
        self.visited_all = true;
        self.machine().learner.learn_folded_again()?;
        let mutation = self.search.mutation;
        if matches!(mutation, None | Some(Mutation::SkipLiveCover | Mutation::CoverAtFirst)) {
            self.confirm_ends_again()?;
            self.confirm_ends_renamed()?;
        }
        // An execution with random choices would go round in these loops up to the bound on its steps.
        self.endless()?;
        if matches!(mutation, None | Some(Mutation::CoverAtFirst)) {
            self.cover()?;
        }
        self.ways_out()?;
        self.all_ends_live()
    }

    /// The names of the clients that a renaming changes.
    pub(super) fn renamed(&mut self, renaming: &Renaming) -> String {
        let Learner { tables, trace, .. } = &self.machine().learner;
        let changed = tables
            .clients
            .actors()
            .zip(0_u16..)
            .filter(|(_, at)| renaming[usize::from(*at)] != *at);
        let names: Vec<&str> = changed.map(|(actor, _)| trace.actor(actor)).collect();
        match names.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            names => names.join(""),
        }
    }

    /// Returns whether the world as set up treats the clients alike.
    pub(super) fn begins_alike(&mut self) -> bool {
        self.machine().learner.tables.clients.len() < 2 || self.renaming(0).is_some()
    }

    /// A renaming of the clients under which the start is unchanged; a different one each time.
    pub(super) fn renaming(&mut self, nth: usize) -> Option<Renaming> {
        let Learner { tables, .. } = &self.machine().learner;
        let clients = tables.clients.len();
        if clients < 2 {
            return None;
        }
        let by = 1 + nth % (clients - 1);
        let places: Renaming =
            (0..clients).map(|client| ((client + by) % clients) as u16).collect();
        let machine = self.machine.as_mut().expect("the machine is here");
        self.canon.is_fixed(&mut machine.learner, &self.start, &places).then_some(places)
    }

    /// Confirms that ends are the same under every naming of the clients: those declared alike behave alike.
    pub(super) fn confirm_ends_renamed(&mut self) -> Result<(), Stop> {
        let mut ends: Vec<u32> = self.ends.keys().copied().collect();
        ends.sort_unstable();
        let mut jobs = Vec::new();
        for (nth, end) in ends.into_iter().enumerate() {
            let Some(renaming) = self.renaming(nth) else { continue };
            let schedule = self.schedule(end, None);
            jobs.push(Job { schedule, renaming: Some(renaming), then: Then::Default, edge: None });
        }
        self.all_live(jobs)
    }

    /// Executes every end once more, along another path to it.
    pub(super) fn confirm_ends_again(&mut self) -> Result<(), Stop> {
        let mut others: Vec<(u32, Move)> = self.ends.values().filter_map(|other| *other).collect();
        others.sort_unstable();
        let again = |(parent, by): (u32, Move)| {
            let schedule = self.schedule(parent, Some(by));
            Job { schedule, renaming: None, then: Then::Default, edge: None }
        };
        let jobs = others.into_iter().map(again).collect();
        self.all_live(jobs)
    }

    /// Runs live executions until one has taken every learned edge, and random ones until there are enough to
    /// reveal hidden dependences.
    pub(super) fn cover(&mut self) -> Result<(), Stop> {
        const ENOUGH: u64 = 64;
        const RANDOM: u64 = 16;
        let before = self.figures.live_runs;
        self.cover_edges(false)?;
        self.cover_edges(true)?;
        let random = ENOUGH.saturating_sub(self.figures.live_runs - before).max(RANDOM);
        let job = |seed: u64| Job {
            schedule: Vec::new(),
            renaming: None,
            then: Then::Random(seed),
            edge: None,
        };
        self.all_live((0..random).map(job).collect())
    }

    /// Covers every learned edge by a live execution, by its actor or by a client of another name. The
    /// witness is the one found last: there the other actors are as far on as they can be.
    fn cover_edges(&mut self, renamed: bool) -> Result<(), Stop> {
        // Jobs run in batches, because each execution covers other edges too.
        const AT_ONCE: usize = 64;
        let mut edge = self.machine().learner.edges.len() as u32;
        while edge > 0 {
            let mut jobs = Vec::new();
            while edge > 0 && jobs.len() < AT_ONCE {
                edge -= 1;
                jobs.extend(self.cover_edge(edge, renamed));
            }
            self.all_live(jobs)?;
        }
        Ok(())
    }

    /// The execution that takes an edge, if none has taken it.
    fn cover_edge(&mut self, edge: u32, renamed: bool) -> Option<Job> {
        let learner = &self.machine().learner;
        let (state, by) = learner.edges[edge as usize].witness;
        if learner.is_covered(edge, renamed) || state == u32::MAX {
            return None;
        }
        let renaming = if renamed { Some(self.renaming(edge as usize)?) } else { None };
        let schedule = self.schedule(state, Some(by));
        Some(Job { schedule, renaming, then: Then::Random(edge.into()), edge: Some(edge) })
    }
}
