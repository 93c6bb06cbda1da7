//! A bounded buffer: one writes numbers, another one reads them.

use std::sync::Arc;

use lockproof::explore::{Search, Verdict, exhaustive};
use lockproof::scenario::{Scenario, World};
use lockproof::sync::{Condvar, Mutex, Runtime};

use crate::models::{assert_within_twice, reachable};

const ROUNDS: usize = 10;
const ROOM: usize = 2;

#[derive(Clone, Debug)]
struct Buffer {
    /// Whether an actor says that what it has seen before it waits does not matter.
    forgets_waits: bool,
}

impl Scenario for Buffer {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let items = Mutex::<R, Vec<usize>>::new("buffer", Vec::new());
        let [not_full, not_empty] = ["not full", "not empty"].map(Condvar::<R>::new);
        let shared = Arc::new((items, not_full, not_empty));
        let (reader, forgets_waits) = (Arc::clone(&shared), self.forgets_waits);
        world.actor("writer", move |me| {
            let (items, not_full, not_empty) = &*shared;
            for round in 0..ROUNDS {
                me.local(&round);
                let mut items = items.lock();
                while items.len() == ROOM {
                    if forgets_waits {
                        me.local(&round);
                    }
                    items = not_full.wait(items);
                }
                items.push(round);
                drop(items);
                me.local(&round);
                not_empty.notify_one();
            }
        });
        world.actor("reader", move |me| {
            let (items, not_full, not_empty) = &*reader;
            for round in 0..ROUNDS {
                me.local(&round);
                let mut items = items.lock();
                while items.is_empty() {
                    if forgets_waits {
                        me.local(&round);
                    }
                    items = not_empty.wait(items);
                }
                assert_eq!(items.remove(0), round);
                drop(items);
                me.local(&round);
                not_full.notify_one();
            }
        });
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum At {
    Lock,
    Wait,
    Notify,
}

/// The same by hand: where each is, in which round; the writer first.
#[derive(Clone, PartialEq, Eq, Hash)]
struct BufferModel {
    actors: [(At, usize); 2],
    items: Vec<usize>,
}

impl BufferModel {
    fn next(&self) -> Vec<Self> {
        let runs = |who: &usize| self.actors[*who].1 < ROUNDS && self.actors[*who].0 != At::Wait;
        (0..2).filter(runs).map(|who| self.step(who)).collect()
    }

    fn step(&self, who: usize) -> Self {
        let mut next = self.clone();
        let (at, round) = self.actors[who];
        let fits = if who == 0 { self.items.len() < ROOM } else { !self.items.is_empty() };
        match at {
            At::Lock if !fits => next.actors[who].0 = At::Wait,
            At::Lock if who == 0 => next.items.push(round),
            At::Lock => drop(next.items.remove(0)),
            At::Wait | At::Notify => {
                next.actors[who] = (At::Lock, round + 1);
                if self.actors[1 - who].0 == At::Wait {
                    next.actors[1 - who].0 = At::Lock;
                }
            }
        }
        if at == At::Lock && fits {
            next.actors[who].0 = At::Notify;
        }
        next
    }
}

#[test]
fn a_bounded_buffer_has_no_more_than_twice_the_states_of_a_model() {
    let start = BufferModel { actors: [(At::Lock, 0); 2], items: Vec::new() };
    let model = reachable(start, BufferModel::next);
    let found = exhaustive(&Buffer { forgets_waits: true }, Search::DEFAULT);
    assert_within_twice("bounded buffer", &found, model.len());
}

/// Once a lock was waited for, and once it was not: that these come to the same makes no loop of the wait.
#[test]
fn a_lock_with_a_wait_is_no_further_round_of_one_without() {
    let found = exhaustive(&Buffer { forgets_waits: false }, Search::DEFAULT);
    assert_eq!(found.verdict, Verdict::Exhausted, "{found}");
}
