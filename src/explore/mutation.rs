//! Searches with one mistake each. What is said of the search is only worth something if it would not be said
//! of these: `tests/explorer` shows which of them are found out.

/// A mistake in what the search compares, in which clients it takes to be interchangeable, or in how it makes
/// sure. Only `CoverAtFirst` compares random live executions with the graph: those would make up for much of
/// what the others miss. `docs/engines.md` lists which test notices which.
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
    /// What actors have seen is left out of the state.
    ForgetLocals,
    /// What monitors remember is left out of the state.
    ForgetMonitors,
    /// What is left of the budgets is left out of the state.
    ForgetBudgets,
    /// The scripts that servers have cached are left out of the state.
    ForgetScripts,
    /// A number before a text is left out of the state if it is the text's length.
    NumbersAsLengths,
    /// The lengths of texts and of other sequences of bytes are left out of the state.
    NoLengths,
    /// Who ran last is left out of the state of a minimal search.
    ForgetWhoIsRunning,
    /// All clients are taken for interchangeable in every state.
    TryOneClient,
    /// Actors that are not declared alike are taken for clients.
    EverybodyIsAClient,
    /// Taking a free mutex is taken for invisible.
    LocksAtOnce,
    /// What is learned is not told apart by the value that was seen.
    EdgesWithoutValues,
    /// No random live executions are compared with the graph, and no edges are covered.
    SkipLiveCover,
    /// Edges are covered from the first state in which they were met, and not from the last: with the other
    /// actors as little on as possible.
    CoverAtFirst,
    /// Ends are executed along one schedule only, and not under another renaming.
    JudgeEndsOnce,
}
