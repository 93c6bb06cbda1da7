//! No account is overdrawn: no balance in a store is negative, not even for one step.
//!
//! A balance may be stored in minor units (`-200`) or as an amount (`-2.00`). Any other text violates the
//! property too, because it cannot be distinguished from an overdraft.

use std::hash::Hasher;

use super::{Monitor, Property};
use crate::bank::Money;
use crate::trace::{Event, Kind, Trace};

/// Watches the key of one balance, on every server that records its changes.
#[derive(Clone, Debug)]
pub struct NoOverdraft {
    key: String,
}

impl NoOverdraft {
    /// Checks the balance `key`. The servers must [watch](crate::redis::Node::watch) it too.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self { key: key.to_owned() }
    }
}

impl Monitor for NoOverdraft {
    fn property(&self) -> Property {
        Property::NoOverdraft
    }

    fn concerns(&self, event: &Event) -> bool {
        matches!(&event.kind, Kind::Truth { key, value: Some(_), .. } if *key == self.key)
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        let Kind::Truth { object, key, value: Some(balance), .. } = &event.kind else {
            return Ok(());
        };
        let wrong = match amount(balance).map(Money::is_negative) {
            _ if *key != self.key => return Ok(()),
            Some(false) => return Ok(()),
            Some(true) => "negative",
            None => "not an amount",
        };
        let (actor, server) = (names.actor(event.actor), names.object(*object));
        Err(format!("{actor} left {balance:?} in {key} on {server}, which is {wrong}"))
    }

    /// Writes nothing: each balance is judged by itself.
    fn remember(&self, _: &mut dyn Hasher) {}
}

/// Reads a balance as it is stored; `None` if it is not an amount.
pub(super) fn amount(balance: &str) -> Option<Money> {
    let minor = balance.parse().ok().map(Money::from_minor);
    minor.or_else(|| balance.parse().ok())
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::futures::{check, events};
    use super::super::told::*;
    use super::*;

    fn judge(events: impl IntoIterator<Item = Event>) -> Result<(), String> {
        told_all(NoOverdraft::of(KEY), events)
    }

    #[test]
    fn accepts_balances_down_to_nothing() {
        let spent = [
            puts(ALICE, "100000", None),
            puts(BOB, "9223372036854775807", None),
            puts(BOB, "0.01", None),
            puts(BOB, "0", None),
            removes(ALICE),
        ];
        assert_eq!(judge(spent), Ok(()));
    }

    #[test]
    fn accepts_what_other_keys_hold() {
        let mark = truth(ALICE, OTHER_REDIS, "other", Some("-1"), None);
        assert_eq!(judge([mark]), Ok(()));
    }

    #[test]
    fn rejects_a_negative_balance_even_if_it_is_made_good() {
        let overdrawn = [puts(ALICE, "100", None), puts(BOB, "-1", None), puts(BOB, "100", None)];
        let said = "bob left \"-1\" in k on r1, which is negative";
        assert_eq!(judge(overdrawn), Err(said.to_owned()));
        assert!(judge([puts(BOB, "-0.01", None)]).is_err());
        assert!(judge([elsewhere(puts(BOB, "-9223372036854775808", None))]).is_err());
    }

    #[test]
    fn rejects_what_is_not_an_amount() {
        let said = "bob left \"a list of 2\" in k on r1, which is not an amount";
        assert_eq!(judge([puts(BOB, "a list of 2", None)]), Err(said.to_owned()));
    }

    #[test]
    fn remembers_nothing() {
        let mut monitor = NoOverdraft::of(KEY);
        let fresh = monitor.fingerprint();
        told(&mut monitor, [puts(ALICE, "100", None), tick(5)]).unwrap();
        assert_eq!(monitor.fingerprint(), fresh);
    }

    #[test]
    fn equal_memories_have_equal_futures() {
        check(&NoOverdraft::of(KEY), events(&["100", "-1", "a list"]));
    }
}
