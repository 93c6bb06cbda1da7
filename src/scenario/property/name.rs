//! The properties, by their names in the field, and their violations.

use std::fmt;

/// A named property of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Property {
    /// No two clients believe at the same time that they hold the same lock.
    MutualExclusion,
    /// A release removes only the releaser's own lock.
    OwnerOnlyRelease,
    /// A lock whose holder is gone is free again once its time to live has passed.
    NoOrphanBeyondTtl,
    /// No client believes in its lock for longer than the server keeps it.
    HonestValidity,
    /// A store accepts fencing tokens only in rising order.
    MonotonicFence,
    /// Money is neither made nor lost.
    ConservedBalance,
    /// No account is overdrawn.
    NoOverdraft,
    /// Until all actors have ended, one of them can take a step.
    NoDeadlock,
    /// Some sequential order of the calls explains every reply.
    Linearizable,
    /// No actor panics.
    NoPanic,
}

impl Property {
    /// All properties.
    pub const ALL: [Self; 10] = [
        Self::MutualExclusion,
        Self::OwnerOnlyRelease,
        Self::NoOrphanBeyondTtl,
        Self::HonestValidity,
        Self::MonotonicFence,
        Self::ConservedBalance,
        Self::NoOverdraft,
        Self::NoDeadlock,
        Self::Linearizable,
        Self::NoPanic,
    ];

    /// The property of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|property| property.name() == name)
    }

    /// The name in schedules, verdicts and the catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MutualExclusion => "mutual-exclusion",
            Self::OwnerOnlyRelease => "owner-only-release",
            Self::NoOrphanBeyondTtl => "no-orphan-beyond-ttl",
            Self::HonestValidity => "honest-validity",
            Self::MonotonicFence => "monotonic-fence",
            Self::ConservedBalance => "conserved-balance",
            Self::NoOverdraft => "no-overdraft",
            Self::NoDeadlock => "no-deadlock",
            Self::Linearizable => "linearizable",
            Self::NoPanic => "no-panic",
        }
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A property that was violated, and how.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Violation {
    /// The property.
    pub property: Property,
    /// The way it was violated, in a sentence for the reader of a verdict.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.property, self.detail)
    }
}
