//! What an execution came to, as text, and what is said of it.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use lockproof::scenario::monitors::{Monitor, MutualExclusion};
use lockproof::scenario::{Property, World};
use lockproof::sync::Runtime;
use lockproof::trace::{Event, Trace};

/// The names that programs use, in the order in which a world names its clients.
pub const NAMES: [&str; 3] = ["alice", "bob", "carol"];

/// What a program says of an execution.
#[derive(Clone, Debug, Default)]
pub enum Judge {
    /// Every outcome is a violation, so that all of them are counted.
    #[default]
    Everything,
    /// One outcome in so many is: this one.
    Some { one_in: u64, which: u64 },
    /// No outcome is, but each is put down here.
    Noted(Arc<Mutex<BTreeSet<String>>>),
}

impl Judge {
    pub fn of(&self, outcome: String) -> Result<(), String> {
        match self {
            Self::Everything => Err(outcome),
            Self::Some { one_in, which } => {
                let mut hasher = DefaultHasher::new();
                canonical(&outcome, &NAMES).hash(&mut hasher);
                if hasher.finish() % one_in == *which { Err(outcome) } else { Ok(()) }
            }
            Self::Noted(outcomes) => {
                outcomes.lock().unwrap().insert(outcome);
                Ok(())
            }
        }
    }
}

/// What was seen in one execution, by whom. It is a function of what the actors have seen, or of what the
/// monitors remember, as all that an execution leaves behind has to be.
#[derive(Clone, Debug, Default)]
pub struct Book(Arc<Mutex<BTreeMap<String, Vec<String>>>>);

impl Book {
    pub fn note(&self, who: &str, what: impl Into<String>) {
        self.0.lock().unwrap().entry(who.to_owned()).or_default().push(what.into());
    }

    pub fn lines(&self) -> Vec<String> {
        let book = self.0.lock().unwrap();
        book.iter().map(|(who, what)| format!("{who} saw {}", what.join(", "))).collect()
    }
}

/// Notes that a property was broken, and lets the execution go on.
#[derive(Clone)]
struct Noting {
    inner: MutualExclusion,
    broken: BTreeSet<String>,
    book: Book,
}

/// Has violations of mutual exclusion noted in `book`.
pub fn note_beliefs<R: Runtime>(world: &World<R>, book: &Book) {
    let inner = MutualExclusion::default();
    world.monitor(Noting { inner, broken: BTreeSet::new(), book: book.clone() });
}

impl Monitor for Noting {
    fn property(&self) -> Property {
        self.inner.property()
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        // Not by whom else it is believed: that depends on names where it is several.
        let newcomer = names.actor(event.actor);
        if self.inner.step(event, names).is_err() && self.broken.insert(newcomer.to_owned()) {
            // On a line of its own: when it happened is not remembered.
            self.book.note(&format!("{newcomer}, too late,"), "another who believes the same");
        }
        Ok(())
    }

    fn remember(&self, mut memory: &mut dyn std::hash::Hasher) {
        self.inner.remember(memory);
        self.broken.hash(&mut memory);
    }
}

/// A text in which names that may change places are put so that it is the smallest, and its lines in order.
pub fn canonical(text: &str, alike: &[&str]) -> String {
    let orders = orders(alike);
    let renamed = orders.iter().map(|order| {
        let hidden = (alike.iter().enumerate())
            .fold(text.to_owned(), |text, (i, name)| text.replace(name, &format!("\u{1}{i}")));
        let text = (order.iter().enumerate())
            .fold(hidden, |text, (i, name)| text.replace(&format!("\u{1}{i}"), name));
        let mut lines: Vec<&str> = text.split(['\n', ';']).map(str::trim).collect();
        lines.sort_unstable();
        lines.join("\n")
    });
    renamed.min().unwrap_or_default()
}

/// All orders of some names.
fn orders<'a>(names: &[&'a str]) -> Vec<Vec<&'a str>> {
    if names.is_empty() {
        return vec![Vec::new()];
    }
    let first = |at: usize| {
        let mut rest = names.to_vec();
        let first = rest.remove(at);
        orders(&rest).into_iter().map(move |mut order| {
            order.insert(0, first);
            order
        })
    };
    (0..names.len()).flat_map(first).collect()
}
