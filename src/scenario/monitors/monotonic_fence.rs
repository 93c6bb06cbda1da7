//! A store accepts fencing tokens in no other than rising order.
//!
//! Judged by the mark, the greatest token that the store has accepted: it never goes down, and it is
//! never forgotten, because a store without a mark accepts whatever comes. What is no number can be
//! compared with nothing. A mark that is written again with the same number is no change.
//!
//! It sees what the store remembers, not what it lets in: a store that accepts an old token and leaves
//! its mark alone is found out by the balance that comes of it.

use std::collections::BTreeMap;

use super::held::over;
use super::{Hash, Hasher, Monitor, Property};
use crate::trace::{Event, Kind, ObjectId, Trace};

/// Watches the key of one mark, on every server that records its changes.
#[derive(Debug)]
pub struct MonotonicFence {
    key: String,
    now: u64,
    marks: BTreeMap<ObjectId, Mark>,
}

#[derive(Debug)]
struct Mark {
    /// As Redis counts.
    number: i64,
    until: Option<u64>,
}

impl MonotonicFence {
    /// Watches the mark `key`. The servers have to [watch](crate::redis::Node::watch) it too.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self { key: key.to_owned(), now: 0, marks: BTreeMap::new() }
    }

    fn pass_to(&mut self, now: u64, names: &Trace) -> Result<(), String> {
        self.now = now;
        let mut marks = self.marks.iter();
        match marks.find(|(_, mark)| over(mark.until, now)) {
            None => Ok(()),
            Some((server, mark)) => Err(format!(
                "the mark {} on {} was {}, and expired",
                self.key,
                names.object(*server),
                mark.number
            )),
        }
    }

    fn change(
        &mut self,
        server: ObjectId,
        value: Option<&str>,
        until: Option<u64>,
    ) -> Result<(), String> {
        let before = self.marks.get(&server).map(|mark| mark.number);
        let number = match (before, value) {
            (None, None) => return Ok(()),
            (Some(before), None) => return Err(format!("removed, which was {before}")),
            (_, Some(text)) => {
                text.parse().map_err(|_| format!("set to {text:?}, which is no number"))?
            }
        };
        if let Some(before) = before.filter(|before| number < *before) {
            return Err(format!("lowered from {before} to {number}"));
        }
        self.marks.insert(server, Mark { number, until });
        Ok(())
    }
}

impl Monitor for MonotonicFence {
    fn property(&self) -> Property {
        Property::MonotonicFence
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        match &event.kind {
            Kind::Tick(now) => self.pass_to(*now, names),
            Kind::Truth { object, key, value, until } if *key == self.key => {
                let changed = self.change(*object, value.as_deref(), *until);
                changed.map_err(|how| {
                    let (actor, server) = (names.actor(event.actor), names.object(*object));
                    format!("by {actor}, the mark {key} on {server} was {how}")
                })
            }
            _ => Ok(()),
        }
    }

    fn remember(&self, mut memory: &mut dyn Hasher) {
        let left = |until: Option<u64>| until.map(|until| until.saturating_sub(self.now));
        let marks = self.marks.iter();
        let marks: Vec<_> =
            marks.map(|(server, mark)| (server, mark.number, left(mark.until))).collect();
        marks.hash(&mut memory);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
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
        let said = "by alice, the mark k on r1 was lowered from 34 to 33";
        assert_eq!(judge(lowered), Err(said.to_owned()));
        let as_text_it_would_rise = [puts(BOB, "10", None), puts(ALICE, "9", None)];
        assert!(judge(as_text_it_would_rise).is_err());
    }

    #[test]
    fn rejects_a_mark_that_is_forgotten() {
        let removed = [puts(BOB, "34", None), removes(ALICE)];
        let said = "by alice, the mark k on r1 was removed, which was 34";
        assert_eq!(judge(removed), Err(said.to_owned()));
        let expired = [puts(BOB, "34", 100), tick(100)];
        let said = "the mark k on r1 was 34, and expired";
        assert_eq!(judge(expired), Err(said.to_owned()));
    }

    #[test]
    fn rejects_a_mark_that_is_no_number() {
        let said = "by alice, the mark k on r1 was set to \"a:1\", which is no number";
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
        assert_ne!(after(&[elsewhere(puts(ALICE, "34", None))]), marked);
    }
}
