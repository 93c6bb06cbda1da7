//! An entry of the catalogue.

use std::ops::RangeInclusive;

use super::{Expectations, Expected, Variant, Which};
use crate::explore::{Engine, Exploration, Options};
use crate::scenario::Property;

/// A documented race: a bug that was met in the wild, and its fix, one idea apart.
#[derive(Clone, Debug)]
pub struct Race {
    /// The name in commands, pages and verdicts: that of its file, with `-` for `_`.
    pub id: &'static str,
    /// The mechanism, in one line that begins with a small letter and has no full stop.
    pub title: &'static str,
    /// The group to which it belongs.
    pub group: Group,
    /// The failure, step by step: a paragraph of Markdown.
    pub mechanism: &'static str,
    /// The projects that met it, and the places where that is documented.
    pub provenance: &'static [Source],
    /// The weakness of the Common Weakness Enumeration that it is a case of, if one fits.
    pub cwe: Option<Cwe>,
    /// The change of the fix, and the reason why it is enough: a sentence or two of Markdown.
    pub fix: &'static str,
    /// The lesson, in two sentences.
    pub lesson: &'static str,
    /// The property that the buggy variant violates.
    pub breaks: Property,
    /// The numbers of clients it can have; the smallest number is the default.
    pub clients: RangeInclusive<usize>,
    /// An interleaving of the buggy variant with the least faults and preemptions that violate the property.
    pub counterexample: Counterexample,
    /// The expected verdict of each engine on the bug.
    pub of_buggy: Expectations,
    /// The expected verdict of each engine on the fix.
    pub of_fixed: Expectations,
    /// The bug.
    pub buggy: Variant,
    /// The fix.
    pub fixed: Variant,
    /// The fix with one thing wrong: what the engines must notice.
    pub mutants: &'static [Mutant],
}

/// Where a race is at home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Threads of one process.
    InProcess,
    /// Clients of a Redis server.
    Distributed,
}

impl Group {
    /// Both, in the order of the catalogue.
    pub const ALL: [Self; 2] = [Self::InProcess, Self::Distributed];

    /// The heading in the catalogue.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::InProcess => "Threads of one process",
            Self::Distributed => "Clients of a Redis server",
        }
    }
}

/// Where a bug is documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// Project, version and what happened there: Markdown, one sentence without its full stop.
    pub what: &'static str,
    /// The page, or the thread.
    pub link: &'static str,
    /// The depth of the check by the entry's author.
    pub checked: Checked,
}

impl Source {
    /// Its code was read.
    #[must_use]
    pub const fn code(what: &'static str, link: &'static str) -> Self {
        Self { what, link, checked: Checked::Code }
    }

    /// Its issue or pull request was read.
    #[must_use]
    pub const fn thread(what: &'static str, link: &'static str) -> Self {
        Self { what, link, checked: Checked::Thread }
    }

    /// Its article or documentation was read.
    #[must_use]
    pub const fn article(what: &'static str, link: &'static str) -> Self {
        Self { what, link, checked: Checked::Article }
    }

    /// The unmodified library was made to do it.
    #[must_use]
    pub const fn reproduced(what: &'static str, link: &'static str) -> Self {
        Self { what, link, checked: Checked::Reproduced }
    }

    /// It is cited as the literature cites it.
    #[must_use]
    pub const fn literature(what: &'static str, link: &'static str) -> Self {
        Self { what, link, checked: Checked::Literature }
    }
}

/// The depth to which a [`Source`] was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Checked {
    /// The code was read.
    Code,
    /// The issue or pull request was read.
    Thread,
    /// The article or documentation was read.
    Article,
    /// The unmodified library was made to do it.
    Reproduced,
    /// It is cited as the literature cites it.
    Literature,
}

impl Checked {
    /// In words, for the reader of a page.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Code => "read in the code",
            Self::Thread => "read in the thread",
            Self::Article => "read there",
            Self::Reproduced => "reproduced with the unmodified library",
            Self::Literature => "cited from the literature",
        }
    }
}

/// A weakness of the [Common Weakness Enumeration](https://cwe.mitre.org).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cwe {
    /// Its number.
    pub number: u32,
    /// Its name there.
    pub name: &'static str,
}

impl Cwe {
    /// Two use a resource at once, and at least one should not have.
    pub const RACE_CONDITION: Self = Self {
        number: 362,
        name: "Concurrent Execution using Shared Resource with Improper Synchronization",
    };
    /// A checked condition no longer holds when it is acted on.
    pub const TOCTOU: Self = Self { number: 367, name: "Time-of-check Time-of-use Race Condition" };
    /// Each waits for the other.
    pub const DEADLOCK: Self = Self { number: 833, name: "Deadlock" };
}

/// An interleaving that breaks the buggy variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counterexample {
    /// The actor of each step.
    Schedule(&'static str),
    /// The number of the execution in loom's search: under weak memory, the order of steps does not say which
    /// values each of them saw.
    LoomExecution(u64),
}

/// A fix with one thing wrong.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// The change: a few words.
    pub change: &'static str,
    /// The changed fix.
    pub variant: Variant,
    /// The engine that has to notice.
    pub killed_by: Engine,
    /// The reason why no engine can notice, if none can.
    pub survives: Option<&'static str>,
}

impl Mutant {
    /// A mutant that the exhaustive search has to notice.
    #[must_use]
    pub const fn new(change: &'static str, variant: Variant) -> Self {
        Self { change, variant, killed_by: Engine::Exhaustive, survives: None }
    }
}

impl Race {
    /// One of its variants.
    #[must_use]
    pub const fn variant(&self, which: Which) -> Variant {
        match which {
            Which::Buggy => self.buggy,
            Which::Fixed => self.fixed,
        }
    }

    /// The expected verdict of this engine on a variant.
    #[must_use]
    pub const fn expected(&self, which: Which, engine: Engine) -> Expected {
        match which {
            Which::Buggy => self.of_buggy.of(engine),
            Which::Fixed => self.of_fixed.of(engine),
        }
    }

    /// Runs a variant on an engine.
    #[must_use]
    pub fn explore(
        &self,
        which: Which,
        clients: usize,
        engine: Engine,
        options: &Options,
    ) -> Exploration {
        (self.variant(which).explore)(clients, engine, options)
    }
}
