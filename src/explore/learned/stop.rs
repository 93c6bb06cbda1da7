//! Why a search stops before it has seen everything.

use crate::explore::bound::Bound;
use crate::explore::verdict::{Exploration, Verdict};

/// Why a search stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// A command could not be carried out as a real server would.
    Refused(String),
    /// This object holds a value that cannot be copied or compared.
    Opaque(String),
    /// Setting the world up panicked.
    SetUpPanicked(String),
    /// Setting the world up breaks a property.
    SetUpBroken,
    /// An actor depends on something that is not part of the world.
    Uncontrolled(String),
    /// A client makes objects or starts actors of its own, which are not renamed with it.
    Asymmetric,
    /// A bound of the search.
    Bound(Bound),
    /// A live execution breaks a property.
    Broken(Box<Exploration>),
}

impl Stop {
    /// What the search says.
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::Broken(found) => found.verdict,
            Self::Bound(bound) => Verdict::BoundHit(bound),
            Self::Uncontrolled(why) => Verdict::Uncontrolled(why),
            stop => Verdict::NotRun(stop.sentence()),
        }
    }

    /// Why, in a sentence.
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
