//! How far an exhaustive search may go, and by which means.

use super::mutation::Mutation;

/// How far an exhaustive search may go, and by which means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Search {
    /// How many executions to run at most, where every interleaving is executed: by
    /// [`brute_force`](super::brute_force()), and of a scenario that holds an `opaque` value.
    pub executions: u64,
    /// How many steps one live execution may take. Brute force stops at a longer one with
    /// [`Bound::Steps`](super::Bound::Steps); a search of learned actors gives that execution up, and goes
    /// on.
    pub max_steps: usize,
    /// How many distinct states to find at most, before the search stops with
    /// [`Bound::States`](super::Bound::States).
    pub max_states: u64,
    /// How many bytes of memory to use at most, all together: what is interned, what was learned, the states
    /// that are known and those that wait to be visited.
    ///
    /// It is an estimate, and the same for equal searches: capacities times sizes, and for what a value
    /// holds elsewhere the length of its encoding. A state costs at most 64 bytes beside what is interned,
    /// and more only while it waits to be visited. The process as a whole may use more, up to twice as much
    /// while a table grows.
    pub max_memory: u64,
    /// How many distinct ends to execute live at most. The search goes on over all states beyond it. There,
    /// `finally` judges a world that was set up and filled with the end that the search predicts.
    pub live_ends: u64,
    /// Whether invisible steps are taken at once: to begin, to start a thread, to see one end, to end, to
    /// release a mutex, and to wait right after taking it. If not, each is a choice as any other step is,
    /// but for those of the main actor, and what is found has no schedule; only brute force can do that. In
    /// either case faults strike, and time passes, only while everybody is before a visible step.
    pub invisible: bool,
    /// Whether clients that [`World::clients`](crate::scenario::World::clients) declares are interchangeable.
    /// A search switches it off by itself where they cannot be.
    pub symmetry: bool,
    /// A mistake to make, for the tests of the tests.
    #[doc(hidden)]
    pub mutation: Option<Mutation>,
}

impl Search {
    /// Every reduction, and more room than most searches need: 10,000,000 executions, 10,000 steps,
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
