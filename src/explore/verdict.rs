//! The result of an engine: the verdict, and how far it looked.

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, Instant};

use super::bound::Bound;
use super::cost::{Cost, counted};
use super::divergence::EarlyEnd;
use super::evidence::Evidence;
use super::schedule::Schedule;
use super::vacuity::Vacuity;
use crate::scenario::{Budgets, Violation};
use crate::trace::Trace;

/// The verdict of an engine. There is no bare "ok": each verdict states what was searched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// A property does not hold.
    Broken(Violation),
    /// Every interleaving within the stated budgets was searched, and the search ended by itself.
    Exhausted,
    /// The search stopped at a bound before it ended.
    BoundHit(Bound),
    /// The sampled executions broke nothing.
    Sampled,
    /// The executions that were run broke nothing, but this engine does not see all behaviour of the
    /// scenario; the text says why.
    ///
    /// The engines on the model say so where two or more atomics are each accessed by several actors, and one
    /// of these with an ordering weaker than `SeqCst`: the outcomes that the orderings allow beyond the
    /// interleavings were not searched, be the orderings right or wrong. [`loom`](super::loom()) does search
    /// them. An atomic that only one actor uses does not count, and a single shared one does no harm. The
    /// argument is that of Lahav et al., "Repairing Sequential Consistency in C/C++11", PLDI 2017.
    Blind(String),
    /// A search found its assumptions violated: an actor does not do the same after the same observations,
    /// clients declared alike behave differently, `Hash` omits something, or [`retry`](crate::sync::retry())
    /// or [`local`](crate::sync::local()) promises too much. The text names the actor and the difference.
    Uncontrolled(String),
    /// The scenario was not run on this engine; the text says why.
    NotRun(String),
}

impl Verdict {
    /// The verdict of a search whose executions yielded this one, and which something other than itself
    /// `ended`.
    pub(super) fn of_search(self, ended: Option<Self>) -> Self {
        match (self, ended) {
            (Self::Sampled, ended) => ended.unwrap_or(Self::Exhausted),
            (Self::Blind(why), None) => {
                Self::Blind(format!("nothing breaks in any interleaving, but {why}"))
            }
            // `Blind` already implies incompleteness, so it outranks a bound on the search.
            (Self::Blind(why), Some(Self::BoundHit(bound))) if bound.is_of_search() => {
                Self::Blind(why)
            }
            (Self::Blind(_), Some(ended)) => ended,
            (other, _) => other,
        }
    }

    /// The name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Broken(_) => "broken",
            Self::Exhausted => "exhausted",
            Self::BoundHit(_) => "bound-hit",
            Self::Sampled => "sampled",
            Self::Blind(_) => "blind",
            Self::Uncontrolled(_) => "uncontrolled",
            Self::NotRun(_) => "not-run",
        }
    }
}

/// The cost of a search of learned actors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Figures {
    /// The number of distinct states found, up to symmetry of the clients; by [`minimal`](super::minimal()),
    /// once for each actor that may have run last.
    pub states: u64,
    /// The number of transitions followed between them.
    pub transitions: u64,
    /// The number of times that an actor was run alone.
    pub client_runs: u64,
    /// The number of operations carried out, each once for each state of the objects it touches.
    pub commands: u64,
    /// The number of live executions.
    pub live_runs: u64,
    /// The number of states that are ends.
    pub ends: u64,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(violation) => write!(f, "broken: {violation}"),
            Self::Exhausted => f.write_str("exhausted"),
            Self::BoundHit(bound) => write!(f, "bound hit: {bound}"),
            Self::Sampled => f.write_str("sampled"),
            Self::Blind(why) => write!(f, "blind: {why}"),
            Self::Uncontrolled(why) => write!(f, "uncontrolled: {why}"),
            Self::NotRun(why) => write!(f, "not run: {why}"),
        }
    }
}

/// The result of an engine: the verdict, and how far it looked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exploration {
    /// The answer.
    pub verdict: Verdict,
    /// The fault budgets: the faults that might strike, and how often; `None` if the engine does not know.
    pub budgets: Option<Budgets>,
    /// The number of executions, including the failing one; for searches of learned actors, the live ones.
    pub executions: u64,
    /// The number of distinct states found, by engines that remember them.
    pub states: Option<u64>,
    /// The cost of a search of learned actors.
    pub figures: Option<Figures>,
    /// The reason why every interleaving was executed instead, if actors could not be learned.
    pub executed_again: Option<String>,
    /// The number of steps of the longest execution.
    pub longest: usize,
    /// Wall-clock time, the one field that differs between equal runs.
    pub elapsed: Duration,
    /// The events of the failing execution.
    pub trace: Option<Trace>,
    /// The failing interleaving, from a sequentially consistent checker.
    pub schedule: Option<Schedule>,
    /// The number of faults and preemptions of the failing interleaving.
    pub cost: Option<Cost>,
    /// True if no interleaving with fewer faults, or with as many and fewer preemptions, breaks anything.
    pub minimal: bool,
    /// The alarm if nothing was broken, but little could have been.
    pub vacuous: Option<Vacuity>,
    /// The point at which a replayed schedule ended before the execution did.
    pub early_end: Option<EarlyEnd>,
    /// The seed of the search, if it drew at random.
    pub seed: Option<u64>,
    /// The evidence of the executions that a property could have been violated.
    pub(super) shown: Evidence,
}

impl Exploration {
    /// An exploration with this `verdict`, and nothing else known yet.
    pub(super) fn of(verdict: Verdict, begun: Instant) -> Self {
        Self {
            verdict,
            budgets: None,
            executions: 0,
            states: None,
            figures: None,
            executed_again: None,
            longest: 0,
            elapsed: begun.elapsed(),
            trace: None,
            schedule: None,
            cost: None,
            minimal: false,
            vacuous: None,
            early_end: None,
            seed: None,
            shown: Evidence::default(),
        }
    }

    /// Raises the alarm if the verdict says little: a violation, or a scenario that was not run, is never
    /// vacuous.
    pub(super) fn alarmed(self) -> Self {
        let vacuous = match &self.verdict {
            Verdict::Broken(_) | Verdict::Uncontrolled(_) | Verdict::NotRun(_) => None,
            verdict => self.shown.alarm(*verdict == Verdict::Exhausted),
        };
        Self { vacuous, ..self }
    }

    /// Returns whether the engine ran the scenario, and every property held: false if it ran nothing, or if
    /// an execution did not end.
    #[must_use]
    pub const fn held(&self) -> bool {
        let clean = match &self.verdict {
            Verdict::Exhausted | Verdict::Sampled => true,
            Verdict::BoundHit(bound) => bound.is_of_search(),
            Verdict::Broken(_)
            | Verdict::Blind(_)
            | Verdict::Uncontrolled(_)
            | Verdict::NotRun(_) => false,
        };
        clean && self.executions > 0
    }

    /// The instants at which time stopped in the explored executions, in milliseconds since the execution
    /// began, in order; failures that need an instant between two of them were not explored.
    pub fn instants_ms(&self) -> impl Iterator<Item = u64> + '_ {
        self.shown.instants().iter().copied()
    }

    /// The scope of the verdict; `None` if nothing was run.
    fn scope(&self) -> Option<String> {
        if matches!(self.verdict, Verdict::NotRun(_)) {
            return None;
        }
        let budgets = self.budgets.as_ref().map(|budgets| format!("within {budgets}"));
        let said: Vec<String> =
            budgets.into_iter().chain(instants(self.shown.instants())).collect();
        (!said.is_empty()).then(|| said.join("; "))
    }

    /// The violation, if any.
    #[must_use]
    pub const fn violation(&self) -> Option<&Violation> {
        match &self.verdict {
            Verdict::Broken(violation) => Some(violation),
            _ => None,
        }
    }
}

impl fmt::Display for Exploration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.verdict)?;
        if let Some(scope) = self.scope() {
            let one_word = matches!(self.verdict, Verdict::Exhausted | Verdict::Sampled);
            write!(f, "{} {scope}", if one_word { "" } else { ";" })?;
        }
        // The bound already states this number.
        if self.verdict != Verdict::BoundHit(Bound::Executions(self.executions)) {
            write!(f, "; {}", counted(self.executions, "execution"))?;
        }
        if let (Some(Figures { states, .. }), Verdict::Exhausted) = (self.figures, &self.verdict) {
            write!(f, "; {}", counted(states, "state"))?;
        }
        if let Some(seed) = self.seed {
            write!(f, "; seed {seed}")?;
        }
        if let Some(why) = &self.executed_again {
            write!(f, "; {why}")?;
        }
        if let Some(vacuous) = &self.vacuous {
            write!(f, "; {vacuous}")?;
        }
        if let Some(cost) = self.cost {
            write!(f, "; {cost}")?;
            if self.minimal {
                write!(f, "; none with fewer ({} states)", self.states.unwrap_or(0))?;
            }
        }
        if let Some(schedule) = &self.schedule {
            write!(f, "; schedule: {schedule}")?;
        }
        Ok(())
    }
}

/// The maximum number of instants that a verdict lists.
const NAMED: usize = 8;

/// Describes the instants considered; `None` if time never passed.
fn instants(all: &BTreeSet<u64>) -> Option<String> {
    let named: Vec<String> = all.iter().take(NAMED).map(|at| format!("{at} ms")).collect();
    let more = match all.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!all.is_empty()).then(|| format!("instants: {}{more}", named.join(", ")))
}
