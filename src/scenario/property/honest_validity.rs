//! No client believes in its lock for longer than the server keeps it.
//!
//! Judged at the moment of each belief: the server must hold the token then, with a deadline no earlier
//! than the end of the belief. To believe forever takes a lock without a deadline. Virtual time is the
//! only clock, so no drift is allowed for. A belief that is over when it is announced claims nothing.
//!
//! `owner-only-release` judges what takes a lock away later, and `mutual-exclusion` what two clients make
//! of it.

use std::hash::{Hash, Hasher};

use super::held::{Held, describe, over};
use super::{Monitor, Property};
use crate::trace::{Event, Kind, Trace};

/// Compares the beliefs in one lock with what servers hold under its key.
#[derive(Clone, Debug)]
pub struct HonestValidity {
    held: Held,
    quorum: usize,
}

impl HonestValidity {
    /// Checks the lock `key`, which one server keeps. That server must [watch](crate::redis::Node::watch)
    /// the key too.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self::of_quorum(key, 1)
    }

    /// Checks the lock `key`, which a client holds if at least `quorum` servers have its token.
    #[must_use]
    pub fn of_quorum(key: &str, quorum: usize) -> Self {
        Self { held: Held::new(key), quorum }
    }

    fn is_backed(&self, token: &str, until: Option<u64>) -> bool {
        let backing = self.held.servers.values().filter(|holding| {
            holding.token == token
                && holding.until.is_none_or(|kept| until.is_some_and(|believed| believed <= kept))
        });
        backing.count() >= self.quorum
    }

    fn describe_servers(&self, names: &Trace) -> String {
        let servers = self.held.servers.iter().map(|(server, holding)| {
            let (server, until) = (names.object(*server), describe(holding.until));
            format!("{server} holds {} {until}", holding.token)
        });
        let held: Vec<String> = servers.collect();
        let text = match held.as_slice() {
            [] => "no server holds it".to_owned(),
            held => held.join(", "),
        };
        match self.quorum {
            0 | 1 => text,
            quorum => format!("{text}; the quorum is {quorum} servers"),
        }
    }
}

impl Monitor for HonestValidity {
    fn property(&self) -> Property {
        Property::HonestValidity
    }

    fn concerns(&self, event: &Event) -> bool {
        matches!(&event.kind, Kind::Believe { key, .. } if *key == self.held.key)
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        self.held.follow(event);
        let Kind::Believe { key, token, until } = &event.kind else {
            return Ok(());
        };
        let claims = *key == self.held.key && !over(*until, self.held.now);
        if !claims || self.is_backed(token, *until) {
            return Ok(());
        }
        Err(format!(
            "at {} ms {} believes it holds {key} as {token} {}, but {}",
            self.held.now,
            names.actor(event.actor),
            describe(*until),
            self.describe_servers(names)
        ))
    }

    fn remember(&self, mut memory: &mut dyn Hasher) {
        // Neither the owner of a token nor its age matters.
        let servers = self.held.servers.iter();
        let servers: Vec<_> =
            servers.map(|(server, holding)| (server, &holding.token, holding.until)).collect();
        (self.held.now, servers).hash(&mut memory);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::futures::{check, events};
    use super::super::told::*;
    use super::*;

    fn judge(events: impl IntoIterator<Item = Event>) -> Result<(), String> {
        told_all(HonestValidity::of(KEY), events)
    }

    #[test]
    fn accepts_beliefs_that_end_no_later_than_the_lock() {
        let renewed = [
            puts(ALICE, "a:1", 100),
            believes(ALICE, "a:1", 97),
            tick(50),
            puts(ALICE, "a:1", 150),
            believes(ALICE, "a:1", 150),
        ];
        assert_eq!(judge(renewed), Ok(()));
    }

    #[test]
    fn accepts_any_belief_in_a_lock_that_never_expires() {
        let for_ever = [
            puts(ALICE, "a:1", None),
            believe(ALICE, KEY, "a:1", None),
            believes(ALICE, "a:1", u64::MAX),
        ];
        assert_eq!(judge(for_ever), Ok(()));
    }

    #[test]
    fn accepts_a_belief_that_is_over_when_it_is_announced() {
        assert_eq!(judge([tick(100), believes(ALICE, "a:1", 100)]), Ok(()));
    }

    #[test]
    fn accepts_beliefs_in_other_locks_unseen() {
        assert_eq!(judge([believe(ALICE, "other", "a:1", None)]), Ok(()));
    }

    #[test]
    fn accepts_a_belief_that_a_quorum_backs() {
        let two = [
            puts(ALICE, "a:1", 100),
            elsewhere(puts(ALICE, "a:1", 120)),
            believes(ALICE, "a:1", 100),
        ];
        assert_eq!(told_all(HonestValidity::of_quorum(KEY, 2), two), Ok(()));
    }

    #[test]
    fn rejects_beliefs_that_outlast_the_lock() {
        let longer = [puts(ALICE, "a:1", 100), believes(ALICE, "a:1", 101)];
        let said =
            "at 0 ms alice believes it holds k as a:1 until 101 ms, but r1 holds a:1 until 100 ms";
        assert_eq!(judge(longer), Err(said.to_owned()));
        let for_ever = [puts(ALICE, "a:1", 100), believe(ALICE, KEY, "a:1", None)];
        assert!(judge(for_ever).is_err());
    }

    #[test]
    fn rejects_a_validity_that_wrapped_around() {
        let wrapped =
            [puts(ALICE, "a:1", 10_000), tick(12_000), believes(ALICE, "a:1", u64::MAX - 2101)];
        let said = "at 12000 ms alice believes it holds k as a:1 until 18446744073709549514 ms, \
            but no server holds it";
        assert_eq!(judge(wrapped), Err(said.to_owned()));
    }

    #[test]
    fn rejects_beliefs_in_a_lock_that_is_anothers_or_gone() {
        let anothers = [
            puts(ALICE, "a:1", 100),
            tick(100),
            puts(BOB, "b:1", 200),
            believes(ALICE, "a:1", 150),
        ];
        assert!(judge(anothers).is_err());
        let gone = [puts(ALICE, "a:1", 100), removes(ALICE), believes(ALICE, "a:1", 100)];
        assert!(judge(gone).is_err());
    }

    #[test]
    fn rejects_a_belief_that_too_few_servers_back() {
        let one_of_two = [
            puts(ALICE, "a:1", 100),
            elsewhere(puts(ALICE, "a:1", 90)),
            believes(ALICE, "a:1", 100),
        ];
        let said = "at 0 ms alice believes it holds k as a:1 until 100 ms, but r1 holds a:1 until 100 ms, \
                    r2 holds a:1 until 90 ms; the quorum is 2 servers";
        let judgement = told_all(HonestValidity::of_quorum(KEY, 2), one_of_two);
        assert_eq!(judgement, Err(said.to_owned()));
    }

    #[test]
    fn remembers_what_is_held_and_nothing_that_expired() {
        let after = |events: &[Event]| {
            let mut monitor = HonestValidity::of(KEY);
            told(&mut monitor, events.iter().cloned()).unwrap();
            monitor.fingerprint()
        };
        let held = after(&[puts(ALICE, "a:1", 100)]);
        assert_eq!(after(&[puts(ALICE, "a:1", 100), tick(100)]), after(&[tick(100)]));
        assert_eq!(after(&[puts(BOB, "a:1", 90), puts(ALICE, "a:1", 100)]), held);
        assert_ne!(after(&[tick(5), puts(ALICE, "a:1", 105)]), held);
        assert_ne!(after(&[tick(5), puts(ALICE, "a:1", 100)]), held, "beliefs may be over by 5 ms");
        assert_ne!(after(&[puts(ALICE, "a:2", 100)]), held);
        assert_ne!(after(&[puts(ALICE, "a:1", 99)]), held);
    }

    #[test]
    fn equal_memories_have_equal_futures() {
        check(&HonestValidity::of_quorum(KEY, 2), events(&["a:1", "b:1"]));
    }
}
