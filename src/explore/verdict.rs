//! What an engine found, and how far it looked.

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

/// The answer of an engine. There is no bare "ok": each says what was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// A property does not hold.
    Broken(Violation),
    /// Every interleaving within the stated budgets was searched, and the search ended by itself.
    Exhausted,
    /// The search stopped at a bound before it ended.
    BoundHit(Bound),
    /// The executions that were drawn broke nothing.
    Sampled,
    /// The executions that were run broke nothing, but this engine does not see all that the scenario can do,
    /// and why.
    ///
    /// The engines on the model say so where two or more atomics are each accessed by several actors, and one
    /// of these with an ordering weaker than `SeqCst`: what the orderings allow beyond the interleavings was
    /// not looked at, be they right or wrong. [`loom`](super::loom()) does look at it. An atomic that one
    /// actor has to itself does not count, and a single one that is shared does no harm. The argument is that
    /// of Lahav et al., "Repairing Sequential Consistency in C/C++11", PLDI 2017.
    Blind(String),
    /// A search found its assumptions to be wrong: an actor does not do the same with the same observations,
    /// clients declared alike behave differently, `Hash` leaves something out, or
    /// [`retry`](crate::sync::retry()) or [`local`](crate::sync::local()) promises too much. The text says
    /// who did what instead.
    Uncontrolled(String),
    /// The scenario was not run on this engine, and why.
    NotRun(String),
}

impl Verdict {
    /// What a search says whose executions came to this, and which was `ended` by something else than itself.
    pub(super) fn of_search(self, ended: Option<Self>) -> Self {
        match (self, ended) {
            (Self::Sampled, ended) => ended.unwrap_or(Self::Exhausted),
            (Self::Blind(why), None) => {
                Self::Blind(format!("nothing breaks in any interleaving, but {why}"))
            }
            // `Blind` implies already that not everything was seen, so it outranks a bound on the search.
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

/// What a search of learned actors cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Figures {
    /// How many distinct states were found, up to the names of clients that are alike; by
    /// [`minimal`](super::minimal()), each once for each actor that may have run last.
    pub states: u64,
    /// How many transitions between them were followed.
    pub transitions: u64,
    /// How often an actor was run alone.
    pub client_runs: u64,
    /// How many operations were carried out, each once for each state of what it touches.
    pub commands: u64,
    /// How many executions were run live.
    pub live_runs: u64,
    /// How many of the states are ends.
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

/// What an engine found, and how far it looked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exploration {
    /// The answer.
    pub verdict: Verdict,
    /// The faults that might strike, and how often; `None` if the engine does not know.
    pub budgets: Option<Budgets>,
    /// How many executions were run, the failing one among them; by searches of learned actors, the live
    /// ones.
    pub executions: u64,
    /// How many distinct states were found, by engines that remember them.
    pub states: Option<u64>,
    /// What a search of learned actors cost.
    pub figures: Option<Figures>,
    /// Why everything was executed again, if actors could not be learned.
    pub executed_again: Option<String>,
    /// The most steps that an execution took.
    pub longest: usize,
    /// Wall-clock time. It is the one field that differs between equal runs.
    pub elapsed: Duration,
    /// What happened in the failing execution.
    pub trace: Option<Trace>,
    /// The failing interleaving, from a sequentially consistent checker.
    pub schedule: Option<Schedule>,
    /// How many faults and preemptions the failing interleaving has.
    pub cost: Option<Cost>,
    /// No interleaving with fewer faults, or with as many and fewer preemptions, breaks anything.
    pub minimal: bool,
    /// Nothing was broken, but little could have been.
    pub vacuous: Option<Vacuity>,
    /// The schedule that was replayed ended before the execution did.
    pub early_end: Option<EarlyEnd>,
    /// The seed that the search started from, if it drew at random.
    pub seed: Option<u64>,
    /// What the executions have shown of whether anything could have broken.
    pub(super) shown: Evidence,
}

impl Exploration {
    /// An exploration that came to `verdict`, and of which nothing else is known yet.
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

    /// Raises the alarm if its verdict says little: what broke, or was not run, is not vacuous.
    pub(super) fn alarmed(self) -> Self {
        let vacuous = match &self.verdict {
            Verdict::Broken(_) | Verdict::Uncontrolled(_) | Verdict::NotRun(_) => None,
            verdict => self.shown.alarm(*verdict == Verdict::Exhausted),
        };
        Self { vacuous, ..self }
    }

    /// Whether the engine ran the scenario, and all that it ran held: not if it ran nothing, nor if an
    /// execution did not end.
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

    /// The instants at which time stopped in what was looked at, in milliseconds since the execution began,
    /// in order; what could only go wrong between two of them was not looked at.
    pub fn instants_ms(&self) -> impl Iterator<Item = u64> + '_ {
        self.shown.instants().iter().copied()
    }

    /// Within what the verdict holds; nothing is said of what was not run.
    fn scope(&self) -> Option<String> {
        if matches!(self.verdict, Verdict::NotRun(_)) {
            return None;
        }
        let budgets = self.budgets.as_ref().map(|budgets| format!("within {budgets}"));
        let said: Vec<String> =
            budgets.into_iter().chain(instants(self.shown.instants())).collect();
        (!said.is_empty()).then(|| said.join("; "))
    }

    /// What was broken, if anything was.
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
        // The bound has said it.
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

/// How many instants a verdict names in words.
const NAMED: usize = 8;

/// The instants considered, in words; nothing where time never passed.
fn instants(all: &BTreeSet<u64>) -> Option<String> {
    let named: Vec<String> = all.iter().take(NAMED).map(|at| format!("{at} ms")).collect();
    let more = match all.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!all.is_empty()).then(|| format!("instants: {}{more}", named.join(", ")))
}
