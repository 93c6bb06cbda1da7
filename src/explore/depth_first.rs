//! Depth-first search, as a chooser: without bounds for [`super::exhaustive()`], within bounds for
//! [`super::fewest()`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::fingerprint::Snapshot;
use super::mutation::Mutation;
use super::progress::beat;
use super::steer::{Choice, Chooser, Cost, Turn, lock};
use super::{Bound, Search, Verdict};
use crate::sync::board::{self, AtOnce};
use crate::sync::tape::Tape;
use crate::trace::{self, ActorId};

/// What the search tells the engine.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// How many distinct states were seen.
    pub(super) states: u64,
    /// Why the search ended before it was exhausted.
    pub(super) ended: Option<Verdict>,
    /// Some choice was not tried because it would have been one preemption too many.
    pub(super) cut_switches: bool,
    /// Some choice was not tried because it would have been one fault too many.
    pub(super) cut_faults: bool,
}

/// A choice that was made, and those that were not made yet.
struct Level {
    /// How many could have been chosen: it is the same whenever the choice is come to again.
    candidates: usize,
    /// The state in which the choice is made, where states are remembered.
    state: Option<u128>,
    choices: Vec<ActorId>,
    at: usize,
}

/// In so many executions the state at the end of the known part of the path is compared with what it was
/// before: enough to find a scenario that is not the same each time, and too few to cost anything.
const COMPARED: u64 = 100;

/// Depth-first search.
pub(super) struct DepthFirst {
    search: Search,
    bound: Option<Cost>,
    progress: Arc<Mutex<Progress>>,
    executions: u64,
    /// What searches that this one goes on from have counted: executions, and states.
    before: (u64, u64),
    levels: Vec<Level>,
    depth: usize,
    /// What the steps of this execution have cost so far.
    spent: Cost,
    /// The states seen, and what had been spent when they were.
    visited: BTreeMap<u128, Vec<Cost>>,
    /// How many executions that come to a state seen before are still to run on.
    net: u64,
    /// This one does: it came to such a state, and none is looked at any more.
    runs_on: bool,
}

impl DepthFirst {
    pub(super) fn new(search: Search, bound: Option<Cost>, progress: Arc<Mutex<Progress>>) -> Self {
        Self {
            search,
            bound,
            progress,
            executions: 0,
            before: (0, 0),
            levels: Vec::new(),
            depth: 0,
            spent: Cost::default(),
            visited: BTreeMap::new(),
            net: search.net,
            runs_on: false,
        }
    }

    /// Goes on counting, for those who watch, from so many executions and states.
    pub(super) fn after(self, executions: u64, states: u64) -> Self {
        Self { before: (executions, states), ..self }
    }

    /// Goes back to the last choice that has an alternative, and takes it.
    fn backtrack(&mut self) -> bool {
        while let Some(level) = self.levels.last_mut() {
            level.at += 1;
            if level.at < level.choices.len() {
                return true;
            }
            self.levels.pop();
        }
        false
    }

    fn end(&self, verdict: Verdict) -> Choice {
        lock(&self.progress).ended = Some(verdict);
        Choice::Abandon
    }

    /// A new decision: the state is looked at, and unless it is known all choices are put down.
    fn branch(&mut self, turn: &Turn<'_>) -> Choice {
        let mut choices = self.affordable(turn);
        let mut state = None;
        if self.search.memory {
            if let Some(object) = board::opaque() {
                return self.end(Verdict::NotRun(opaque(object)));
            }
            let snapshot = self.snapshot(turn);
            let fingerprint = snapshot.fingerprint();
            if !self.remember(fingerprint) {
                return self.known(turn);
            }
            state = Some(fingerprint);
            choices = representatives(&choices, &snapshot, self.search.mutation);
        }
        let Some(chosen) = choices.first().copied() else { return Choice::Abandon };
        self.levels.push(Level { candidates: turn.candidates(), state, choices, at: 0 });
        self.go(turn, chosen)
    }

    /// The state is known, and so is what can come of it, unless the scenario has state that is not in it.
    /// Some executions run on, to be judged at their end.
    fn known(&mut self, turn: &Turn<'_>) -> Choice {
        let Some(left) = self.net.checked_sub(1) else { return Choice::Abandon };
        (self.net, self.runs_on) = (left, true);
        self.run_on(turn)
    }

    /// Goes on by default: nobody is preempted, and no fault strikes, so that no bound is overstepped; nor is
    /// that on steps, which the search comes to by itself where it can be come to.
    fn run_on(&mut self, turn: &Turn<'_>) -> Choice {
        let running = turn.running.filter(|running| turn.enabled.contains(running));
        match running.or(turn.enabled.first().copied()) {
            Some(chosen)
                if turn.cost(chosen) == Cost::default()
                    && self.depth + 1 < self.search.max_steps =>
            {
                self.go(turn, chosen)
            }
            _ => Choice::Abandon,
        }
    }

    fn go(&mut self, turn: &Turn<'_>, chosen: ActorId) -> Choice {
        self.depth += 1;
        self.spent = self.spent.and(turn.cost(chosen));
        Choice::Go(chosen)
    }

    /// The choices within the bound: the actor that is running first, so that the first executions have
    /// the fewest switches, and faults last.
    fn affordable(&self, turn: &Turn<'_>) -> Vec<ActorId> {
        let running = turn.running.filter(|running| turn.enabled.contains(running));
        let others = turn.enabled.iter().copied().filter(|actor| Some(*actor) != running);
        let all = running.into_iter().chain(others).chain(turn.offers.iter().copied());
        let Some(bound) = self.bound else { return all.collect() };
        let mut progress = lock(&self.progress);
        let affordable = |actor: &ActorId| {
            let spent = self.spent.and(turn.cost(*actor));
            progress.cut_switches |= spent.switches > bound.switches;
            progress.cut_faults |= spent.faults > bound.faults;
            spent.within(bound)
        };
        all.filter(affordable).collect()
    }

    /// Notes a state; `false` if it was seen before, with as much left to spend.
    fn remember(&mut self, fingerprint: u128) -> bool {
        // Without a bound nothing is ever used up.
        let spent = self.bound.map_or(Cost::default(), |_| self.spent);
        let before = self.visited.entry(fingerprint).or_default();
        if before.iter().any(|before| before.within(spent)) {
            return false;
        }
        if before.is_empty() {
            lock(&self.progress).states += 1;
        }
        before.retain(|before| !spent.within(*before));
        before.push(spent);
        true
    }

    /// Whether a state that was come to again is what it was.
    fn is_as_before(&self, turn: &Turn<'_>, before: Option<u128>) -> bool {
        before.is_none_or(|before| before == self.snapshot(turn).fingerprint())
    }

    /// The state of this execution, as it is now.
    fn snapshot(&self, turn: &Turn<'_>) -> Snapshot {
        let mut watched = Tape::default();
        let mut clients = Vec::new();
        if let Some(recorder) = trace::current() {
            recorder.remember(&mut watched);
            if self.search.symmetry {
                let named = board::clients().into_iter();
                clients = named.map(|actor| (actor, recorder.actor_name(actor))).collect();
            }
        }
        if self.bound.is_some() && self.search.mutation != Some(Mutation::ForgetWhoIsRunning) {
            // Who is running decides what is a preemption.
            watched.append(&Tape::of(&turn.running));
        }
        let mut state = board::state();
        if let Some(mutation) = self.search.mutation {
            mutation.apply(&mut state, &mut watched, &mut clients);
        }
        Snapshot::new(&state, &watched, clients)
    }
}

impl Chooser for DepthFirst {
    fn begin(&mut self) -> bool {
        if self.depth < self.levels.len() {
            // The execution came to its end before the choices that an equal one had.
            self.end(depends_on_something_else());
        }
        if lock(&self.progress).ended.is_some() || (self.executions > 0 && !self.backtrack()) {
            return false;
        }
        if self.executions >= self.search.executions {
            self.end(Verdict::BoundHit(Bound::Executions(self.search.executions)));
            return false;
        }
        self.executions += 1;
        let (executions, states) = self.before;
        let states = self.search.memory.then(|| states + lock(&self.progress).states);
        beat(executions + self.executions, states, Some(self.levels.len()));
        self.depth = 0;
        self.spent = Cost::default();
        self.runs_on = false;
        true
    }

    fn choose(&mut self, turn: &Turn<'_>) -> Choice {
        if self.runs_on {
            return self.run_on(turn);
        }
        let Some(level) = self.levels.get(self.depth) else { return self.branch(turn) };
        let chosen = level.choices[level.at];
        let same = turn.admits(chosen)
            && level.candidates == turn.candidates()
            && (self.executions > COMPARED
                || self.depth + 1 < self.levels.len()
                || self.is_as_before(turn, level.state));
        if same { self.go(turn, chosen) } else { self.end(depends_on_something_else()) }
    }

    fn remembers(&self) -> bool {
        self.search.memory
    }

    fn at_once(&self) -> AtOnce {
        self.search.at_once()
    }
}

fn depends_on_something_else() -> Verdict {
    let why = "two executions that made the same choices came to different states: the scenario \
               depends on something that is not part of it, such as time, addresses, or the order \
               of a hash map";
    Verdict::NotRun(why.to_owned())
}

/// One of each set of clients that could change places without anybody noticing.
fn representatives(
    choices: &[ActorId],
    snapshot: &Snapshot,
    mutation: Option<Mutation>,
) -> Vec<ActorId> {
    let alike = |one, other| match mutation {
        Some(Mutation::TryOneClient) => snapshot.are_clients(one, other),
        _ => snapshot.interchangeable(one, other),
    };
    let mut kept: Vec<ActorId> = Vec::new();
    for choice in choices {
        if !kept.iter().any(|other| alike(*other, *choice)) {
            kept.push(*choice);
        }
    }
    kept
}

fn opaque(object: crate::trace::ObjectId) -> String {
    let recorder = trace::current();
    let name =
        recorder.map(|recorder| recorder.with_trace(|names| names.object(object).to_owned()));
    format!(
        "{} holds a value that cannot be hashed, so states cannot be compared",
        name.unwrap_or_else(|| "an object".to_owned())
    )
}
