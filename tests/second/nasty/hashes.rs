//! Values of several types that hash alike, and values that hash only a part of themselves.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use lockproof::scenario::{Budgets, Scenario, World};
use lockproof::sync::{Atomic, Mutex, Runtime, Shared, spawn};

use super::{Results, agrees, is_noticed, note, told};

#[derive(Clone, Debug, Hash)]
struct Metres(u32);
#[derive(Clone, Debug, Hash)]
struct Feet(u32);

scenario!(
    /// Values of two types that hash alike.
    Alike,
    Budgets::none(),
    |world| {
        let one = Arc::new(Shared::<R, Metres>::new("metres", Metres(0)));
        let other = Arc::new(Shared::<R, Feet>::new("feet", Feet(0)));
        for name in ["alice", "bob"] {
            let (one, other) = (Arc::clone(&one), Arc::clone(&other));
            world.actor(name, move |_| {
                let seen = one.with("step", |one| {
                    one.0 += 1;
                    one.0
                });
                other.with("step", |other| {
                    other.0 += seen * 2;
                    other.0
                })
            });
        }
        told(world, move || (one.peek(|one| one.0), other.peek(|other| other.0)));
    }
);

scenario!(
    /// An atomic, the clock, and shared state, all of which hold the same number.
    Numbers,
    Budgets::none().ticks(1),
    |world| {
        let atomic = Arc::new(Atomic::<R>::new("atomic", 0));
        let signed = Arc::new(Shared::<R, i64>::new("signed", 0));
        let unsigned = Arc::new(Mutex::<R, u64>::new("unsigned", 0));
        for name in ["alice", "bob"] {
            let (atomic, signed, unsigned) =
                (Arc::clone(&atomic), Arc::clone(&signed), Arc::clone(&unsigned));
            world.actor(name, move |me| {
                me.clock().sleep(Duration::from_millis(1));
                let now = me.clock().now().as_millis() as i64;
                let a = atomic.fetch_add(now, Ordering::SeqCst);
                let b = signed.with("add", |signed| {
                    *signed += now + a;
                    *signed
                });
                *unsigned.lock() += b as u64 * 3;
                (a, b)
            });
        }
        told(world, move || (signed.peek(|it| *it), *unsigned.lock(), atomic.load(Ordering::SeqCst)));
    }
);

#[test]
fn values_of_several_types_that_hash_alike_are_told_apart() {
    agrees(&Alike);
    agrees(&Numbers);
}

/// A value whose `Hash` leaves something out.
#[derive(Clone, Copy, Debug, Default)]
struct Forgetful {
    told: u32,
    forgotten: u32,
}

impl Hash for Forgetful {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.told.hash(state);
    }
}

scenario!(
    /// Shared state that does not hash all of itself.
    WrongShared,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, Forgetful>::new("x", Forgetful::default()));
        let shown = Arc::clone(&x);
        for (name, by) in [("alice", 1), ("bob", 2)] {
            let x = Arc::clone(&x);
            world.actor(name, move |_| {
                x.with("step", |x| x.forgotten = x.forgotten * 2 + by);
                x.with("step", |x| x.told += 1);
            });
        }
        told(world, move || shown.peek(|x| x.forgotten));
    }
);

scenario!(
    /// A value under a mutex that does not hash all of itself.
    WrongGuarded,
    Budgets::none(),
    |world| {
        let x = Arc::new(Mutex::<R, Forgetful>::new("x", Forgetful::default()));
        let shown = Arc::clone(&x);
        for (name, by) in [("alice", 1), ("bob", 2)] {
            let x = Arc::clone(&x);
            world.actor(name, move |_| {
                for _ in 0..2 {
                    let mut x = x.lock();
                    x.forgotten = x.forgotten * 2 + by;
                }
            });
        }
        told(world, move || shown.lock().forgotten);
    }
);

scenario!(
    /// A reply that does not hash all of itself.
    WrongReply,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, u32>::new("x", 0));
        let y = Arc::new(Shared::<R, u32>::new("y", 0));
        let shown = Arc::clone(&y);
        for (name, by) in [("alice", 1), ("bob", 2)] {
            let (x, y) = (Arc::clone(&x), Arc::clone(&y));
            world.actor(name, move |_| {
                let reply = x.with("step", |x| {
                    *x += by;
                    Forgetful { told: 0, forgotten: *x }
                });
                y.with("step", |y| *y = *y * 10 + reply.forgotten);
            });
        }
        told(world, move || shown.peek(|y| *y));
    }
);

scenario!(
    /// A child returns what does not hash all of itself.
    WrongResult,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, u32>::new("x", 0));
        let y = Arc::new(Shared::<R, u32>::new("y", 0));
        let shown = Arc::clone(&y);
        let seen = Arc::clone(&x);
        world.actor("alice", move |_| {
            let child = spawn::<R, _>("child", move || Forgetful {
                told: 0,
                forgotten: seen.with("read", |x| *x),
            });
            let forgotten = child.join().forgotten;
            y.with("write", |y| *y = forgotten);
        });
        world.actor("bob", move |_| (1..4).for_each(|_| x.with("add", |x| *x += 1)));
        told(world, move || shown.peek(|y| *y));
    }
);

scenario!(
    /// An actor returns what does not hash all of itself, and the judge knows.
    WrongOutcome,
    Budgets::none(),
    |world| {
        let results = Results::default();
        let x = Arc::new(Shared::<R, u32>::new("x", 0));
        for (name, by) in [("alice", 1), ("bob", 2), ("carol", 4)] {
            let (x, results) = (Arc::clone(&x), Arc::clone(&results));
            world.actor(name, move |_| {
                x.with("step", |x| *x = (*x + by) % 8);
                let seen = x.with("read", |x| *x);
                note(&results, name, seen);
                Forgetful { told: 0, forgotten: seen }
            });
        }
        told(world, move || results.lock().unwrap().clone());
    }
);

/// A value whose clones are one.
#[derive(Clone, Debug, Default)]
struct Common(Arc<AtomicI64>);

impl Hash for Common {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.load(Ordering::SeqCst).hash(state);
    }
}

scenario!(
    /// Shared state whose clones share what they hold.
    SharedClones,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, Common>::new("x", Common::default()));
        let shown = Arc::clone(&x);
        for (name, by) in [("alice", 1), ("bob", 2)] {
            let x = Arc::clone(&x);
            world.actor(name, move |_| {
                for _ in 0..2 {
                    let seen = x.with("read", |x| x.0.load(Ordering::SeqCst));
                    x.with("write", |x| x.0.store(seen * 2 + by, Ordering::SeqCst));
                }
            });
        }
        told(world, move || shown.peek(|x| x.0.load(Ordering::SeqCst)));
    }
);

tests! { is_noticed:
    shared_state_that_hashes_a_part WrongShared;
    a_guarded_value_that_hashes_a_part WrongGuarded;
    a_reply_that_hashes_a_part WrongReply;
    a_result_that_hashes_a_part WrongResult;
    an_outcome_that_hashes_a_part WrongOutcome;
    values_whose_clones_are_one SharedClones;
}
