//! The reasons why a search stops before it has seen everything.

use crate::explore::bound::Bound;
use crate::explore::verdict::{Exploration, Verdict};

/// The reason why a search stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// A command could not be carried out as a real server would do it.
    Refused(String),
    /// This object holds a value that cannot be copied or compared.
    Opaque(String),
    /// The set-up of the world panicked.
    SetUpPanicked(String),
    /// The set-up of the world violates a property.
    SetUpBroken,
    /// An actor depends on something that is not part of the world.
    Uncontrolled(String),
    /// A client makes objects or starts actors of its own, which are not renamed with it.
    Asymmetric,
    /// The search hit a bound.
    Bound(Bound),
    /// A live execution violates a property.
    Broken(Box<Exploration>),
}

impl Stop {
    /// The verdict of the search.
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::Broken(found) => found.verdict,
            Self::Bound(bound) => Verdict::BoundHit(bound),
            Self::Uncontrolled(why) => Verdict::Uncontrolled(why),
            stop => Verdict::NotRun(stop.sentence()),
        }
    }

    /// The reason as a sentence.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Refused(why) | Self::Uncontrolled(why) => why.clone(),
            Self::Opaque(object) => {
                format!("{object} holds a value that cannot be copied or compared")
            }
            Self::SetUpPanicked(message) => format!("setting the world up panics: {message}"),
            Self::SetUpBroken => "setting the world up breaks a property".to_owned(),
            Self::Asymmetric => "a client makes objects of its own".to_owned(),
            Self::Bound(bound) => bound.to_string(),
            Self::Broken(found) => found.verdict.to_string(),
        }
    }
}
