//! What programs do behind the world: they leak, capture, and share what no search sees.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lockproof::scenario::{Budgets, Scenario, World};
use lockproof::sync::{Runtime, Shared, spawn};

use super::{Results, is_noticed, note, told};

scenario!(
    /// The code of a step tells its actor by another way than its reply.
    Leak,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, u32>::new("x", 0));
        let y = Arc::new(Shared::<R, u32>::new("y", 0));
        let shown = Arc::clone(&y);
        for (name, by) in [("alice", 1), ("bob", 2)] {
            let (x, y) = (Arc::clone(&x), Arc::clone(&y));
            world.actor(name, move |_| {
                let leak = Cell::new(0);
                x.with("step", |x| {
                    *x += by;
                    leak.set(*x);
                });
                y.with("step", |y| *y = *y * 10 + leak.get());
            });
        }
        told(world, move || shown.peek(|y| *y));
    }
);

scenario!(
    /// The same, in an atomic, and only what the last actor returns tells.
    LeakAtLast,
    Budgets::none(),
    |world| {
        let results = Results::default();
        let x = Arc::new(Shared::<R, u32>::new("x", 0));
        for (name, by) in [("alice", 1), ("bob", 2), ("carol", 3)] {
            let (x, results) = (Arc::clone(&x), Arc::clone(&results));
            world.actor(name, move |_| {
                let leak = Cell::new(0);
                x.with("step", |x| {
                    *x = *x * 4 + by;
                    leak.set(*x);
                });
                note(&results, name, leak.get())
            });
        }
        told(world, move || results.lock().unwrap().clone());
    }
);

scenario!(
    /// A captured atomic, which everybody adds to, and which everybody's result tells.
    Captured,
    Budgets::none(),
    |world| {
        let results = Results::default();
        let hidden = Arc::new(AtomicI64::new(0));
        let x = Arc::new(Shared::<R, u32>::new("x", 0));
        for name in ["alice", "bob", "carol"] {
            let (x, hidden, results) = (Arc::clone(&x), Arc::clone(&hidden), Arc::clone(&results));
            world.actor(name, move |_| {
                x.with("step", |_| ());
                let seen = hidden.fetch_add(1, Ordering::SeqCst);
                note(&results, name, seen)
            });
        }
        told(world, move || results.lock().unwrap().clone());
    }
);

scenario!(
    /// A captured atomic that only the last step of all depends on.
    CapturedAtLast,
    Budgets::none(),
    |world| {
        let results = Results::default();
        let hidden = Arc::new(AtomicI64::new(0));
        let x = Arc::new(Shared::<R, u32>::new("x", 0));
        for (name, by) in [("alice", 1), ("bob", 2), ("carol", 3)] {
            let (x, hidden, results) = (Arc::clone(&x), Arc::clone(&hidden), Arc::clone(&results));
            world.actor(name, move |_| {
                let nth = x.with("step", |x| {
                    *x += 1;
                    *x
                });
                let seen = hidden.load(Ordering::SeqCst) * 4 + by;
                hidden.store(seen, Ordering::SeqCst);
                note(&results, name, if nth == 3 { seen } else { 0 })
            });
        }
        told(world, move || results.lock().unwrap().clone());
    }
);

static STATIC: AtomicI64 = AtomicI64::new(0);

scenario!(
    /// A static that goes on counting.
    Static,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, i64>::new("x", 0));
        let shown = Arc::clone(&x);
        for name in ["alice", "bob"] {
            let x = Arc::clone(&x);
            world.actor(name, move |_| {
                let seen = STATIC.fetch_add(1, Ordering::SeqCst) % 2;
                x.with("step", move |x| *x = *x * 2 + seen);
            });
        }
        told(world, move || shown.peek(|x| *x));
    }
);

thread_local! { static LOCAL: Cell<i64> = const { Cell::new(0) }; }

scenario!(
    /// A thread-local, which all actors have in common.
    ThreadLocal,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, i64>::new("x", 0));
        let shown = Arc::clone(&x);
        LOCAL.set(0);
        for name in ["alice", "bob"] {
            let x = Arc::clone(&x);
            world.actor(name, move |_| {
                x.with("first", |_| ());
                LOCAL.set(LOCAL.get() + 1);
                let seen = LOCAL.get();
                x.with("step", move |x| *x = *x * 3 + seen);
            });
        }
        told(world, move || shown.peek(|x| *x));
    }
);

scenario!(
    /// The order of a hash map.
    Order,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, u32>::new("x", 0));
        let shown = Arc::clone(&x);
        for name in ["alice", "bob"] {
            let x = Arc::clone(&x);
            world.actor(name, move |_| {
                let all: HashSet<u32> = (0..8).collect();
                let first = *all.iter().next().unwrap();
                x.with("step", |x| *x = *x * 8 + first);
            });
        }
        told(world, move || shown.peek(|x| *x));
    }
);

scenario!(
    /// The child changes what its parent has captured, and does not tell.
    Entangled,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, u32>::new("x", 0));
        let shown = Arc::clone(&x);
        world.actor("parent", move |_| {
            let hidden = Arc::new(AtomicI64::new(0));
            let (given, seen) = (Arc::clone(&hidden), Arc::clone(&x));
            let child = spawn::<R, ()>("child", move || {
                seen.with("step", |_| ());
                given.store(1, Ordering::SeqCst);
            });
            x.with("step", |_| ());
            let told = hidden.load(Ordering::SeqCst);
            x.with("write", |x| *x = told as u32);
            child.join();
        });
        told(world, move || shown.peek(|x| *x));
    }
);

tests! { is_noticed:
    steps_that_leak Leak;
    steps_that_leak_at_last LeakAtLast;
    a_captured_atomic Captured;
    a_captured_atomic_at_last CapturedAtLast;
    a_static Static;
    a_thread_local ThreadLocal;
    the_order_of_a_hash_map Order;
    what_a_parent_and_its_child_share_behind_the_world Entangled;
}
