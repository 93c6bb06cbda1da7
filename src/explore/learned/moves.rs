//! Choices and states, as the numbers that a search stores for them.

/// A choice, as a number: an actor or a fault.
pub(super) type Move = u32;

/// The bit that distinguishes faults from actors.
pub(super) const FAULT: Move = 1 << 31;

/// The parent number of a state without a parent.
pub(super) const ROOT: u32 = u32::MAX;
