//! The bounds and reductions of an exhaustive search.

use super::mutation::Mutation;

/// The bounds and reductions of an exhaustive search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Search {
    /// The maximum number of executions, where every interleaving is executed: by
    /// [`brute_force`](super::brute_force()), and for a scenario that holds an `opaque` value.
    pub executions: u64,
    /// The maximum number of steps of one live execution. Brute force stops at a longer one with
    /// [`Bound::Steps`](super::Bound::Steps); a search of learned actors abandons that execution, and
    /// continues.
    pub max_steps: usize,
    /// The maximum number of distinct states, beyond which the search stops with
    /// [`Bound::States`](super::Bound::States).
    pub max_states: u64,
    /// The maximum number of bytes of memory, in total: interned values, learned behaviour, known states and
    /// states that wait to be visited.
    ///
    /// The figure is an estimate, equal for equal searches: capacities times sizes, and for the heap data of
    /// a value the length of its encoding. A state costs at most 64 bytes besides the interned values, and
    /// more only while it waits to be visited. The process as a whole may use more, up to twice as much while
    /// a table grows.
    pub max_memory: u64,
    /// The maximum number of distinct ends that are executed live. The search continues over all states
    /// beyond it. There, `finally` judges a world that was set up and filled with the predicted end.
    pub live_ends: u64,
    /// True if invisible steps are taken at once: to begin, to start a thread, to see one end, to end, to
    /// release a mutex, and to wait right after taking it. Otherwise each is a choice like any other step,
    /// except for those of the main actor, and violations have no schedule; only brute force supports that.
    /// In either case faults strike, and time passes, only while every actor is before a visible step.
    pub invisible: bool,
    /// True if clients that [`World::clients`](crate::scenario::World::clients) declares are interchangeable.
    /// A search switches it off by itself where they cannot be.
    pub symmetry: bool,
    /// A mistake to make, for the tests of the tests.
    #[doc(hidden)]
    pub mutation: Option<Mutation>,
}

impl Search {
    /// All reductions, and more room than most searches need: 10,000,000 executions, 10,000 steps,
    /// 100,000,000 states, 4 GiB, 10,000 ends.
    pub const DEFAULT: Self = Self {
        executions: 10_000_000,
        max_steps: 10_000,
        max_states: 100_000_000,
        max_memory: 4 << 30,
        live_ends: 10_000,
        invisible: true,
        symmetry: true,
        mutation: None,
    };
}

impl Default for Search {
    fn default() -> Self {
        Self::DEFAULT
    }
}
