//! A store accepts fencing tokens only in rising order.
//!
//! Judged by the mark, the greatest token that the store has accepted. It never goes down, and it is never
//! lost, because a store without a mark accepts any token. A mark must be a number, or nothing can be
//! compared with it. Writing the same number again is no change.
//!
//! The monitor sees what the store remembers, not what it lets in. A store that accepts an old token and
//! leaves its mark alone shows in the balance that results.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use super::held::over;
use super::{Monitor, Property};
use crate::trace::{Event, Kind, ObjectId, Trace};

/// Watches the key of one mark, on every server that records its changes.
#[derive(Clone, Debug)]
pub struct MonotonicFence {
    key: String,
    marks: BTreeMap<ObjectId, Mark>,
}

#[derive(Clone, Debug, Hash)]
struct Mark {
    /// As Redis counts.
    number: i64,
    until: Option<u64>,
}

impl MonotonicFence {
    /// Checks the mark `key`. The servers must [watch](crate::redis::Node::watch) it too.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self { key: key.to_owned(), marks: BTreeMap::new() }
    }

    fn pass_to(&self, now: u64, names: &Trace) -> Result<(), String> {
        let mut marks = self.marks.iter();
        match marks.find(|(_, mark)| over(mark.until, now)) {
            None => Ok(()),
            Some((server, mark)) => Err(format!(
                "the mark {} on {}, which was {}, expired",
                self.key,
                names.object(*server),
                mark.number
            )),
        }
    }

    fn change(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        let Kind::Truth { object, key, value, until } = &event.kind else { return Ok(()) };
        let mark = || format!("the mark {key} on {}", names.object(*object));
        let actor = names.actor(event.actor);
        let before = self.marks.get(object).map(|mark| mark.number);
        let number = match (before, value) {
            (None, None) => return Ok(()),
            (Some(before), None) => {
                return Err(format!("{actor} removed {}, which was {before}", mark()));
            }
            (_, Some(text)) => text.parse().map_err(|_| {
                format!("{actor} set {} to {text:?}, which is not a number", mark())
            })?,
        };
        if let Some(before) = before.filter(|before| number < *before) {
            return Err(format!("{actor} lowered {} from {before} to {number}", mark()));
        }
        self.marks.insert(*object, Mark { number, until: *until });
        Ok(())
    }
}

impl Monitor for MonotonicFence {
    fn property(&self) -> Property {
        Property::MonotonicFence
    }

    fn concerns(&self, event: &Event) -> bool {
        matches!(&event.kind, Kind::Truth { key, .. } if *key == self.key)
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        match &event.kind {
            Kind::Tick(now) => self.pass_to(*now, names),
            Kind::Truth { key, .. } if *key == self.key => self.change(event, names),
            _ => Ok(()),
        }
    }

    fn remember(&self, mut memory: &mut dyn Hasher) {
        self.marks.hash(&mut memory);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::futures::{check, events};
    use super::super::told::*;
    use super::*;

    fn judge(events: impl IntoIterator<Item = Event>) -> Result<(), String> {
        told_all(MonotonicFence::of(KEY), events)
    }

    #[test]
    fn accepts_a_mark_that_rises_or_stays() {
        let rises = [
            removes(ALICE),
            puts(ALICE, "33", None),
            puts(BOB, "34", None),
            puts(BOB, "34", 100),
            puts(BOB, "100", None),
            tick(100),
        ];
        assert_eq!(judge(rises), Ok(()));
    }

    #[test]
    fn accepts_different_marks_on_different_servers_and_keys() {
        let apart = [
            puts(ALICE, "34", None),
            elsewhere(puts(BOB, "33", None)),
            truth(BOB, OTHER_REDIS, "other", Some("a balance"), None),
        ];
        assert_eq!(judge(apart), Ok(()));
    }

    #[test]
    fn rejects_a_mark_that_goes_down() {
        let lowered = [puts(BOB, "34", None), puts(ALICE, "33", None)];
        let said = "alice lowered the mark k on r1 from 34 to 33";
        assert_eq!(judge(lowered), Err(said.to_owned()));
        let as_text_it_would_rise = [puts(BOB, "10", None), puts(ALICE, "9", None)];
        assert!(judge(as_text_it_would_rise).is_err());
    }

    #[test]
    fn rejects_a_mark_that_is_forgotten() {
        let removed = [puts(BOB, "34", None), removes(ALICE)];
        let said = "alice removed the mark k on r1, which was 34";
        assert_eq!(judge(removed), Err(said.to_owned()));
        let expired = [puts(BOB, "34", 100), tick(100)];
        let said = "the mark k on r1, which was 34, expired";
        assert_eq!(judge(expired), Err(said.to_owned()));
    }

    #[test]
    fn rejects_a_mark_that_is_not_a_number() {
        let said = "alice set the mark k on r1 to \"a:1\", which is not a number";
        assert_eq!(judge([puts(ALICE, "a:1", None)]), Err(said.to_owned()));
        assert!(judge([puts(ALICE, "1.5", None)]).is_err());
    }

    #[test]
    fn remembers_the_mark_of_each_server() {
        let after = |events: &[Event]| {
            let mut monitor = MonotonicFence::of(KEY);
            told(&mut monitor, events.iter().cloned()).unwrap();
            monitor.fingerprint()
        };
        let marked = after(&[puts(ALICE, "34", None)]);
        let by_another_later = [puts(BOB, "33", None), tick(5), puts(BOB, "34", None)];
        assert_eq!(after(&by_another_later), marked);
        assert_ne!(after(&[puts(ALICE, "33", None)]), marked);
        assert_ne!(after(&[puts(ALICE, "34", 100)]), marked);
        let mortal = after(&[puts(ALICE, "34", 100)]);
        assert_eq!(after(&[tick(5), puts(ALICE, "34", 100)]), mortal);
        assert_ne!(after(&[tick(5), puts(ALICE, "34", 105)]), mortal);
        assert_ne!(after(&[elsewhere(puts(ALICE, "34", None))]), marked);
    }

    #[test]
    fn equal_memories_have_equal_futures() {
        check(&MonotonicFence::of(KEY), events(&["33", "34"]));
    }
}
