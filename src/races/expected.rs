//! The expected verdict of each engine on a race. It is compared with the actual one: by the tests for fewer
//! executions, by `lockproof docs` for all.

use crate::explore::{Bound, Engine, Exploration, Verdict};

/// The expected verdict of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expected {
    /// The property is violated.
    Broken,
    /// Every interleaving was searched, and the property holds. The number is that of states, or of
    /// executions where an engine knows no states. It is part of the expectation: a search that shrinks would
    /// still end by itself.
    Exhausted(u64),
    /// Interleavings were drawn, and the property holds in each; or the engine does not reach the one that
    /// violates it.
    Sampled,
    /// This many executions are not all, and the property holds in each.
    BoundHit(u64),
    /// The engine cannot see the cause of the race, and the reason: the end of its verdict.
    Blind(&'static str),
    /// The engine cannot run it: it needs a fault that the engine does not support.
    NotRun,
    /// Real threads: the result depends on the machine.
    Luck,
}

impl Expected {
    /// Returns whether `found` is as expected, of a run bounded by `executions`, if a bound was given.
    #[must_use]
    pub fn fits(self, found: &Exploration, executions: Option<u64>) -> bool {
        let fewer = |bound: u64| executions.map_or(bound, |asked| asked.min(bound));
        match (self, &found.verdict) {
            (Self::Broken, Verdict::Broken(_))
            | (Self::Sampled, Verdict::Sampled)
            | (Self::NotRun, Verdict::NotRun(_))
            | (Self::Luck, Verdict::Broken(_) | Verdict::Sampled)
            // Threads that deadlock do not come back.
            | (Self::Luck, Verdict::BoundHit(Bound::Engine(_))) => true,
            (Self::Exhausted(all), Verdict::Exhausted) => {
                all == found.states.unwrap_or(found.executions)
            }
            // Too few were run to find out.
            (Self::Exhausted(all), Verdict::BoundHit(Bound::Executions(hit))) => {
                executions == Some(*hit) && *hit < all
            }
            (Self::BoundHit(bound), Verdict::BoundHit(Bound::Executions(hit))) => *hit == fewer(bound),
            (Self::Blind(expected), Verdict::Blind(why)) => why.ends_with(expected),
            _ => false,
        }
    }
}

/// The verdict that is expected of each engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Expectations([Expected; Engine::ALL.len()]);

impl Expectations {
    /// Every engine finds the bug; real threads may.
    pub const FOUND: Self = Self([
        Expected::Luck,
        Expected::Broken,
        Expected::Broken,
        Expected::Broken,
        Expected::Broken,
        Expected::Broken,
        Expected::Broken,
    ]);

    /// The fix holds wherever an engine looks. The exhaustive and the minimal search end after this many
    /// states; loom ends, or hits its bound.
    #[must_use]
    pub const fn holds(loom: Expected, exhaustive: u64, minimal: u64) -> Self {
        Self([
            Expected::Sampled,
            loom,
            Expected::Sampled,
            Expected::Sampled,
            Expected::Sampled,
            Expected::Exhausted(exhaustive),
            Expected::Exhausted(minimal),
        ])
    }

    /// The same, but for one engine.
    #[must_use]
    pub const fn but(mut self, engine: Engine, expected: Expected) -> Self {
        self.0[engine as usize] = expected;
        self
    }

    /// The same, but for the engines on shuttle, to which all atomics are sequentially consistent.
    #[must_use]
    pub const fn but_shuttle(self, expected: Expected) -> Self {
        self.but(Engine::Random, expected)
            .but(Engine::Pct, expected)
            .but(Engine::Urw, expected)
            .but(Engine::Exhaustive, expected)
            .but(Engine::Minimal, expected)
    }

    /// The same, but for the engines that cannot have a fault strike: real threads, and loom.
    #[must_use]
    pub const fn but_unsteered(self, expected: Expected) -> Self {
        self.but(Engine::Stress, expected).but(Engine::Loom, expected)
    }

    /// The expected verdict of this engine.
    #[must_use]
    pub const fn of(&self, engine: Engine) -> Expected {
        self.0[engine as usize]
    }
}
