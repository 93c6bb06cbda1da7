//! Choices and states, as the numbers that a search keeps of them.

/// A choice, as a number: an actor, or a fault.
pub(super) type Move = u32;

/// The bit that tells faults from actors.
pub(super) const FAULT: Move = 1 << 31;

/// The number of a state that has no parent.
pub(super) const ROOT: u32 = u32::MAX;
