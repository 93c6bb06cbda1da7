//! What an engine found, and how far it looked.

use std::fmt;
use std::time::{Duration, Instant};

use super::{Cost, EarlyEnd, Schedule, Vacuity};
use crate::scenario::Violation;
use crate::trace::Trace;

/// The answer of an engine. There is no bare "ok": each says what was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// A property does not hold.
    Broken(Violation),
    /// Every interleaving within the stated budgets was run, and the search ended by itself.
    Exhausted,
    /// The search stopped at a bound before it ended.
    BoundHit(Bound),
    /// The executions that were drawn broke nothing.
    Sampled,
    /// The executions that were run broke nothing, but this engine does not see all that the scenario can do,
    /// and why.
    ///
    /// The engines on shuttle say so where two or more atomics are each accessed by several actors, and one
    /// of these with an ordering weaker than `SeqCst`: what the orderings allow beyond the interleavings was
    /// not looked at, be they right or wrong. [`loom`](super::loom()) does look at it. An atomic that one
    /// actor has to itself does not count, and a single one that is shared does no harm.
    Blind(String),
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
            // A bound on the whole search is no more than what is not seen anyway.
            (
                Self::Blind(why),
                Some(Self::BoundHit(Bound::Executions(_) | Bound::Preemptions(_))),
            ) => Self::Blind(why),
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
            Self::NotRun(_) => "not-run",
        }
    }
}

/// A bound that ended a search. Bounds are counts, so that they are hit at the same place every time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Bound {
    /// This many executions were run.
    Executions(u64),
    /// An execution took this many steps: it may never end.
    Steps(usize),
    /// No execution had more preemptions than this.
    Preemptions(usize),
    /// A limit of the engine itself, in its words.
    Engine(String),
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Executions(bound) => f.write_str(&counted(*bound, "execution")),
            Self::Steps(bound) => {
                write!(f, "{} in one execution", counted(*bound as u64, "step"))
            }
            Self::Preemptions(bound) => {
                write!(f, "{} in each execution", counted(*bound as u64, "preemption"))
            }
            Self::Engine(limit) => f.write_str(limit),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(violation) => write!(f, "broken: {violation}"),
            Self::Exhausted => f.write_str("exhausted"),
            Self::BoundHit(bound) => write!(f, "bound hit: {bound}"),
            Self::Sampled => f.write_str("sampled"),
            Self::Blind(why) => write!(f, "blind: {why}"),
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
    /// How many executions were run, the failing one among them.
    pub executions: u64,
    /// How many distinct states were seen, by engines that remember them.
    pub states: Option<u64>,
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
}

impl Exploration {
    /// An exploration that came to `verdict`, and of which nothing else is known yet.
    pub(super) fn of(verdict: Verdict, begun: Instant) -> Self {
        Self {
            verdict,
            executions: 0,
            states: None,
            longest: 0,
            elapsed: begun.elapsed(),
            trace: None,
            schedule: None,
            cost: None,
            minimal: false,
            vacuous: None,
            early_end: None,
            seed: None,
        }
    }

    /// Whether the engine ran the scenario, and all that it ran held: not if it ran nothing, nor if an
    /// execution did not end.
    #[must_use]
    pub const fn held(&self) -> bool {
        let clean = match &self.verdict {
            Verdict::Exhausted
            | Verdict::Sampled
            | Verdict::BoundHit(Bound::Executions(_) | Bound::Preemptions(_)) => true,
            Verdict::Broken(_)
            | Verdict::BoundHit(Bound::Steps(_) | Bound::Engine(_))
            | Verdict::Blind(_)
            | Verdict::NotRun(_) => false,
        };
        clean && self.executions > 0
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
        // The bound has said it.
        if self.verdict != Verdict::BoundHit(Bound::Executions(self.executions)) {
            write!(f, "; {}", counted(self.executions, "execution"))?;
        }
        if let Some(seed) = self.seed {
            write!(f, "; seed {seed}")?;
        }
        if let Some(vacuous) = self.vacuous {
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

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let switches = counted(self.switches.into(), "switch");
        write!(f, "{}, {}", switches, counted(self.faults.into(), "fault"))
    }
}

/// A number and what is counted: `1 fault`, `2 switches`.
fn counted(number: u64, what: &str) -> String {
    match (number, what) {
        (1, what) => format!("1 {what}"),
        (number, "switch") => format!("{number} switches"),
        (number, what) => format!("{number} {what}s"),
    }
}
