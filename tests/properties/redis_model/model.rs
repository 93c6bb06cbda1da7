//! The plainest server that could be right: a list of keys, searched from the front.

use lockproof::redis::Reply;

use super::request::{Lifetime, Request};

const NOT_AN_INTEGER: &str = "ERR value is not an integer or out of range";

/// A mistake that the model can be told to make, so that the comparison has something to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    ExpiresOneLate,
    ExpiresOneEarly,
    IgnoresNx,
    IgnoresXx,
    SetKeepsTtl,
    KeepTtlForgets,
    RefusedSetAnswersNil,
    CountsKeysOnce,
    DeletesUncompared,
    AddsForEver,
    NeverPersists,
    KeepsKeyOfThePast,
    WrapsAround,
}

/// A key, its value, and the instant from which on it is gone.
type Row = (&'static str, String, Option<u64>);

#[derive(Default)]
pub struct Model {
    pub rows: Vec<Row>,
    pub now: u64,
    pub flaw: Option<Flaw>,
}

impl Model {
    /// Lets time pass, and forgets what has expired.
    pub fn pass_to(&mut self, now: u64) {
        self.now = now;
        let gone_at = match self.flaw {
            Some(Flaw::ExpiresOneLate) => now.saturating_sub(1),
            Some(Flaw::ExpiresOneEarly) => now + 1,
            _ => now,
        };
        self.rows.retain(|(_, _, deadline)| deadline.is_none_or(|deadline| deadline > gone_at));
    }

    /// The first deadline after `now`, but for those that no test waits for.
    pub fn next_deadline(&self, now: u64) -> Option<u64> {
        let deadlines = self.rows.iter().filter_map(|row| row.2);
        deadlines.filter(|deadline| *deadline > now && *deadline < 100_000).min()
    }

    pub fn answer(&mut self, request: &Request) -> Reply {
        match request {
            Request::Set { key, value, nx, xx, life, get } => {
                self.set((key, value), (*nx, *xx), *life, *get)
            }
            Request::Get(key) => bulk(self.value(key)),
            Request::MGet(keys) => {
                Reply::Array(keys.iter().map(|key| bulk(self.value(key))).collect())
            }
            Request::Exists(keys) => {
                let mut keys = keys.clone();
                if self.has(Flaw::CountsKeysOnce) {
                    keys.dedup();
                }
                count(keys.iter().filter(|key| self.value(key).is_some()).count())
            }
            Request::Del(keys) => {
                count(keys.iter().filter(|key| self.remove(key).is_some()).count())
            }
            Request::PTtl(key) => Reply::Int(match self.row(key) {
                None => -2,
                Some((_, _, None)) => -1,
                Some((_, _, Some(deadline))) => i64::try_from(*deadline - self.now).unwrap(),
            }),
            Request::PExpire(key, milliseconds) => self.expire(key, *milliseconds),
            Request::Persist(key) => {
                let spared = self.has(Flaw::NeverPersists);
                let deadline = self.row(key).filter(|_| !spared).and_then(|row| row.2.take());
                count(usize::from(deadline.is_some()))
            }
            Request::IncrBy(key, by) => self.add(key, *by),
            Request::DeleteIf(key, value) => {
                let ours = self.value(key).as_ref() == Some(value);
                let deletes = ours || self.has(Flaw::DeletesUncompared);
                count(usize::from(deletes && self.remove(key).is_some()))
            }
        }
    }

    fn set(
        &mut self,
        (key, value): (&'static str, &str),
        (nx, xx): (bool, bool),
        life: Lifetime,
        get: bool,
    ) -> Reply {
        let deadline = match life {
            _ if nx && xx => return error("ERR syntax error"),
            Lifetime::KeptFor(_) => return error("ERR syntax error"),
            Lifetime::Forever | Lifetime::Kept => None,
            Lifetime::For(milliseconds) => match self.instant(milliseconds) {
                Some(deadline) if milliseconds > 0 => u64::try_from(deadline).ok(),
                _ => return error("ERR invalid expire time in 'set' command"),
            },
        };
        let old = self.row(key).cloned();
        let refused = nx && old.is_some() && !self.has(Flaw::IgnoresNx)
            || xx && old.is_none() && !self.has(Flaw::IgnoresXx);
        let (old_value, old_deadline) = match old {
            Some((_, value, deadline)) => (Some(value), deadline),
            None => (None, None),
        };
        if refused {
            let silent = !get || self.has(Flaw::RefusedSetAnswersNil);
            return if silent { Reply::Nil } else { bulk(old_value) };
        }
        let deadline = match life {
            Lifetime::Kept if !self.has(Flaw::KeepTtlForgets) => old_deadline,
            Lifetime::Forever if self.has(Flaw::SetKeepsTtl) => old_deadline,
            _ => deadline,
        };
        self.remove(key);
        self.rows.push((key, value.to_owned(), deadline));
        if get { bulk(old_value) } else { Reply::ok() }
    }

    fn expire(&mut self, key: &str, milliseconds: i64) -> Reply {
        let Some(deadline) = self.instant(milliseconds) else {
            return error("ERR invalid expire time in 'pexpire' command");
        };
        let kept = self.has(Flaw::KeepsKeyOfThePast);
        let Some(row) = self.row(key) else {
            return Reply::Int(0);
        };
        if milliseconds > 0 {
            row.2 = u64::try_from(deadline).ok();
        } else if !kept {
            self.remove(key);
        }
        Reply::Int(1)
    }

    fn add(&mut self, key: &'static str, by: i64) -> Reply {
        let old = self.row(key).cloned();
        let (_, value, mut deadline) = old.unwrap_or((key, "0".to_owned(), None));
        // A number is what prints as it was written.
        let number = value.parse::<i64>().ok().filter(|number| number.to_string() == value);
        let Some(number) = number else {
            return error(NOT_AN_INTEGER);
        };
        let sum = match number.checked_add(by) {
            Some(sum) => sum,
            None if self.has(Flaw::WrapsAround) => number.wrapping_add(by),
            None => return error("ERR increment or decrement would overflow"),
        };
        if self.has(Flaw::AddsForEver) {
            deadline = None;
        }
        self.remove(key);
        self.rows.push((key, sum.to_string(), deadline));
        Reply::Int(sum)
    }

    /// So many milliseconds from now, if Redis can count that far.
    fn instant(&self, milliseconds: i64) -> Option<i64> {
        i64::try_from(i128::from(self.now) + i128::from(milliseconds)).ok()
    }

    fn row(&mut self, key: &str) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.0 == key)
    }

    fn value(&self, key: &str) -> Option<String> {
        self.rows.iter().find(|row| row.0 == key).map(|row| row.1.clone())
    }

    fn remove(&mut self, key: &str) -> Option<Row> {
        let index = self.rows.iter().position(|row| row.0 == key)?;
        Some(self.rows.remove(index))
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }
}

fn bulk(value: Option<String>) -> Reply {
    value.map_or(Reply::Nil, |value| Reply::Bulk(value.into_bytes()))
}

fn count(number: usize) -> Reply {
    Reply::Int(i64::try_from(number).unwrap())
}

fn error(line: &str) -> Reply {
    Reply::Error(line.to_owned())
}
