//! What an actor says does not matter, and does: the search names the actor.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use lockproof::explore::{Search, Verdict, exhaustive, minimal};
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Atomic, Runtime};
use redis::{Commands, RedisResult};

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

/// Two actors add under a spin lock, with a loop of their own or with `retry`; a third may spoil it.
#[derive(Clone, Debug)]
struct SpinLock {
    by_retry: bool,
    spoilt: bool,
}

impl Scenario for SpinLock {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let both = Arc::new(["locked", "balance"].map(|name| Atomic::<R>::new(name, 0)));
        let Self { by_retry, spoilt } = *self;
        for name in ["alice", "bob"] {
            let both = Arc::clone(&both);
            world.actor(name, move |me| {
                let [locked, balance] = &*both;
                let attempt = || locked.compare_exchange(0, 1, SeqCst).ok();
                if by_retry {
                    me.retry(attempt);
                } else {
                    while attempt().is_none() {}
                }
                let old = balance.load(SeqCst);
                balance.store(old + 1, SeqCst);
                locked.store(0, SeqCst);
            });
        }
        if spoilt {
            let both = Arc::clone(&both);
            world.actor("carol", move |_| both[0].store(0, SeqCst));
        }
        world.finally(Property::ConservedBalance, move || match both[1].load(SeqCst) {
            2 => Ok(()),
            other => Err(format!("{other} instead of 2")),
        });
    }
}

#[test]
fn a_spin_lock_is_exhausted_with_retry_and_its_loop_is_named_without() {
    for engine in [exhaustive::<SpinLock>, minimal::<SpinLock>] {
        let spin = |by_retry, spoilt| engine(&SpinLock { by_retry, spoilt }, Search::DEFAULT);
        assert_eq!(spin(true, false).verdict, Verdict::Exhausted);
        assert_eq!(
            spin(false, false).verdict.to_string(),
            "bound hit: alice, bob may go round in a loop for ever: mark a loop that waits with `retry`, or \
             bound it"
        );
    }
}

#[test]
fn a_bug_beside_a_spin_loop_is_found() {
    for engine in [exhaustive::<SpinLock>, minimal::<SpinLock>] {
        for by_retry in [true, false] {
            let found = engine(&SpinLock { by_retry, spoilt: true }, Search::DEFAULT);
            let said = found.to_string();
            assert!(said.starts_with("broken: conserved-balance: 1 instead of 2"), "{said}");
        }
    }
}

/// What could let alice out of her loop.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// Her own crash.
    Crash,
    /// A command of bob's that is held back.
    Delivery,
    /// The end of a lock that bob does not release.
    Time,
}

#[derive(Clone, Debug)]
struct LetOut(Way);

impl Scenario for LetOut {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, way) = (world.redis("redis"), self.0);
        let mut alices = server.connect();
        world.actor("alice", move |me| {
            me.retry(|| match way {
                Way::Time => alices.set_nx::<_, _, bool>("lock", 1).unwrap().then_some(()),
                _ => alices.get::<_, Option<u8>>("done").unwrap().map(drop),
            });
        });
        world.actor("bob", move |_| {
            let (key, mut bobs) =
                (if way == Way::Delivery { "done" } else { "lock" }, server.connect());
            let _: RedisResult<()> = bobs.pset_ex(key, 1, 50);
        });
    }

    fn budgets(&self) -> Budgets {
        match self.0 {
            Way::Crash => Budgets::none().crash("alice"),
            Way::Delivery => Budgets::none().delay("bob", 1),
            Way::Time => Budgets::none().ticks(1),
        }
    }
}

#[test]
fn a_fault_that_need_not_strike_is_no_way_out_of_a_loop_and_time_is() {
    for engine in [exhaustive::<LetOut>, minimal::<LetOut>] {
        assert_eq!(engine(&LetOut(Way::Time), Search::DEFAULT).verdict, Verdict::Exhausted);
        for way in [Way::Crash, Way::Delivery] {
            let said = engine(&LetOut(way), Search::DEFAULT).to_string();
            assert!(said.contains("alice cannot get out of a loop"), "{way:?}: {said}");
        }
    }
}
