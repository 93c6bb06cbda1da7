//! What a search came to is made sure of by live executions.

use super::super::follow::Then;
use super::super::learner::Learner;
use super::super::moves::Move;
use super::super::renamed::Renaming;
use super::super::stop::Stop;
use super::Graph;
use crate::explore::mutation::Mutation;

impl Graph {
    /// All states were visited: what is learned and what was judged is made sure of. A search with a
    /// mistake does not, so that the mistake shows.
    pub(in crate::explore::learned) fn confirm(&mut self) -> Result<(), Stop> {
        self.visited_all = true;
        self.machine().learner.learn_folded_again()?;
        let mutation = self.search.mutation;
        if matches!(mutation, None | Some(Mutation::SkipLiveCover | Mutation::CoverAtFirst)) {
            self.confirm_ends_again()?;
            self.confirm_ends_renamed()?;
        }
        // An execution that goes on at random would go round in them up to the bound on its steps.
        self.endless()?;
        if matches!(mutation, None | Some(Mutation::CoverAtFirst)) {
            self.cover()?;
        }
        self.ways_out()?;
        self.all_ends_live()
    }

    /// The clients that a renaming changes.
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

    /// Whether the world as set up does not tell the clients apart.
    pub(super) fn begins_alike(&mut self) -> bool {
        self.machine().learner.tables.clients.len() < 2 || self.renaming(0).is_some()
    }

    /// A renaming of the clients, another one each time, under which the world begins as it does.
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

    /// Ends are the same whatever the clients are called: those that are declared alike behave alike.
    pub(super) fn confirm_ends_renamed(&mut self) -> Result<(), Stop> {
        let mut ends: Vec<u32> = self.ends.keys().copied().collect();
        ends.sort_unstable();
        for (nth, end) in ends.into_iter().enumerate() {
            let Some(renaming) = self.renaming(nth) else { continue };
            let schedule = self.schedule(end, None);
            self.live_renamed(&schedule, Some(&renaming), Then::Default, true)?;
        }
        Ok(())
    }

    /// Every end is executed once more, along another way to it.
    pub(super) fn confirm_ends_again(&mut self) -> Result<(), Stop> {
        let mut others: Vec<(u32, Move)> = self.ends.values().filter_map(|other| *other).collect();
        others.sort_unstable();
        for (parent, by) in others {
            let schedule = self.schedule(parent, Some(by));
            self.live(&schedule, Then::Default, true)?;
        }
        Ok(())
    }

    /// Live executions until every learned edge was taken in one, and random ones until there are enough to
    /// notice what is hidden.
    pub(super) fn cover(&mut self) -> Result<(), Stop> {
        const ENOUGH: u64 = 64;
        const RANDOM: u64 = 16;
        let before = self.figures.live_runs;
        self.cover_edges(false)?;
        self.cover_edges(true)?;
        let random = ENOUGH.saturating_sub(self.figures.live_runs - before).max(RANDOM);
        for seed in 0..random {
            self.live(&[], Then::Random(seed), true)?;
        }
        Ok(())
    }

    /// Every learned edge is taken in a live execution, by its actor or by a client of another name. Its
    /// witness was found last: the others are as far on as they can be.
    fn cover_edges(&mut self, renamed: bool) -> Result<(), Stop> {
        let mut edge = self.machine().learner.edges.len();
        while edge > 0 {
            edge -= 1;
            let learner = &self.machine().learner;
            let (state, by) = learner.edges[edge].witness;
            if learner.is_covered(edge as u32, renamed) || state == u32::MAX {
                continue;
            }
            let schedule = self.schedule(state, Some(by));
            let then = Then::Random(edge as u64);
            if !renamed {
                self.live(&schedule, then, true)?;
            } else if let Some(renaming) = self.renaming(edge) {
                self.live_renamed(&schedule, Some(&renaming), then, true)?;
            }
        }
        Ok(())
    }
}
