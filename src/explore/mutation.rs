//! Explorers with one mistake each. What is said of the explorer is only worth something if it would
//! not be said of these: `tests/explorer.rs` shows that each of them misses something.

use crate::sync::board::State;
use crate::sync::tape::{Piece, Tape};
use crate::trace::ActorId;

/// A mistake in what the explorer remembers, in whom it takes to be interchangeable, or in which steps it
/// takes to be invisible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(hidden)]
pub enum Mutation {
    ForgetDeadlines,
    ForgetWhatWasSeen,
    ForgetSteps,
    ForgetContents,
    ForgetWhoWaits,
    ForgetMonitors,
    ForgetWhoIsRunning,
    TryOneClient,
    EverybodyIsAClient,
    NamelessClients,
    LocksAtOnce,
    FirstStepsAtOnce,
}

/// Numbers from here on are taken to be instants in milliseconds.
const FIRST_INSTANT: u128 = 1_000;

impl Mutation {
    /// Makes the mistake in the state that is about to be remembered.
    pub(super) fn apply(
        self,
        state: &mut State,
        watched: &mut Tape,
        clients: &mut Vec<(ActorId, String)>,
    ) {
        match self {
            Self::ForgetDeadlines => state
                .shared
                .retain(|_, piece| !matches!(piece, Piece::Word(word) if *word >= FIRST_INSTANT)),
            // An actor's tape begins with whether it has ended, and with the number of its steps.
            Self::ForgetWhatWasSeen => {
                state.actors.iter_mut().for_each(|actor| actor.retain(|place, _| place < 2));
            }
            Self::ForgetSteps => {
                state.actors.iter_mut().for_each(|actor| actor.retain(|place, _| place != 1));
            }
            Self::ForgetContents => state.shared.clear(),
            Self::ForgetWhoWaits => state.waiting.clear(),
            Self::ForgetMonitors => watched.clear(),
            Self::EverybodyIsAClient => {
                let others = (1..).take(state.actors.len() - 1).map(ActorId);
                *clients = others.map(|actor| (actor, format!("{actor:?}"))).collect();
            }
            Self::NamelessClients => {
                let anybody = |tape: &mut Tape| {
                    tape.retain(|_, piece| matches!(piece, Piece::Word(_)));
                };
                anybody(&mut state.shared);
                anybody(watched);
            }
            // Made elsewhere in the search.
            Self::ForgetWhoIsRunning
            | Self::TryOneClient
            | Self::LocksAtOnce
            | Self::FirstStepsAtOnce => {}
        }
    }
}
