//! What the whole graph shows of whether anything could have broken, beside what live executions have shown.

use super::local::{Effect, Status};
use super::search::Graph;
use crate::explore::evidence::Evidence;

/// What the search has shown.
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
        // What comes next may still be no step of others' making; live executions tell.
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
