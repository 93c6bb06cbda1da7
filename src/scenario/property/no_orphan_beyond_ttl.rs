//! A lock whose holder is gone is free again once its time to live has passed.
//!
//! A lock is *due* one time to live after the step that last changed it. The property is violated if the
//! key is still on the server then, and the client that put it there is gone. A client is gone after:
//!
//! * **A crash**: judged as soon as the lock is due. Until then another client may repair it.
//! * **The end of the execution**: no client is left to free anything, so a lock without a deadline, or
//!   with one after the instant at which the lock is due, is an orphan already.
//!
//! While its holder lives, a lock may lack a deadline: only executions in which the client dies between
//! `SETNX` and `EXPIRE` violate the property.
//!
//! The monitor cannot decide whether a lock is renewed forever for a client that is gone, because each
//! execution ends, nor when exactly an actor that did not crash had no more use for its lock. A change
//! by another client counts as much as one by the holder; whether it was allowed is for
//! `owner-only-release` to judge.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use super::held::{Held, Holding, describe};
use super::{Monitor, Property};
use crate::machine::encode::Unordered;
use crate::trace::{ActorId, Event, Kind, ObjectId, Trace};

/// Watches the key of one lock, on every server that records its changes.
#[derive(Clone, Debug)]
pub struct NoOrphanBeyondTtl {
    held: Held,
    /// In milliseconds.
    ttl: u64,
    gone: BTreeSet<ActorId>,
}

impl NoOrphanBeyondTtl {
    /// Checks the lock `key`, which no client should take or renew for more than `ttl`, in whole
    /// milliseconds. The servers must [watch](crate::redis::Node::watch) it too.
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

    /// Returns whether the lock is free in time only if a client frees it.
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
            Some((server, holding)) => Err(self.describe(*server, holding, gone, names)),
        }
    }

    fn describe(&self, server: ObjectId, holding: &Holding, gone: &str, names: &Trace) -> String {
        let (owner, server) = (names.actor(holding.owner), names.object(server));
        format!(
            "{owner} {gone}, but {server} keeps its lock {} {}; it should be free by {} ms",
            self.held.key,
            describe(holding.until),
            self.due(holding)
        )
    }
}

impl Monitor for NoOrphanBeyondTtl {
    fn property(&self) -> Property {
        Property::NoOrphanBeyondTtl
    }

    fn concerns(&self, event: &Event) -> bool {
        matches!(&event.kind, Kind::Truth { key, .. } if *key == self.held.key)
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
        let servers: Vec<_> = servers
            .map(|(server, holding)| {
                let Holding { owner, token, until, .. } = holding;
                // A lock that expires in time is never judged, so it does not matter when it is due.
                let due = self.overstays(holding).then(|| self.due(holding));
                (server, owner, token, until, due)
            })
            .collect();
        // A client that owns no lock may be gone and still get one: a command of a crashed client may be
        // on its way to the server.
        let gone = Unordered(self.gone.iter().collect());
        (self.held.now, servers, gone).hash(&mut memory);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::futures::{check, events};
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
        let said = "alice is gone, but r1 keeps its lock k forever; it should be free by 100 ms";
        assert_eq!(told_all(monitor(), crashed), Err(said.to_owned()));
        let forgotten = [puts(ALICE, "a:1", 100), puts(ALICE, "a:1", None)];
        assert!(told_all(monitor(), forgotten).is_err());
    }

    #[test]
    fn rejects_an_orphan_as_soon_as_it_is_due() {
        let mut monitor = monitor();
        let before = [tick(10), puts(ALICE, "a:1", None), crash(ALICE), tick(109)];
        assert_eq!(told(&mut monitor, before), Ok(()));
        let said = "alice crashed, but r1 keeps its lock k forever; it should be free by 110 ms";
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
        assert_ne!(after(&[tick(5), puts(ALICE, "a:1", None)]), held);
        assert_ne!(after(&[puts(ALICE, "a:1", None), tick(5)]), held);
        assert_ne!(after(&[puts(ALICE, "a:1", None), crash(ALICE)]), held);
        let overdue = |since| [tick(since), puts(ALICE, "a:1", None), tick(500)];
        assert_ne!(after(&overdue(1)), after(&overdue(2)), "a violation says since when");
        let in_time = [puts(ALICE, "a:1", 90), tick(5)];
        let changed_later = [tick(5), puts(ALICE, "a:1", 90)];
        assert_eq!(after(&in_time), after(&changed_later));
        assert_eq!(after(&[puts(ALICE, "a:1", 90), tick(90)]), after(&[tick(90)]));
        assert_ne!(after(&[crash(ALICE)]), after(&[]), "a command of hers may still arrive");
    }

    #[test]
    fn equal_memories_have_equal_futures() {
        check(&NoOrphanBeyondTtl::of(KEY, Duration::from_millis(40)), events(&["a:1"]));
    }
}
