//! Mutated searches, with one mistake each. A claim about the search is only worth something if it fails for
//! these: `tests/explorer` shows which of them are detected.

/// A mistake in what the search compares, in the clients that it takes for interchangeable, or in how it
/// confirms results. Only `CoverAtFirst` compares random live executions with the graph: they would make up
/// for much of what the other mutants miss. `docs/engines.md` lists which test detects which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(hidden)]
pub enum Mutation {
    /// Objects are left out of the state.
    ForgetObjects,
    /// Time is left out of the state.
    ForgetTime,
    /// The deadlines of keys are left out of the state.
    ForgetDeadlines,
    /// The clients that wait on a server, and the replies that are ready for them, are left out.
    ForgetWaiters,
    /// Observations of actors are left out of the state.
    ForgetLocals,
    /// The memory of monitors is left out of the state.
    ForgetMonitors,
    /// Remaining fault budgets are left out of the state.
    ForgetBudgets,
    /// The scripts that servers have cached are left out of the state.
    ForgetScripts,
    /// A number before a text is left out of the state if it is the text's length.
    NumbersAsLengths,
    /// The lengths of texts and of other sequences of bytes are left out of the state.
    NoLengths,
    /// The actor that ran last is left out of the state of a minimal search.
    ForgetWhoIsRunning,
    /// All clients are taken for interchangeable in every state.
    TryOneClient,
    /// Actors that are not declared alike are taken for clients.
    EverybodyIsAClient,
    /// Taking a free mutex is taken for invisible.
    LocksAtOnce,
    /// Learned edges are not distinguished by the value that was seen.
    EdgesWithoutValues,
    /// No random live executions are compared with the graph, and no edges are covered.
    SkipLiveCover,
    /// Edges are covered from the first state in which they were met, not from the last: with the other
    /// actors as little advanced as possible.
    CoverAtFirst,
    /// Ends are executed along one schedule only, and not under another renaming.
    JudgeEndsOnce,
}
