//! A lock whose holder is gone is free again once its time to live has passed.
//!
//! A lock is *due* one time to live after the step that last changed it. The property is broken if its
//! key is still on the server then, and whoever put it there is gone. Two things count as gone:
//!
//! * **A crash**: judged as soon as the lock is due. Until then another client may yet repair it.
//! * **The end of the execution**: nobody is left to free anything, so a lock without a deadline, or
//!   with one that lies after the instant at which it is due, is an orphan already.
//!
//! While its holder lives, a lock may lack a deadline, so `SETNX` and then `EXPIRE` is broken only by
//! the executions in which the client dies between the two.
//!
//! What it cannot decide: whether a lock is renewed for ever for a client that is gone (each execution
//! ends), and when exactly an actor that did not crash had no more use for its lock. Somebody else's
//! change counts as much as the holder's; that it should not have happened is the matter of
//! `owner-only-release`.

use std::collections::BTreeSet;
use std::time::Duration;

use super::held::{Held, Holding, in_words};
use super::{Hash, Hasher, Monitor, Property};
use crate::trace::{ActorId, Event, Kind, ObjectId, Trace};

/// Watches the key of one lock, on every server that records its changes.
#[derive(Debug)]
pub struct NoOrphanBeyondTtl {
    held: Held,
    /// In milliseconds.
    ttl: u64,
    gone: BTreeSet<ActorId>,
}

impl NoOrphanBeyondTtl {
    /// Watches the lock `key`, which nobody should take or renew for more than `ttl`, in whole
    /// milliseconds. The servers have to [watch](crate::redis::Node::watch) it too.
    #[must_use]
    pub fn of(key: &str, ttl: Duration) -> Self {
        Self {
            held: Held::new(key),
            ttl: u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX),
            gone: BTreeSet::new(),
        }
    }

    const fn due(&self, holding: &Holding) -> u64 {
        holding.changed.saturating_add(self.ttl)
    }

    /// Whether only a step of somebody can free the lock in time.
    fn overstays(&self, holding: &Holding) -> bool {
        holding.until.is_none_or(|until| until > self.due(holding))
    }

    fn judge(
        &self,
        names: &Trace,
        is_orphan: impl Fn(&Holding) -> bool,
        gone: &str,
    ) -> Result<(), String> {
        let mut servers = self.held.servers.iter();
        match servers.find(|(_, holding)| self.overstays(holding) && is_orphan(holding)) {
            None => Ok(()),
            Some((server, holding)) => Err(self.in_words(*server, holding, gone, names)),
        }
    }

    fn in_words(&self, server: ObjectId, holding: &Holding, gone: &str, names: &Trace) -> String {
        let (owner, server) = (names.actor(holding.owner), names.object(server));
        format!(
            "{owner} {gone}, and {server} keeps its lock {} {}; it should be free from {} ms on",
            self.held.key,
            in_words(holding.until),
            self.due(holding)
        )
    }
}

impl Monitor for NoOrphanBeyondTtl {
    fn property(&self) -> Property {
        Property::NoOrphanBeyondTtl
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        self.held.follow(event);
        if let Kind::Crash(victim) = &event.kind {
            self.gone.insert(*victim);
        }
        let crashed = |holding: &Holding| {
            self.gone.contains(&holding.owner) && self.due(holding) <= self.held.now
        };
        self.judge(names, crashed, "crashed")
    }

    fn finish(&mut self, names: &Trace) -> Result<(), String> {
        self.judge(names, |_| true, "is gone")
    }

    fn remember(&self, mut memory: &mut dyn Hasher) {
        let servers = self.held.servers.iter();
        let held: Vec<_> = servers
            .map(|(server, holding)| {
                let Holding { owner, token, .. } = holding;
                // Of a lock that expires in time it does not matter when that is due.
                let due = self.overstays(holding).then(|| self.due(holding));
                let (until, due) = (self.held.left(holding.until), self.held.left(due));
                (server, owner, self.gone.contains(owner), token, until, due)
            })
            .collect();
        held.hash(&mut memory);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::told::*;
    use super::*;

    fn monitor() -> NoOrphanBeyondTtl {
        NoOrphanBeyondTtl::of(KEY, Duration::from_millis(100))
    }

    #[test]
    fn accepts_a_lock_that_expires_after_its_holder_crashed() {
        let expires = [puts(ALICE, "a:1", 100), crash(ALICE), tick(99)];
        assert_eq!(told_all(monitor(), expires), Ok(()));
        let renewed = [puts(ALICE, "a:1", 100), tick(90), puts(ALICE, "a:1", 190), crash(ALICE)];
        assert_eq!(told_all(monitor(), renewed), Ok(()));
    }

    #[test]
    fn accepts_a_lock_without_a_deadline_that_is_freed_or_gets_one() {
        let freed = [puts(ALICE, "a:1", None), tick(1000), removes(ALICE)];
        assert_eq!(told_all(monitor(), freed), Ok(()));
        let set_then_expire = [puts(ALICE, "a:1", None), puts(ALICE, "a:1", 100)];
        assert_eq!(told_all(monitor(), set_then_expire), Ok(()));
    }

    #[test]
    fn accepts_an_orphan_that_another_client_repairs_in_time() {
        let repaired =
            [puts(ALICE, "a:1", None), crash(ALICE), tick(99), puts(BOB, "a:1", 199), tick(100)];
        assert_eq!(told_all(monitor(), repaired), Ok(()));
    }

    #[test]
    fn accepts_that_the_living_keep_their_locks_while_others_crash() {
        let others = [puts(ALICE, "a:1", None), crash(BOB), tick(1000), removes(ALICE)];
        assert_eq!(told_all(monitor(), others), Ok(()));
    }

    #[test]
    fn rejects_a_lock_that_is_left_without_a_deadline() {
        let crashed = [puts(ALICE, "a:1", None), crash(ALICE)];
        let said =
            "alice is gone, and r1 keeps its lock k for ever; it should be free from 100 ms on";
        assert_eq!(told_all(monitor(), crashed), Err(said.to_owned()));
        let forgotten = [puts(ALICE, "a:1", 100), puts(ALICE, "a:1", None)];
        assert!(told_all(monitor(), forgotten).is_err());
    }

    #[test]
    fn rejects_an_orphan_as_soon_as_it_is_due() {
        let mut monitor = monitor();
        let before = [tick(10), puts(ALICE, "a:1", None), crash(ALICE), tick(109)];
        assert_eq!(told(&mut monitor, before), Ok(()));
        let said =
            "alice crashed, and r1 keeps its lock k for ever; it should be free from 110 ms on";
        assert_eq!(told(&mut monitor, [tick(110)]), Err(said.to_owned()));
    }

    #[test]
    fn rejects_a_crash_of_a_holder_whose_lock_is_overdue() {
        let overdue = [puts(ALICE, "a:1", None), tick(500), crash(ALICE)];
        assert!(told(&mut monitor(), overdue).is_err());
    }

    #[test]
    fn rejects_seconds_where_milliseconds_were_meant() {
        let mut monitor = monitor();
        let seconds = [puts(ALICE, "a:1", 100_000), crash(ALICE)];
        assert_eq!(told(&mut monitor, seconds), Ok(()), "not due yet");
        assert!(told(&mut monitor, [tick(100)]).is_err());
        let barely = [puts(ALICE, "a:1", 101)];
        assert!(told_all(self::monitor(), barely).is_err());
    }

    #[test]
    fn rejects_an_orphan_on_any_server() {
        let second = [puts(ALICE, "a:1", 100), elsewhere(puts(ALICE, "a:1", None)), removes(ALICE)];
        assert!(told_all(monitor(), second).is_err());
    }

    #[test]
    fn remembers_who_is_gone_and_when_a_lock_is_due_if_it_overstays() {
        let after = |events: &[Event]| {
            let mut monitor = monitor();
            told(&mut monitor, events.iter().cloned()).unwrap();
            monitor.fingerprint()
        };
        let held = after(&[puts(ALICE, "a:1", None)]);
        assert_eq!(after(&[tick(5), puts(ALICE, "a:1", None)]), held);
        assert_ne!(after(&[puts(ALICE, "a:1", None), tick(5)]), held);
        assert_ne!(after(&[puts(ALICE, "a:1", None), crash(ALICE)]), held);
        let long_overdue = [puts(ALICE, "a:1", None), tick(100), tick(500)];
        assert_eq!(after(&long_overdue), after(&long_overdue[..2]));
        let in_time = [puts(ALICE, "a:1", 90)];
        let changed_later = [tick(5), puts(ALICE, "a:1", 95), tick(5)];
        assert_eq!(after(&in_time), after(&changed_later));
        assert_eq!(after(&[puts(ALICE, "a:1", 90), tick(90)]), after(&[]));
        assert_eq!(after(&[crash(ALICE)]), after(&[]));
    }
}
