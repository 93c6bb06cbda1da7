//! The clients whose command waits: for which element, how long, and in which order they are served.
//!
//! A command that finds an element takes it, like any other command. One that finds none takes a place in the
//! queue of its server. A step that puts an element where a client waits also hands it over, as on a real
//! server: to the client that has waited longest for one of those keys, before another can take it.

use std::hash::{Hash, Hasher};

use super::blocking::{End, take, timeout};
use super::key_spec;
use super::keyspace::Keyspace;
use super::reply::Reply;
use super::text::hash_texts;
use super::transaction::Batch;
use crate::machine::encode::{Mistake, makes};
use crate::trace::{ActorId, Touch};

/// The element that a client waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::redis) struct Wait {
    /// The lists, in the order in which they are looked at.
    keys: Vec<Vec<u8>>,
    /// Where to pop.
    end: End,
    /// The instant at which it is over, in milliseconds; `None` is never.
    pub(in crate::redis) deadline: Option<u64>,
}

impl Hash for Wait {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_texts(&self.keys, state);
        (self.end, self.deadline).hash(state);
    }
}

impl Wait {
    /// The wait of the sender of `batch` if there is nothing for it now. A transaction never waits.
    pub(in crate::redis) fn of(batch: &Batch, now_ms: u64) -> Option<Self> {
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

    /// Returns whether its time is over.
    pub(in crate::redis) fn is_over(&self, now_ms: u64) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now_ms)
    }

    /// The keys where an element is popped once there is one.
    pub(in crate::redis) fn touched(&self) -> Vec<Touch> {
        key_spec::named(&self.keys, true)
    }

    /// Describes what it waits for.
    pub(in crate::redis) fn in_words(&self) -> String {
        let keys: Vec<_> = self.keys.iter().map(|key| String::from_utf8_lossy(key)).collect();
        format!("an element in {}", keys.join(" or "))
    }

    /// The element, with its key, that is there now. A key of another type does not end the wait.
    fn take(&self, keyspace: &mut Keyspace, now_ms: u64) -> Option<Reply> {
        let mut found = self.keys.iter().map(|key| take(keyspace, now_ms, key, self.end));
        found.find_map(|found| found.ok().flatten())
    }
}

/// The clients that wait on one server, the longest waiting first; each has one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::redis) struct Queue(Vec<Waiter>);

/// A client that waits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Waiter {
    client: ActorId,
    wait: Wait,
    /// The reply, once there is one, until the client takes it.
    served: Option<Reply>,
}

impl Hash for Queue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if makes(Mistake::NoWaiters) {
            return;
        }
        state.write_usize(self.0.len());
        self.0.iter().for_each(|waiter| waiter.hash(state));
    }
}

impl Queue {
    /// Gives `client` the last place. A place that it had, and an element in it, are lost.
    pub(in crate::redis) fn join(&mut self, client: ActorId, wait: Wait) {
        self.leave(client);
        self.0.push(Waiter { client, wait, served: None });
    }

    /// Hands out elements to the clients that wait for them. Returns whether a client got one.
    pub(in crate::redis) fn serve(&mut self, keyspace: &mut Keyspace, now_ms: u64) -> bool {
        let mut any = false;
        for Waiter { wait, served, .. } in &mut self.0 {
            if served.is_none() && !wait.is_over(now_ms) {
                *served = wait.take(keyspace, now_ms);
                any |= served.is_some();
            }
        }
        any
    }

    /// Returns whether there is a reply for `client`.
    pub(in crate::redis) fn is_served(&self, client: ActorId) -> bool {
        self.place(client).is_some_and(|place| self.0[place].served.is_some())
    }

    /// The wait of `client`; `None` if it has no place.
    #[allow(dead_code)] // For the server that is yet to use it.
    pub(in crate::redis) fn wait_of(&self, client: ActorId) -> Option<&Wait> {
        self.place(client).map(|place| &self.0[place].wait)
    }

    /// Gives up the place of `client`. The reply is nil if it has waited in vain.
    pub(in crate::redis) fn leave(&mut self, client: ActorId) -> Reply {
        let served = self.place(client).and_then(|place| self.0.remove(place).served);
        served.unwrap_or(Reply::Nil)
    }

    /// The first instant after `now_ms` at which a wait that is still in vain is over, in milliseconds.
    #[allow(dead_code)] // For the server that is yet to use it.
    pub(in crate::redis) fn next_deadline(&self, now_ms: u64) -> Option<u64> {
        let in_vain = self.0.iter().filter(|waiter| waiter.served.is_none());
        in_vain
            .filter_map(|waiter| waiter.wait.deadline)
            .filter(|deadline| *deadline > now_ms)
            .min()
    }

    fn place(&self, client: ActorId) -> Option<usize> {
        self.0.iter().position(|waiter| waiter.client == client)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::command::execute;
    use super::*;

    const ALICE: ActorId = ActorId(1);
    const BOB: ActorId = ActorId(2);
    const CAROL: ActorId = ActorId(3);

    fn request(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(Vec::from).collect()
    }

    fn run(keyspace: &mut Keyspace, line: &str) -> Reply {
        execute(keyspace, 0, &request(line)).unwrap()
    }

    fn waits(now: u64, line: &str) -> Wait {
        Wait::of(&Batch::Command(request(line)), now).expect("it waits")
    }

    fn pair(key: &str, element: &str) -> Reply {
        Reply::Array([key, element].map(|word| Reply::Bulk(word.into())).into())
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
    fn the_longest_waiting_is_served_first() {
        let (mut keyspace, mut queue) = (Keyspace::default(), Queue::default());
        for (client, keys) in [(CAROL, "m 0"), (ALICE, "n l 0"), (BOB, "l 0")] {
            queue.join(client, waits(0, &format!("BLPOP {keys}")));
        }
        let served = |queue: &Queue| [CAROL, ALICE, BOB].map(|client| queue.is_served(client));
        assert!(!queue.serve(&mut keyspace, 0));
        run(&mut keyspace, "RPUSH l a");
        assert!(queue.serve(&mut keyspace, 0));
        assert_eq!(served(&queue), [false, true, false]);
        run(&mut keyspace, "RPUSH l b c");
        queue.serve(&mut keyspace, 0);
        let left = Reply::Array(vec![Reply::Bulk("c".into())]);
        assert_eq!(run(&mut keyspace, "LRANGE l 0 -1"), left);
        assert_eq!(queue.leave(BOB), pair("l", "b"));
        assert_eq!(queue.leave(ALICE), pair("l", "a"));
        assert_eq!(queue.leave(CAROL), Reply::Nil);
        assert_eq!(queue, Queue::default());
    }

    #[test]
    fn only_who_still_waits_is_served_and_only_from_a_list() {
        let (mut keyspace, mut queue) = (Keyspace::default(), Queue::default());
        queue.join(ALICE, waits(0, "BLPOP l 0"));
        queue.join(BOB, waits(0, "BLPOP l 1"));
        queue.leave(ALICE);
        run(&mut keyspace, "SET l text");
        assert!(!queue.serve(&mut keyspace, 0));
        run(&mut keyspace, "DEL l");
        run(&mut keyspace, "RPUSH l a");
        assert!(!queue.serve(&mut keyspace, 1_000));
        assert!(queue.serve(&mut keyspace, 999) && queue.is_served(BOB));
    }

    #[test]
    fn a_client_that_joins_again_goes_to_the_end_and_keeps_one_place() {
        let (mut keyspace, mut queue) = (Keyspace::default(), Queue::default());
        queue.join(ALICE, waits(0, "BLPOP l 0"));
        queue.join(BOB, waits(0, "BLPOP l 0"));
        queue.join(ALICE, waits(5, "BRPOP l m 2"));
        assert_eq!(queue.wait_of(ALICE), Some(&waits(5, "BRPOP l m 2")));
        assert_eq!(queue.wait_of(CAROL), None);
        run(&mut keyspace, "RPUSH l a");
        queue.serve(&mut keyspace, 0);
        assert_eq!([ALICE, BOB].map(|client| queue.is_served(client)), [false, true]);
        queue.leave(ALICE);
        assert_eq!(queue.wait_of(ALICE), None);
    }

    #[test]
    fn queues_of_the_same_clients_in_the_same_order_are_equal() {
        let queue = |clients: &[ActorId]| {
            let mut queue = Queue::default();
            clients.iter().for_each(|client| queue.join(*client, waits(0, "BLPOP l 0")));
            queue
        };
        assert_eq!(queue(&[ALICE, BOB]), queue(&[BOB, ALICE, BOB]));
        assert_ne!(queue(&[ALICE, BOB]), queue(&[BOB, ALICE]));
    }

    #[test]
    fn the_next_deadline_is_that_of_a_wait_in_vain() {
        let (mut keyspace, mut queue) = (Keyspace::default(), Queue::default());
        for (client, line) in [(ALICE, "BLPOP l 1"), (BOB, "BLPOP m 2"), (CAROL, "BLPOP m 0")] {
            queue.join(client, waits(0, line));
        }
        assert_eq!(queue.next_deadline(0), Some(1_000));
        assert_eq!(queue.next_deadline(1_000), Some(2_000));
        run(&mut keyspace, "RPUSH l a");
        queue.serve(&mut keyspace, 0);
        assert_eq!(queue.next_deadline(0), Some(2_000));
        assert_eq!(queue.next_deadline(2_000), None);
    }
}
