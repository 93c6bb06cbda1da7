//! A trace as a table: a column an actor, a row a step, and a column for what the server holds.

use std::fmt;

use crate::trace::{ActorId, Event, Kind, Trace, Verb};

/// A trace, laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The columns' heads.
    pub heads: Vec<String>,
    /// The rows: in each the cell of one column is filled, as a rule.
    pub rows: Vec<Vec<String>>,
}

/// The head of the column that shows what servers hold.
const TRUTH: &str = "server holds";

impl Timeline {
    /// Lays a trace out. What the main actor did to set the scenario up is left out, and what it looked at
    /// when all was over.
    #[must_use]
    pub fn of(trace: &Trace) -> Self {
        let told = |event: &&Event| {
            event.actor != ActorId::MAIN || matches!(event.kind, Kind::Tick(_) | Kind::Panic(_))
        };
        let events: Vec<&Event> = trace.events.iter().filter(told).collect();
        let mut columns: Vec<ActorId> = events.iter().map(|event| event.actor).collect();
        columns.sort_unstable();
        columns.dedup();
        let truths = events.iter().any(|event| matches!(event.kind, Kind::Truth { .. }));
        let mut heads: Vec<String> = columns.iter().map(|actor| head(trace, *actor)).collect();
        if truths {
            heads.push(TRUTH.to_owned());
        }
        let mut timeline = Self { heads, rows: Vec::new() };
        for event in events {
            let at = columns.binary_search(&event.actor).expect("every actor has a column");
            timeline.add(trace, event, at);
        }
        timeline
    }

    fn add(&mut self, trace: &Trace, event: &Event, at: usize) {
        // What a server holds is told beside the step that changed it.
        if let Kind::Truth { key, value, until, .. } = &event.kind {
            let last = self.heads.len() - 1;
            if let Some(row) = self.rows.last_mut() {
                let before = std::mem::take(&mut row[last]);
                let now = holds(key, value.as_deref(), *until);
                row[last] = if before.is_empty() { now } else { format!("{before}; {now}") };
            }
            return;
        }
        let mut row = vec![String::new(); self.heads.len()];
        row[at] = cell(trace, &event.kind);
        self.rows.push(row);
    }
}

fn head(trace: &Trace, actor: ActorId) -> String {
    // The main actor appears only where time passed because nobody could go on.
    if actor == ActorId::MAIN { "(time)".to_owned() } else { trace.actor(actor).to_owned() }
}

fn holds(key: &str, value: Option<&str>, until: Option<u64>) -> String {
    match (value, until) {
        (None, _) => format!("{key}: nothing"),
        (Some(value), None) => format!("{key}: {value}"),
        (Some(value), Some(until)) => format!("{key}: {value} until {until} ms"),
    }
}

fn cell(trace: &Trace, kind: &Kind) -> String {
    let object = |object| trace.object(object);
    match kind {
        Kind::Lock(mutex) => format!("lock {}", object(*mutex)),
        Kind::Unlock(mutex) => format!("unlock {}", object(*mutex)),
        Kind::Wait { object: condvar, .. } => format!("wait on {}", object(*condvar)),
        Kind::Wake(condvar) => format!("woken on {}", object(*condvar)),
        Kind::Notify { object: condvar, all: true } => {
            format!("notify all on {}", object(*condvar))
        }
        Kind::Notify { object: condvar, all: false } => {
            format!("notify one on {}", object(*condvar))
        }
        Kind::Atomic { object: atomic, verb, found } => access(object(*atomic), *verb, *found),
        Kind::Access { request, reply, .. } => format!("{request} -> {reply}"),
        Kind::Now(now) => format!("clock: {now} ms"),
        Kind::Slept(until) => format!("slept until {until} ms"),
        Kind::Tick(now) => format!("now {now} ms"),
        Kind::Spawn(other) => format!("start {}", trace.actor(*other)),
        Kind::Join(other) => format!("join {}", trace.actor(*other)),
        Kind::Believe { key, until: Some(until), .. } => {
            format!("believes it holds {key} until {until} ms")
        }
        Kind::Believe { key, until: None, .. } => format!("believes it holds {key}"),
        Kind::Disbelieve { key, .. } => format!("no longer believes it holds {key}"),
        Kind::Invoke { object: called, request } => format!("{}: {request} ...", object(*called)),
        Kind::Return { object: called, reply } => format!("{}: ... {reply}", object(*called)),
        Kind::Crash(victim) => format!("{} is gone", trace.actor(*victim)),
        Kind::Panic(message) => format!("panics: {message}"),
        Kind::Truth { key, value, until, .. } => holds(key, value.as_deref(), *until),
    }
}

fn access(name: &str, verb: Verb, found: i64) -> String {
    match verb {
        Verb::Load => format!("load {name} -> {found}"),
        Verb::Store(value) => format!("store {name} = {value}"),
        Verb::Swap(value) => format!("swap {name} = {value} -> {found}"),
        Verb::FetchAdd(value) => format!("add {value} to {name} -> {found}"),
        Verb::CompareExchange { expected, new } => {
            format!("if {name} is {expected}, set {new} -> {found}")
        }
    }
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<usize> = (0..self.heads.len())
            .map(|column| {
                let cells = self.rows.iter().map(|row| row[column].chars().count());
                cells.chain([self.heads[column].chars().count()]).max().unwrap_or(0)
            })
            .collect();
        write_row(f, &self.heads, &widths)?;
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        write_row(f, &rule, &widths)?;
        self.rows.iter().try_for_each(|row| write_row(f, row, &widths))
    }
}

fn write_row(f: &mut fmt::Formatter<'_>, cells: &[String], widths: &[usize]) -> fmt::Result {
    let padded: Vec<String> =
        cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    writeln!(f, "{}", padded.join("  ").trim_end())
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Timeline;
    use crate::explore::replay;
    use crate::races::lost_update::Buggy;

    #[test]
    fn a_row_is_a_step_in_the_column_of_its_actor() {
        let schedule = "alice bob bob alice".parse().expect("a schedule");
        let found = replay(&Buggy, &schedule).expect("the schedule fits");
        let table = Timeline::of(&found.trace.expect("the race is lost")).to_string();
        let expected = "\
alice           bob
--------------  --------------
lock balance
unlock balance
                lock balance
                unlock balance
                lock balance
                unlock balance
lock balance
unlock balance
";
        assert_eq!(table, expected);
    }
}
