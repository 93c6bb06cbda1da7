//! Reports of an exploration, for people and machines.
//!
//! * [`timeline`]: a trace as a table, a column an actor, a row a step.
//! * [`mermaid`]: a trace as a sequence diagram.
//! * [`mod@line`]: a verdict as one JSON object on one line.
//! * [`mutants`]: the mutants of the fixes that the engines notice.
//! * [`page`]: a race of the catalogue, as a document.
//! * [`index`]: the list of the races, and the engines that find each.
//! * [`cell`]: the result of an engine, in a cell of a table.

pub mod cell;
mod diff;
pub mod index;
pub mod line;
mod markdown;
pub mod mermaid;
pub mod mutants;
pub mod page;
mod phrase;
pub mod timeline;

pub use line::Line;
pub use timeline::Timeline;
