//! No two clients believe at the same time that they hold the same lock.
//!
//! The state of the server does not matter here: two beliefs that overlap violate the property. A belief ends
//! when its client says so, when its client crashes, and at the end of its term. Beliefs that only touch do
//! not overlap.
//!
//! A client is an actor. Two leases of one actor on the same key are no conflict, and a belief stays
//! with the actor that announced it: the monitor does not follow a lease to another actor.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use super::held::over;
use super::{Monitor, Property};
use crate::trace::{ActorId, Event, Kind, Trace};

/// Watches the beliefs of clients in their locks.
#[derive(Clone, Debug, Default)]
pub struct MutualExclusion {
    /// The key that is watched; `None` is every key.
    only: Option<String>,
    /// In milliseconds since the execution began, as all instants.
    now: u64,
    /// The clients that believe they hold a key, and until when. The token is kept too, because the late
    /// release of an earlier lease does not end the belief in a later one.
    beliefs: BTreeMap<String, BTreeMap<(ActorId, String), Option<u64>>>,
}

impl MutualExclusion {
    /// Checks the lock `key` alone; [`MutualExclusion::default`] checks every lock.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self { only: Some(key.to_owned()), ..Self::default() }
    }

    fn watches(&self, key: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == key)
    }

    fn believe(
        &mut self,
        client: ActorId,
        (key, token): (&str, &str),
        until: Option<u64>,
        names: &Trace,
    ) -> Result<(), String> {
        let believers = self.beliefs.entry(key.to_owned()).or_default();
        believers.insert((client, token.to_owned()), until);
        match believers.keys().find(|(other, _)| *other != client) {
            None => Ok(()),
            Some((other, _)) => {
                let (new, old) = (names.actor(client), names.actor(*other));
                Err(format!("{new} believes it holds {key} while {old} still holds it"))
            }
        }
    }

    fn retain(&mut self, mut keep: impl FnMut(ActorId, Option<u64>) -> bool) {
        for believers in self.beliefs.values_mut() {
            believers.retain(|(actor, _), until| keep(*actor, *until));
        }
        self.beliefs.retain(|_, believers| !believers.is_empty());
    }

    fn forget(&mut self, client: ActorId, key: &str, token: &str) {
        if let Some(believers) = self.beliefs.get_mut(key) {
            believers.remove(&(client, token.to_owned()));
            if believers.is_empty() {
                self.beliefs.remove(key);
            }
        }
    }
}

impl Monitor for MutualExclusion {
    fn property(&self) -> Property {
        Property::MutualExclusion
    }

    fn concerns(&self, event: &Event) -> bool {
        matches!(&event.kind, Kind::Believe { key, .. } if self.watches(key))
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        match &event.kind {
            Kind::Tick(now) => {
                self.now = *now;
                self.retain(|_, until| !over(until, *now));
            }
            Kind::Crash(victim) => self.retain(|actor, _| actor != *victim),
            Kind::Disbelieve { key, token } => self.forget(event.actor, key, token),
            Kind::Believe { key, token, until } if self.watches(key) => {
                // A new belief replaces the one before, even if it is over already.
                if over(*until, self.now) {
                    self.forget(event.actor, key, token);
                } else {
                    self.believe(event.actor, (key, token), *until, names)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn remember(&self, mut memory: &mut dyn Hasher) {
        // The instant decides whether the next belief is over when it is announced.
        (self.now, &self.beliefs).hash(&mut memory);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::futures::{check, events};
    use super::super::told::*;
    use super::*;

    fn judge(events: impl IntoIterator<Item = Event>) -> Result<(), String> {
        told(&mut MutualExclusion::default(), events)
    }

    #[test]
    fn accepts_one_holder_after_the_other() {
        let released =
            [believes(ALICE, "a:1", 100), disbelieves(ALICE, "a:1"), believes(BOB, "b:1", 100)];
        assert_eq!(judge(released), Ok(()));
        let ran_out = [believes(ALICE, "a:1", 100), tick(100), believes(BOB, "b:1", 200)];
        assert_eq!(judge(ran_out), Ok(()), "beliefs may touch");
        let crashed = [believes(ALICE, "a:1", 100), crash(ALICE), believes(BOB, "b:1", 100)];
        assert_eq!(judge(crashed), Ok(()));
    }

    #[test]
    fn accepts_a_belief_that_is_over_when_it_is_announced() {
        let late = [tick(100), believes(ALICE, "a:1", 100), believes(BOB, "b:1", 200)];
        assert_eq!(judge(late), Ok(()));
        let withdrawn = [
            tick(50),
            believes(ALICE, "a:1", 100),
            believes(ALICE, "a:1", 50),
            believes(BOB, "b:1", 200),
        ];
        assert_eq!(judge(withdrawn), Ok(()), "it replaces the longer one");
    }

    #[test]
    fn accepts_locks_that_have_different_keys() {
        let other = believe(BOB, "other", "b:1", Some(100));
        assert_eq!(judge([believes(ALICE, "a:1", 100), other.clone()]), Ok(()));
        let second = believe(ALICE, "other", "a:2", Some(100));
        assert!(judge([other.clone(), second.clone()]).is_err());
        assert_eq!(
            told(&mut MutualExclusion::of(KEY), [other, second]),
            Ok(()),
            "not the lock it watches"
        );
    }

    #[test]
    fn rejects_beliefs_that_overlap() {
        let overlap = [believes(ALICE, "a:1", 100), tick(99), believes(BOB, "b:1", 200)];
        assert_eq!(
            judge(overlap),
            Err("bob believes it holds k while alice still holds it".to_owned())
        );
        let for_ever =
            [believe(ALICE, KEY, "a:1", None), tick(1_000_000), believe(BOB, KEY, "b:1", None)];
        assert!(judge(for_ever).is_err());
        let same_token = [believes(ALICE, "t", 100), believes(BOB, "t", 100)];
        assert!(judge(same_token).is_err());
    }

    #[test]
    fn rejects_a_newcomer_within_a_renewed_belief() {
        let renewed = [
            believes(ALICE, "a:1", 100),
            tick(60),
            believes(ALICE, "a:1", 160),
            tick(100),
            believes(BOB, "b:1", 200),
        ];
        assert!(judge(renewed).is_err());
    }

    #[test]
    fn rejects_a_belief_that_revives_while_another_holds() {
        let revived = [
            believes(ALICE, "a:1", 100),
            tick(100),
            believes(BOB, "b:1", 200),
            believes(ALICE, "a:1", 200),
        ];
        assert_eq!(
            judge(revived),
            Err("alice believes it holds k while bob still holds it".to_owned())
        );
    }

    #[test]
    fn rejects_a_newcomer_although_an_earlier_lease_was_given_up() {
        let late_release = [
            believes(ALICE, "a:1", 100),
            tick(100),
            believes(ALICE, "a:2", 200),
            disbelieves(ALICE, "a:1"),
            believes(BOB, "b:1", 200),
        ];
        assert!(judge(late_release).is_err());
    }

    #[test]
    fn rejects_a_newcomer_although_a_third_one_crashed_or_gave_up() {
        let others = [
            believes(ALICE, "a:1", 100),
            crash(BOB),
            disbelieves(BOB, "a:1"),
            believes(BOB, "b:1", 100),
        ];
        assert!(judge(others).is_err());
    }

    #[test]
    fn what_is_over_leaves_no_trace() {
        let after = |events: &[Event]| {
            let mut monitor = MutualExclusion::default();
            told(&mut monitor, events.iter().cloned()).unwrap();
            monitor.fingerprint()
        };
        let fresh = after(&[]);
        assert_eq!(after(&[believes(ALICE, "a:1", 100), tick(100)]), after(&[tick(100)]));
        assert_eq!(after(&[believes(ALICE, "a:1", 100), disbelieves(ALICE, "a:1")]), fresh);
        assert_eq!(after(&[believes(ALICE, "a:1", 100), crash(ALICE)]), fresh);
        let held = after(&[believes(ALICE, "a:1", 100)]);
        assert_ne!(held, fresh);
        assert_ne!(held, after(&[believes(BOB, "a:1", 100)]));
        assert_ne!(held, after(&[believes(ALICE, "a:1", 99)]));
        assert_ne!(held, after(&[tick(5), believes(ALICE, "a:1", 105)]));
        assert_ne!(
            held,
            after(&[tick(5), believes(ALICE, "a:1", 100)]),
            "others may be over by 5 ms"
        );
        let extended = [believes(ALICE, "a:1", 50), believes(ALICE, "a:1", 100)];
        assert_eq!(held, after(&extended));
    }

    #[test]
    fn equal_memories_have_equal_futures() {
        check(&MutualExclusion::default(), events(&["a:1", "b:1"]));
    }
}
