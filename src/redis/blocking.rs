//! Commands that wait for what is not there yet: for which element, how long, and who comes first.
//!
//! Source: <https://redis.io/docs/latest/commands/blpop/>. A command that finds an element takes it, like
//! any other command. One that finds none takes a place in the queue of its server. Whatever puts an
//! element where somebody waits hands it over in the same step, as a real server does: to whoever has
//! waited longest for one of those keys, before anybody else can take it.

use std::hash::{Hash, Hasher};

use super::command::{Call, Outcome};
use super::connection::Batch;
use super::footprint;
use super::keyspace::{Keyspace, Value};
use super::refusal::Refusal;
use super::reply::Reply;
use crate::trace::{ActorId, Touch};

/// `BLPOP key … timeout`: the first element of the first list that has one, with its key.
pub(super) fn blpop(call: Call<'_>) -> Outcome {
    pop(call, End::Left)
}

/// `BRPOP key … timeout`: the last element.
pub(super) fn brpop(call: Call<'_>) -> Outcome {
    pop(call, End::Right)
}

/// The reply if there is something to pop now; nil if there is not, which is when the client has to wait.
fn pop(call: Call<'_>, end: End) -> Outcome {
    let [_, keys @ .., word] = call.args else { return Err(Refusal::WrongArity(call.name)) };
    timeout(word)?;
    for key in keys {
        if let Some(reply) = take(call.keyspace, call.now, key, end)? {
            return Ok(reply);
        }
    }
    Ok(Reply::Nil)
}

/// Which end of a list an element is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum End {
    /// The first element.
    Left,
    /// The last one.
    Right,
}

/// Pops an element, as the reply that tells it with its key; `None` if there is none.
fn take(
    keyspace: &mut Keyspace,
    now_ms: u64,
    key: &[u8],
    end: End,
) -> Result<Option<Reply>, Refusal> {
    let list = match keyspace.entry_mut(key, now_ms).map(|entry| &mut entry.value) {
        None => return Ok(None),
        Some(Value::String(_)) => return Err(Refusal::WrongType),
        Some(Value::List(list)) => list,
    };
    let element = match end {
        End::Left => list.pop_front(),
        End::Right => list.pop_back(),
    };
    if list.is_empty() {
        keyspace.remove(key, now_ms);
    }
    let pair = |element| Reply::Array(vec![Reply::Bulk(key.to_vec()), Reply::Bulk(element)]);
    Ok(element.map(pair))
}

/// Reads a number of seconds as milliseconds, rounded up; `None` is for ever. C reads hexadecimal ones too.
fn timeout(word: &[u8]) -> Result<Option<u64>, Refusal> {
    let text = std::str::from_utf8(word).ok();
    let seconds = text.and_then(|text| text.parse::<f64>().ok()).filter(|it| !it.is_nan());
    let milliseconds = (seconds.ok_or(Refusal::TimeoutNotAFloat)? * 1_000.0).ceil();
    // What does not fit is the least integer in C, and so negative.
    if milliseconds < 0.0 || milliseconds >= i64::MAX as f64 {
        return Err(Refusal::NegativeTimeout);
    }
    Ok(Some(milliseconds as u64).filter(|milliseconds| *milliseconds > 0))
}

/// What a client waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Wait {
    /// The lists, the one to be looked at first in front.
    keys: Vec<Vec<u8>>,
    /// Where to pop.
    end: End,
    /// The instant at which it is over, in milliseconds; `None` is never.
    pub(super) deadline: Option<u64>,
}

impl Wait {
    /// What the sender of `batch` waits for if there is nothing for it now. A transaction never waits.
    pub(super) fn of(batch: &Batch, now_ms: u64) -> Option<Self> {
        let Batch::Command(request) = batch else { return None };
        let [name, keys @ .., word] = request.as_slice() else { return None };
        let end = match name {
            name if name.eq_ignore_ascii_case(b"blpop") => End::Left,
            name if name.eq_ignore_ascii_case(b"brpop") => End::Right,
            _ => return None,
        };
        let deadline = timeout(word).ok()?.map(|for_ms| now_ms.saturating_add(for_ms));
        (!keys.is_empty()).then(|| Self { keys: keys.to_vec(), end, deadline })
    }

    /// Whether its time has come.
    pub(super) fn is_over(&self, now_ms: u64) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now_ms)
    }

    /// What is popped from where there is something.
    pub(super) fn touched(&self) -> Vec<Touch> {
        footprint::named(&self.keys, true)
    }

    /// What it waits for, in words.
    pub(super) fn in_words(&self) -> String {
        let keys: Vec<_> = self.keys.iter().map(|key| String::from_utf8_lossy(key)).collect();
        format!("an element in {}", keys.join(" or "))
    }
}

/// A place in a queue: different ones for different waits, so that nobody leaves with another's reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// Who waits on a server, the longest waiting first.
#[derive(Debug, Default, Hash)]
pub(super) struct Queue(Vec<Waiter>);

/// A client that waits.
#[derive(Debug)]
struct Waiter {
    /// Its place.
    ticket: Ticket,
    /// Who it is.
    client: ActorId,
    /// What for, and until when.
    wait: Wait,
    /// The reply, once there is one, until the client has it.
    served: Option<Reply>,
}

impl Hash for Waiter {
    /// Tickets only tell one from the other; what matters of them is the order in the queue.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.client, &self.wait, &self.served).hash(state);
    }
}

impl Queue {
    /// Takes the last place.
    pub(super) fn join(&mut self, client: ActorId, wait: Wait) -> Ticket {
        let last = self.0.iter().map(|waiter| waiter.ticket.0).max();
        let ticket = Ticket(last.map_or(0, |last| last + 1));
        self.0.push(Waiter { ticket, client, wait, served: None });
        ticket
    }

    /// Hands out what there is to those who wait for it. Says whether anybody got something.
    pub(super) fn serve(&mut self, keyspace: &mut Keyspace, now_ms: u64) -> bool {
        let mut any = false;
        for waiter in &mut self.0 {
            let Waiter { wait, served, .. } = waiter;
            if served.is_none() && !wait.is_over(now_ms) {
                // What is no list is no reason to wait no longer.
                let mut found = wait.keys.iter().map(|key| take(keyspace, now_ms, key, wait.end));
                *served = found.find_map(|found| found.ok().flatten());
                any |= served.is_some();
            }
        }
        any
    }

    /// Whether there is a reply for this one.
    pub(super) fn is_served(&self, ticket: Ticket) -> bool {
        self.0.iter().any(|waiter| waiter.ticket == ticket && waiter.served.is_some())
    }

    /// Gives up a place. The reply is nil for who has waited in vain.
    pub(super) fn leave(&mut self, ticket: Ticket) -> Reply {
        let place = self.0.iter().position(|waiter| waiter.ticket == ticket);
        let served = place.and_then(|place| self.0.remove(place).served);
        served.unwrap_or(Reply::Nil)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::execute;
    use super::*;

    fn request(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(Vec::from).collect()
    }

    fn run(keyspace: &mut Keyspace, line: &str) -> Reply {
        execute(keyspace, 0, &request(line))
    }

    fn waits(now: u64, line: &str) -> Wait {
        Wait::of(&Batch::Command(request(line)), now).expect("it waits")
    }

    fn pair(key: &str, element: &str) -> Reply {
        Reply::Array([key, element].map(|word| Reply::Bulk(word.into())).into())
    }

    #[test]
    fn the_first_list_that_has_an_element_gives_it() {
        let mut keyspace = Keyspace::default();
        run(&mut keyspace, "RPUSH l a b c");
        assert_eq!(run(&mut keyspace, "BLPOP n l m 0"), pair("l", "a"));
        assert_eq!(run(&mut keyspace, "BRPOP n l m 0"), pair("l", "c"));
        run(&mut keyspace, "RPUSH n x");
        assert_eq!(run(&mut keyspace, "blpop n l 0"), pair("n", "x"));
        assert_eq!(run(&mut keyspace, "BLPOP n l 0"), pair("l", "b"));
        assert_eq!(keyspace, Keyspace::default());
        assert_eq!(run(&mut keyspace, "BLPOP n l 0"), Reply::Nil);
    }

    #[test]
    fn a_timeout_is_seconds_rounded_up_and_none_is_for_ever() {
        for (text, milliseconds) in [
            ("0", None),
            ("-0", None),
            ("-1e-9", None),
            ("1", Some(1_000)),
            (".25", Some(250)),
            ("+1e-5", Some(1)),
            ("1.0001", Some(1_001)),
        ] {
            assert_eq!(timeout(text.as_bytes()), Ok(milliseconds), "{text}");
        }
        for text in ["-1", "-0.001", "inf", "-inf", "1e30", "9223372036854776"] {
            assert_eq!(timeout(text.as_bytes()), Err(Refusal::NegativeTimeout), "{text}");
        }
        for text in ["", "x", "1s", " 1", "1 ", "nan", "1,5"] {
            assert_eq!(timeout(text.as_bytes()), Err(Refusal::TimeoutNotAFloat), "{text}");
        }
    }

    #[test]
    fn only_a_sound_blocking_pop_waits() {
        let keys = ["a", "b"].map(Vec::from).to_vec();
        let wait = Wait { keys, end: End::Right, deadline: Some(1_007) };
        assert_eq!(waits(7, "brpop a b 1"), wait);
        assert_eq!(waits(7, "BLPOP a 0").deadline, None);
        for line in ["LPOP a", "BLPOP a x", "BLPOP a -1", "BLPOP 1", "BLPOP"] {
            assert_eq!(Wait::of(&Batch::Command(request(line)), 0), None, "{line}");
        }
        let in_transaction = Batch::Transaction(vec![request("BLPOP a 0")]);
        assert_eq!(Wait::of(&in_transaction, 0), None);
    }

    #[test]
    fn who_has_waited_longest_is_served_first() {
        let (mut keyspace, mut queue) = (Keyspace::default(), Queue::default());
        let [other, first, second] =
            ["m 0", "n l 0", "l 0"].map(|keys| waits(0, &format!("BLPOP {keys}")));
        let other = queue.join(ActorId(1), other);
        let first = queue.join(ActorId(2), first);
        let second = queue.join(ActorId(3), second);
        assert!(!queue.serve(&mut keyspace, 0));
        run(&mut keyspace, "RPUSH l a");
        assert!(queue.serve(&mut keyspace, 0));
        assert_eq!([other, first, second].map(|it| queue.is_served(it)), [false, true, false]);
        run(&mut keyspace, "RPUSH l b c");
        queue.serve(&mut keyspace, 0);
        assert_eq!(
            run(&mut keyspace, "LRANGE l 0 -1"),
            Reply::Array(vec![Reply::Bulk("c".into())])
        );
        assert_eq!(queue.leave(second), pair("l", "b"));
        assert_eq!(queue.leave(first), pair("l", "a"));
        assert_eq!(queue.leave(other), Reply::Nil);
    }

    #[test]
    fn nothing_is_handed_to_who_left_or_whose_time_is_over_or_where_no_list_is() {
        let (mut keyspace, mut queue) = (Keyspace::default(), Queue::default());
        let gone = queue.join(ActorId(1), waits(0, "BLPOP l 0"));
        let late = queue.join(ActorId(2), waits(0, "BLPOP l 1"));
        queue.leave(gone);
        run(&mut keyspace, "SET l text");
        assert!(!queue.serve(&mut keyspace, 0));
        run(&mut keyspace, "DEL l");
        run(&mut keyspace, "RPUSH l a");
        assert!(!queue.serve(&mut keyspace, 1_000));
        assert!(queue.serve(&mut keyspace, 999) && queue.is_served(late));
    }
}
