//! Searches with one mistake each. What is said of the search is only worth something if it would not be said
//! of these: `tests/explorer` shows which of them are found out.

/// A mistake in what the search compares, in which clients it takes to be interchangeable, or in how it makes
/// sure. None of these searches compares random live executions with the graph: those would make up for much
/// of what is missed. `docs/engines.md` lists which test notices which; nothing notices `ForgetBudgets`, and
/// no test asks for `SkipLiveCover`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(hidden)]
pub enum Mutation {
    /// Objects are left out of the state.
    ForgetObjects,
    /// Time, and with it deadlines, is left out of the state.
    ForgetTime,
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
    /// No live execution is compared with the graph.
    SkipLiveCover,
    /// Ends are executed along one schedule only, and not under another renaming.
    JudgeEndsOnce,
}
