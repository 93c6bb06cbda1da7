//! What an actor says does not matter, and does: the search names the actor.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use lockproof::explore::{Search, Verdict, exhaustive, minimal};
use lockproof::scenario::{Scenario, World};
use lockproof::sync::{Atomic, Runtime};

/// What alice uses after she declared it not to matter.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Used {
    Nothing,
    /// How often she has tried.
    Tries,
    /// A value that she saw in an earlier round.
    Seen,
    /// She gives up after so many tries.
    GivesUp(i64),
}

/// Alice waits for bob's flag, and counts what she has seen.
#[derive(Clone, Debug)]
struct Waits {
    used: Used,
    by_local: bool,
}

impl Scenario for Waits {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let both = Arc::new(["flag", "sum"].map(|name| Atomic::<R>::new(name, 0)));
        let (alice, Self { used, by_local }) = (Arc::clone(&both), self.clone());
        world.actor("alice", move |me| {
            let [flag, sum] = &*alice;
            let (mut tries, mut seen) = (0, 0);
            let mut attempt = || {
                tries += 1;
                let now = flag.load(SeqCst);
                seen |= now;
                let gives_up = matches!(used, Used::GivesUp(after) if tries >= after);
                (now == 2 || gives_up).then_some(())
            };
            if by_local {
                loop {
                    me.local(&());
                    if attempt().is_some() {
                        break;
                    }
                }
            } else {
                me.retry(attempt);
            }
            match used {
                Used::Nothing | Used::GivesUp(_) => sum.fetch_add(1, SeqCst),
                Used::Tries => sum.fetch_add(tries.min(3), SeqCst),
                Used::Seen => sum.fetch_add(seen & 1, SeqCst),
            };
        });
        world.actor("bob", move |_| {
            both[0].store(1, SeqCst);
            both[0].store(2, SeqCst);
        });
    }
}

#[test]
fn what_is_declared_not_to_matter_is_learned_on_other_rounds() {
    for by_local in [false, true] {
        let gives_up = [2, 3, 4, 7, 10, 50, 100].map(Used::GivesUp);
        for used in [Used::Nothing, Used::Tries, Used::Seen].into_iter().chain(gives_up) {
            for engine in [exhaustive::<Waits>, minimal::<Waits>] {
                let found = engine(&Waits { used, by_local }, Search::DEFAULT);
                let as_expected = match &found.verdict {
                    Verdict::Exhausted => used == Used::Nothing,
                    Verdict::Uncontrolled(who) => used != Used::Nothing && who.contains("alice"),
                    _ => false,
                };
                assert!(as_expected, "{used:?}, by local: {by_local}: {found}");
            }
        }
    }
}

/// Two clients take a spin lock; bob may keep it.
#[derive(Clone, Debug)]
struct Spin {
    bob_gives_it_back: bool,
}

impl Scenario for Spin {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let lock = Arc::new(Atomic::<R>::new("lock", 0));
        for (name, gives_back) in [("alice", true), ("bob", self.bob_gives_it_back)] {
            let lock = Arc::clone(&lock);
            world.actor(name, move |me| {
                me.retry(|| lock.compare_exchange(0, 1, SeqCst).ok());
                if gives_back {
                    lock.store(0, SeqCst);
                }
            });
        }
    }
}

#[test]
fn a_loop_that_nobody_lets_an_actor_out_of_is_no_exhausted_search() {
    for engine in [exhaustive::<Spin>, minimal::<Spin>] {
        let found = engine(&Spin { bob_gives_it_back: true }, Search::DEFAULT);
        assert_eq!(found.verdict, Verdict::Exhausted, "{found}");
        let found = engine(&Spin { bob_gives_it_back: false }, Search::DEFAULT);
        assert_eq!(
            found.verdict.to_string(),
            "bound hit: after the schedule bob nothing leads to an end any more: alice cannot get out of a \
             loop"
        );
        assert!(!found.held());
    }
}
