//! A release removes only the releaser's own lock.
//!
//! The client whose step put a token there owns the lock until it expires or is removed. Any other
//! client that removes it, replaces it or changes its deadline violates the property, whether or not the
//! owner still believes in its lock: a client whose lease is over may not know what it deletes.
//!
//! The monitor compares actors and not tokens, so it notices what a check of a shared token does not.
//! A client is an actor: a renewal that another actor makes in its name counts as that actor's step.

use std::hash::{Hash, Hasher};

use super::held::Held;
use super::{Monitor, Property};
use crate::trace::{Event, Kind, Trace};

/// Watches the key of one lock, on every server that records its changes.
#[derive(Clone, Debug)]
pub struct OwnerOnlyRelease {
    held: Held,
}

impl OwnerOnlyRelease {
    /// Checks the lock `key`. The servers must [watch](crate::redis::Node::watch) it too.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self { held: Held::new(key) }
    }

    fn judge(&self, event: &Event, names: &Trace) -> Result<(), String> {
        let Kind::Truth { object, key, value, .. } = &event.kind else {
            return Ok(());
        };
        let holding = self.held.servers.get(object);
        let Some(holding) = holding.filter(|_| *key == self.held.key) else {
            return Ok(());
        };
        if holding.owner == event.actor {
            return Ok(());
        }
        let (intruder, owner) = (names.actor(event.actor), names.actor(holding.owner));
        let (token, server) = (&holding.token, names.object(*object));
        let done = match value {
            None => "removed".to_owned(),
            Some(new) if new == token => "changed the deadline of".to_owned(),
            Some(new) => format!("put {new} over"),
        };
        Err(format!(
            "{intruder} {done} the lock {key} on {server}, which {owner} had obtained as {token}"
        ))
    }
}

impl Monitor for OwnerOnlyRelease {
    fn property(&self) -> Property {
        Property::OwnerOnlyRelease
    }

    fn concerns(&self, event: &Event) -> bool {
        matches!(&event.kind, Kind::Truth { key, .. } if *key == self.held.key)
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        let judgement = self.judge(event, names);
        self.held.follow(event);
        judgement
    }

    fn remember(&self, mut memory: &mut dyn Hasher) {
        // Not the instant: a lock that has expired is gone from the table.
        let servers = self
            .held
            .servers
            .iter()
            .map(|(server, holding)| (server, holding.owner, &holding.token, holding.until));
        servers.collect::<Vec<_>>().hash(&mut memory);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::futures::{check, events};
    use super::super::told::*;
    use super::*;

    fn judge(events: impl IntoIterator<Item = Event>) -> Result<(), String> {
        told_all(OwnerOnlyRelease::of(KEY), events)
    }

    #[test]
    fn accepts_what_an_owner_does_with_its_own_lock() {
        let own = [
            puts(ALICE, "a:1", 100),
            puts(ALICE, "a:1", 150),
            puts(ALICE, "a:2", 150),
            removes(ALICE),
            puts(BOB, "b:1", 200),
            removes(BOB),
        ];
        assert_eq!(judge(own), Ok(()));
    }

    #[test]
    fn accepts_a_newcomer_from_the_instant_at_which_a_lock_expires() {
        let expired = [puts(ALICE, "a:1", 100), tick(100), puts(BOB, "b:1", 200), removes(BOB)];
        assert_eq!(judge(expired), Ok(()));
        let shared_token = [puts(ALICE, "t", 100), tick(100), puts(BOB, "t", 200)];
        let owner_changed = shared_token.into_iter().chain([removes(BOB)]);
        assert_eq!(judge(owner_changed), Ok(()));
    }

    #[test]
    fn accepts_what_happens_to_other_keys_and_keeps_servers_apart() {
        let other_key = truth(BOB, OTHER_REDIS, "other", None, None);
        let apart = [
            puts(ALICE, "a:1", 100),
            other_key,
            elsewhere(puts(BOB, "b:1", 100)),
            elsewhere(removes(BOB)),
            removes(ALICE),
        ];
        assert_eq!(judge(apart), Ok(()));
    }

    #[test]
    fn rejects_the_removal_of_anothers_lock() {
        let late_release =
            [puts(ALICE, "a:1", 100), tick(100), puts(BOB, "b:1", 200), removes(ALICE)];
        let said = "alice removed the lock k on r1, which bob had obtained as b:1";
        assert_eq!(judge(late_release), Err(said.to_owned()));
        let one_instant_early = [puts(ALICE, "a:1", 100), tick(99), removes(BOB)];
        assert!(judge(one_instant_early).is_err());
    }

    #[test]
    fn rejects_the_removal_of_anothers_lock_that_has_the_same_token() {
        let shared_token = [puts(ALICE, "t", 100), tick(100), puts(BOB, "t", 200), removes(ALICE)];
        assert!(judge(shared_token).is_err());
    }

    #[test]
    fn rejects_to_overwrite_or_extend_anothers_lock() {
        let overwritten = [puts(ALICE, "a:1", 100), puts(BOB, "b:1", 100)];
        let said = "bob put b:1 over the lock k on r1, which alice had obtained as a:1";
        assert_eq!(judge(overwritten), Err(said.to_owned()));
        let extended = [puts(ALICE, "a:1", 100), puts(BOB, "a:1", 200)];
        let said = "bob changed the deadline of the lock k on r1, which alice had obtained as a:1";
        assert_eq!(judge(extended), Err(said.to_owned()));
    }

    #[test]
    fn rejects_on_the_server_where_it_happened() {
        let second_server =
            [puts(BOB, "b:1", 100), elsewhere(puts(ALICE, "a:1", 100)), elsewhere(removes(BOB))];
        let said = "bob removed the lock k on r2, which alice had obtained as a:1";
        assert_eq!(judge(second_server), Err(said.to_owned()));
    }

    #[test]
    fn remembers_owners_and_tokens_and_nothing_that_expired() {
        let after = |events: &[Event]| {
            let mut monitor = OwnerOnlyRelease::of(KEY);
            told(&mut monitor, events.iter().cloned()).unwrap();
            monitor.fingerprint()
        };
        let held = after(&[puts(ALICE, "a:1", 100)]);
        assert_eq!(after(&[puts(ALICE, "a:1", 100), tick(100)]), after(&[]));
        assert_eq!(after(&[tick(5), puts(ALICE, "a:1", 100)]), held);
        assert_ne!(after(&[tick(5), puts(ALICE, "a:1", 105)]), held);
        assert_ne!(after(&[puts(ALICE, "a:2", 100)]), held, "a violation names the token");
        assert_ne!(after(&[puts(BOB, "a:1", 100)]), held);
        assert_ne!(after(&[puts(ALICE, "a:1", None)]), held);
        assert_ne!(after(&[elsewhere(puts(ALICE, "a:1", 100))]), held);
    }

    #[test]
    fn equal_memories_have_equal_futures() {
        check(&OwnerOnlyRelease::of(KEY), events(&["a:1", "b:1"]));
    }
}
