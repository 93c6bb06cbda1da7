//! Evidence from the whole graph that a property could have been violated, besides that of live executions.

use super::local::{Effect, Status};
use super::search::Graph;
use crate::explore::evidence::Evidence;

/// The evidence of a search.
pub(super) fn evidence(graph: &mut Graph) -> Evidence {
    let mut shown = std::mem::take(&mut graph.shown);
    shown.chose(graph.choice);
    let machine = graph.machine();
    let learner = &machine.learner;
    let tables = &learner.tables;
    for (number, fault) in machine.faults.iter().enumerate() {
        shown.fault(&fault.name, machine.struck.contains(&number));
    }
    tables.events.iter().for_each(|events| shown.stopped(&events.all));
    let Some(watching) = tables.monitors.first() else { return shown };
    for events in &tables.events {
        shown.hear(&events.all, &watching.set, &learner.trace);
    }
    for edge in &learner.edges {
        // Others need not take a step before an operation that is not one; live executions show the rest.
        let goes_on = match learner.locals[edge.next as usize].status {
            Status::Before(operation) => {
                let operation = &tables.operations[operation as usize].operation;
                operation.is_step() || operation.joins().is_some()
            }
            Status::Ended(_) | Status::Killed => true,
        };
        let recorded = edge.effects.iter().filter_map(|effect| match effect {
            Effect::Record(events) => Some(&tables.events[*events as usize].all),
            _ => None,
        });
        shown.believed(recorded.flatten(), &watching.set, goes_on);
    }
    shown
}
