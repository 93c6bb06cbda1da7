//! Faults, each with a budget. A budget of zero assumes the fault away.

use std::collections::BTreeMap;
use std::fmt;

use super::Fault;

/// The number of times each fault may strike in one execution.
///
/// Faults strike at any scheduling point, and are chosen by the scheduler as if they were actors:
/// `clock`, `crash:NAME`, `lose-reply:NAME`, `delay:NAME` and `deliver:NAME` in schedules.
///
/// The last three strike commands to the simulated Redis, in place of the actor's step. Like crashes, they
/// need an engine that controls the schedule: neither real threads nor loom support them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Budgets {
    ticks: u32,
    crashes: Vec<String>,
    lost_replies: Vec<(String, u32)>,
    delays: Vec<(String, u32)>,
}

impl Budgets {
    /// No faults: time passes only when no actor is enabled.
    #[must_use]
    pub const fn none() -> Self {
        Self { ticks: 0, crashes: Vec::new(), lost_replies: Vec::new(), delays: Vec::new() }
    }

    /// The clock may advance to the next interesting instant this many times while an actor is enabled: a
    /// pause of that actor.
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

    /// The replies to this many commands of the actor may be lost: the server carries the command out, and
    /// the actor gets a time-out. Schedules name `lose-reply:NAME` where such a command takes effect.
    #[must_use]
    pub fn lose_reply(mut self, actor: &str, times: u32) -> Self {
        add(&mut self.lost_replies, actor, times);
        self
    }

    /// This many commands of the actor may be held back: the actor gets a time-out (`delay:NAME`), and the
    /// command is carried out later (`deliver:NAME`; the second to be held back by `deliver:NAME:2`, and so
    /// on), or never.
    ///
    /// It may arrive after any later step of the actor, after its crash, and after all actors have ended. It
    /// does not arrive while every actor that has not ended sleeps or waits: time passes first.
    #[must_use]
    pub fn delay(mut self, actor: &str, times: u32) -> Self {
        add(&mut self.delays, actor, times);
        self
    }

    /// The actors whose replies may be lost, and how many replies of each.
    #[must_use]
    pub fn may_lose_replies(&self) -> &[(String, u32)] {
        &self.lost_replies
    }

    /// The actors whose commands may be held back, and how many commands of each.
    #[must_use]
    pub fn may_delay(&self) -> &[(String, u32)] {
        &self.delays
    }

    /// The number of ticks that may come at a bad moment.
    #[must_use]
    pub const fn max_ticks(&self) -> u32 {
        self.ticks
    }

    /// The actors that may crash.
    #[must_use]
    pub fn may_crash(&self) -> &[String] {
        &self.crashes
    }

    /// The faults that they allow, each with how often it may strike.
    pub(crate) fn faults(&self) -> Vec<(Fault, u32)> {
        let crashes = self.crashes.iter().map(|name| (Fault::Crash(name.clone()), 1));
        let lost = self.lost_replies.iter().map(|(name, n)| (Fault::LoseReply(name.clone()), *n));
        let delays = self.delays.iter().map(|(name, n)| (Fault::Delay(name.clone()), *n));
        let ticks = (self.ticks > 0).then_some((Fault::Clock, self.ticks));
        crashes.chain(lost).chain(delays).chain(ticks).collect()
    }

    /// The number of times each fault may strike, by its name in schedules.
    pub(crate) fn by_fault(&self) -> BTreeMap<String, u32> {
        self.faults().into_iter().map(|(fault, times)| (fault.to_string(), times)).collect()
    }

    /// The actors at which a fault is aimed.
    pub(super) fn victims(&self) -> impl Iterator<Item = &str> {
        let disturbed = self.lost_replies.iter().chain(&self.delays).map(|(name, _)| name);
        self.crashes.iter().chain(disturbed).map(String::as_str)
    }

    /// Returns whether any fault is aimed at this actor.
    pub(super) fn names_any(&self, actor: &str) -> bool {
        self.victims().any(|name| name == actor)
    }

    /// The reason why uncontrolled threads cannot run within these budgets, if they cannot.
    pub(crate) fn need_steering(&self) -> Option<String> {
        let all = self.faults().into_iter().filter(|(fault, _)| *fault != Fault::Clock);
        let faults: Vec<String> = all.map(|(fault, _)| fault.to_string()).collect();
        (!faults.is_empty()).then(|| {
            let faults = faults.join(", ");
            format!("this engine cannot say when a fault strikes, and this scenario has {faults}")
        })
    }
}

/// As in `1 tick, 1 crash of alice, 2 lost replies each of alice and bob`. Ticks and crashes are named even
/// where there are none.
impl fmt::Display for Budgets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let crashes: Vec<(String, u32)> =
            self.crashes.iter().map(|name| (name.clone(), 1)).collect();
        match self.ticks {
            1 => f.write_str("1 tick")?,
            ticks => write!(f, "{ticks} ticks")?,
        }
        if crashes.is_empty() {
            f.write_str(", 0 crashes")?;
        }
        strikes(f, &crashes, ["crash", "crashes"])?;
        strikes(f, &self.lost_replies, ["lost reply", "lost replies"])?;
        strikes(f, &self.delays, ["delay", "delays"])
    }
}

/// The actors that a fault may strike, those with equal budgets together.
fn strikes(
    f: &mut fmt::Formatter<'_>,
    budgets: &[(String, u32)],
    [one, many]: [&str; 2],
) -> fmt::Result {
    let mut groups: Vec<(u32, Vec<&str>)> = Vec::new();
    for (name, times) in budgets {
        match groups.iter_mut().find(|(budget, _)| budget == times) {
            Some((_, names)) if names.contains(&name.as_str()) => {}
            Some((_, names)) => names.push(name),
            None => groups.push((*times, vec![name])),
        }
    }
    for (times, names) in groups {
        let what = if times == 1 { one } else { many };
        match names.as_slice() {
            [first @ .., last] if !first.is_empty() => {
                write!(f, ", {times} {what} each of {} and {last}", first.join(", "))?;
            }
            names => write!(f, ", {times} {what} of {}", names.concat())?,
        }
    }
    Ok(())
}

fn add(budgets: &mut Vec<(String, u32)>, actor: &str, times: u32) {
    match budgets.iter_mut().find(|(name, _)| name == actor) {
        Some((_, budget)) => *budget = budget.saturating_add(times),
        None if times > 0 => budgets.push((actor.to_owned(), times)),
        None => {}
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Budgets;

    #[test]
    fn ticks_and_crashes_are_named_always_and_other_faults_where_they_may_strike() {
        for (budgets, expected) in [
            (Budgets::none(), "0 ticks, 0 crashes"),
            (Budgets::none().ticks(1), "1 tick, 0 crashes"),
            (Budgets::none().ticks(2).crash("alice"), "2 ticks, 1 crash of alice"),
            (
                Budgets::none().crash("alice").crash("bob").crash("carol").crash("bob"),
                "0 ticks, 1 crash each of alice, bob and carol",
            ),
            (
                Budgets::none().lose_reply("alice", 2).lose_reply("bob", 1).delay("bob", 3),
                "0 ticks, 0 crashes, 2 lost replies of alice, 1 lost reply of bob, 3 delays of bob",
            ),
        ] {
            assert_eq!(budgets.to_string(), expected);
        }
    }
}
