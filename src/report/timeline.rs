//! A trace as a table: a column an actor, a row a step, a column for the state of the server, and one for the
//! beliefs of clients.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::phrase::{held, label, phrase, stored};
use crate::trace::{ActorId, Event, Kind, ObjectId, Trace};

/// A trace, laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The columns' heads.
    pub heads: Vec<String>,
    /// The rows: in each the cell of one actor is filled, and beside it the changes of that step.
    pub rows: Vec<Vec<String>>,
}

/// The head of the column that shows what servers hold.
const TRUTH: &str = "server holds";
/// The head of the column that shows the beliefs of clients: all of them, wherever they change.
const BELIEF: &str = "clients believe they hold";

impl Timeline {
    /// Lays a trace out, without the main actor's setup of the scenario and its look at the final state.
    #[must_use]
    pub fn of(trace: &Trace) -> Self {
        let mut layout = Layout::of(trace);
        for event in told(trace) {
            layout.add(event);
        }
        layout.timeline
    }
}

/// The events of a trace that a reader is shown.
pub(super) fn told(trace: &Trace) -> impl Iterator<Item = &Event> {
    trace.events.iter().filter(|event| {
        event.actor != ActorId::MAIN || matches!(event.kind, Kind::Tick(_) | Kind::Panic(_))
    })
}

type Beliefs<'a> = BTreeMap<(ActorId, &'a str, &'a str), Option<u64>>;

struct Layout<'a> {
    trace: &'a Trace,
    columns: Vec<ActorId>,
    truth: Option<usize>,
    belief: Option<usize>,
    /// The deadlines of stored values, by server and key.
    deadlines: BTreeMap<(ObjectId, &'a str), u64>,
    /// The clients that believe they hold a key, with the token, and until when.
    beliefs: Beliefs<'a>,
    /// The successive beliefs within the current row.
    within: Vec<Beliefs<'a>>,
    /// The beliefs that began within that row.
    begun: BTreeSet<(ActorId, &'a str)>,
    /// The actor of that row.
    last: Option<ActorId>,
    /// Rows say which one, if there are several.
    servers: BTreeSet<ObjectId>,
    timeline: Timeline,
}

impl<'a> Layout<'a> {
    fn of(trace: &'a Trace) -> Self {
        let mut columns: Vec<ActorId> = told(trace).map(|event| event.actor).collect();
        columns.sort_unstable();
        columns.dedup();
        let mut heads: Vec<String> = columns.iter().map(|actor| head(trace, *actor)).collect();
        let mut column = |name: &str, kind: fn(&Kind) -> bool| {
            told(trace).any(|event| kind(&event.kind)).then(|| {
                heads.push(name.to_owned());
                heads.len() - 1
            })
        };
        let truth = column(TRUTH, |kind| matches!(kind, Kind::Truth { .. }));
        let belief = column(BELIEF, |kind| matches!(kind, Kind::Believe { .. }));
        let timeline = Timeline { heads, rows: Vec::new() };
        Self {
            trace,
            columns,
            truth,
            belief,
            deadlines: BTreeMap::new(),
            beliefs: BTreeMap::new(),
            within: Vec::new(),
            begun: BTreeSet::new(),
            last: None,
            servers: servers(trace),
            timeline,
        }
    }

    fn add(&mut self, event: &'a Event) {
        match &event.kind {
            Kind::Truth { object, key, value, until } => {
                self.deadlines.remove(&(*object, key));
                if let Some(until) = until {
                    self.deadlines.insert((*object, key), *until);
                }
                let stored = stored(key, value.as_deref(), *until);
                self.note(self.truth, self.on(*object, stored));
            }
            Kind::Believe { key, token, until } => {
                self.continue_row(event);
                self.begun.insert((event.actor, key));
                self.beliefs.insert((event.actor, key, token), *until);
                self.tell_beliefs();
            }
            Kind::Disbelieve { key, token } => {
                let believed = (event.actor, key.as_str(), token.as_str());
                if self.beliefs.contains_key(&believed) {
                    self.continue_row(event);
                    self.beliefs.remove(&believed);
                    self.tell_beliefs();
                }
            }
            kind => {
                self.begin_row(event);
                self.follow(kind);
            }
        }
    }

    fn begin_row(&mut self, event: &'a Event) {
        let mut row = vec![String::new(); self.timeline.heads.len()];
        let at = self.columns.binary_search(&event.actor);
        let said = phrase(self.trace, &event.kind);
        row[at.expect("every actor has a column")] = match &event.kind {
            Kind::Access { object, .. } => self.on(*object, said),
            _ => said,
        };
        self.timeline.rows.push(row);
        self.within.clear();
        self.begun.clear();
        self.last = Some(event.actor);
    }

    /// An actor's belief belongs to its last step, and is a row of its own before the first.
    fn continue_row(&mut self, event: &'a Event) {
        if self.last != Some(event.actor) {
            self.begin_row(event);
        }
    }

    /// An entry about a server, with its name if there are several.
    fn on(&self, server: ObjectId, what: String) -> String {
        match self.servers.len() > 1 && self.servers.contains(&server) {
            true => format!("{}: {what}", self.trace.object(server)),
            false => what,
        }
    }

    /// Applies the implicit effects of a step on holdings: time ends them, and so does death.
    fn follow(&mut self, kind: &Kind) {
        let believed = self.beliefs.len();
        match kind {
            Kind::Tick(now) => {
                let mut gone = Vec::new();
                self.deadlines.retain(|(server, key), until| {
                    let stays = *now < *until;
                    gone.extend((!stays).then(|| (*server, stored(key, None, None))));
                    stays
                });
                for (server, gone) in gone {
                    self.note(self.truth, self.on(server, gone));
                }
                self.beliefs.retain(|_, until| until.is_none_or(|until| *now < until));
            }
            Kind::Crash(victim) => self.beliefs.retain(|(client, ..), _| client != victim),
            _ => {}
        }
        if self.beliefs.len() < believed {
            self.tell_beliefs();
        }
    }

    /// Shows the beliefs at the end of the row, and before that a belief that began and ended in it.
    fn tell_beliefs(&mut self) {
        self.within.push(self.beliefs.clone());
        let lasts = |actor: &ActorId, key: &str| {
            self.beliefs.keys().any(|(other, held, _)| other == actor && *held == key)
        };
        let brief = |beliefs: &&Beliefs<'_>| {
            beliefs
                .keys()
                .any(|(actor, key, _)| self.begun.contains(&(*actor, *key)) && !lasts(actor, key))
        };
        let shown = self.within.iter().filter(brief).chain([&self.beliefs]);
        let mut told: Vec<String> = shown.map(|beliefs| self.told(beliefs)).collect();
        told.dedup();
        let told = told.join(", then ");
        if let (Some(column), Some(row)) = (self.belief, self.timeline.rows.last_mut()) {
            row[column] = told;
        }
    }

    fn told(&self, beliefs: &Beliefs<'_>) -> String {
        let who = |((client, key, _), until): (&(ActorId, &str, &str), &Option<u64>)| {
            format!("{}: {}", label(self.trace, *client), held(key, *until))
        };
        let mut all: Vec<String> = beliefs.iter().map(who).collect();
        all.dedup();
        if all.is_empty() { "nobody".to_owned() } else { all.join("; ") }
    }

    /// Adds to a cell of the last row, which is that of the current step.
    fn note(&mut self, column: Option<usize>, text: String) {
        if let (Some(column), Some(row)) = (column, self.timeline.rows.last_mut()) {
            let before = std::mem::take(&mut row[column]);
            row[column] = if before.is_empty() { text } else { format!("{before}; {text}") };
        }
    }
}

/// The servers of an execution: objects that are touched key by key.
fn servers(trace: &Trace) -> BTreeSet<ObjectId> {
    let server = |event: &Event| match &event.kind {
        Kind::Truth { object, .. } => Some(*object),
        Kind::Access { object, touched, .. } => {
            touched.iter().any(|touch| touch.part.is_some()).then_some(*object)
        }
        _ => None,
    };
    trace.events.iter().filter_map(server).collect()
}

fn head(trace: &Trace, actor: ActorId) -> String {
    // The main actor appears only where time passed because no actor was enabled.
    if actor == ActorId::MAIN { "(time)".to_owned() } else { label(trace, actor) }
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
    use crate::races::{get_del_release, lost_update};

    #[test]
    fn a_row_is_a_step_in_the_column_of_its_actor() {
        let schedule = "alice bob bob alice".parse().expect("a schedule");
        let found = replay(&lost_update::Buggy, &schedule).expect("the schedule fits");
        let table = Timeline::of(&found.trace.expect("the race is lost")).to_string();
        let expected = "\
alice                 bob
--------------------  --------------------
lock balance -> 100
unlock balance = 100
                      lock balance -> 100
                      unlock balance = 100
                      lock balance -> 100
                      unlock balance = 120
lock balance -> 120
unlock balance = 110
";
        assert_eq!(table, expected);
    }

    #[test]
    fn what_is_held_and_what_is_believed_stand_beside_the_step_that_changed_them() {
        let schedule = "alice clock bob".parse().expect("a schedule");
        let found = replay(&get_del_release::Buggy, &schedule).expect("the schedule fits");
        let timeline = Timeline::of(&found.trace.expect("a replay keeps its trace"));
        let last_two = timeline.heads.len() - 2;
        assert_eq!(timeline.heads[last_two..], ["server holds", "clients believe they hold"]);
        let beside: Vec<&[String]> =
            timeline.rows[..3].iter().map(|row| &row[last_two..]).collect();
        let expected = [
            ["lock:11111: alice until 5000 ms", "alice: lock:11111"],
            ["lock:11111: nothing", ""],
            ["lock:11111: bob until 10000 ms", "alice: lock:11111; bob: lock:11111"],
        ];
        assert_eq!(beside, expected);
    }
}
