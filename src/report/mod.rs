//! What people and machines read of an exploration.
//!
//! * [`timeline`]: a trace as a table, a column an actor, a row a step.
//! * [`mod@line`]: a verdict as one JSON object on one line.

pub mod line;
pub mod timeline;

pub use line::Line;
pub use timeline::Timeline;
