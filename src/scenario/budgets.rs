//! Faults, each with a budget. A budget of zero assumes the fault away.

/// How often each fault may strike in one execution.
///
/// Faults strike at any scheduling point, and are chosen by the scheduler as if they were actors:
/// `clock` and `crash:NAME` in schedules.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Budgets {
    ticks: u32,
    crashes: Vec<String>,
}

impl Budgets {
    /// No faults: time passes only when nobody can go on.
    #[must_use]
    pub const fn none() -> Self {
        Self { ticks: 0, crashes: Vec::new() }
    }

    /// The clock may advance to the next interesting instant this many times while somebody could have
    /// run: a pause of that somebody.
    #[must_use]
    pub const fn ticks(mut self, ticks: u32) -> Self {
        self.ticks = ticks;
        self
    }

    /// The actor of this name may die once, at any point: its process is gone, nothing is released.
    #[must_use]
    pub fn crash(mut self, actor: &str) -> Self {
        self.crashes.push(actor.to_owned());
        self
    }

    /// How many ticks may come at a bad moment.
    #[must_use]
    pub const fn max_ticks(&self) -> u32 {
        self.ticks
    }

    /// Who may crash.
    #[must_use]
    pub fn may_crash(&self) -> &[String] {
        &self.crashes
    }

    /// Whether any fault is aimed at this actor.
    pub(super) fn names_any(&self, actor: &str) -> bool {
        self.crashes.iter().any(|name| name == actor)
    }
}
