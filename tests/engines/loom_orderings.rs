//! What loom breaks only because it takes `SeqCst` for acquire and release is not called broken.

use std::sync::Arc;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use lockproof::explore::loom_execution;
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::{Atomic, Mutex, Runtime};

use crate::loom_honest::{by_loom, loom_says};

/// Both raise a flag and look at the other's; how, and what else is there, varies.
#[derive(Clone)]
struct Dekker {
    store: Ordering,
    load: Ordering,
    /// A third atomic, which both count in.
    counts: Option<Ordering>,
    /// They look before they raise, so both come in.
    wrong: bool,
    opaque: bool,
}

const RIGHT: Dekker =
    Dekker { store: SeqCst, load: SeqCst, counts: None, wrong: false, opaque: false };

impl Scenario for Dekker {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let flags = Arc::new(["a", "b"].map(|name| Atomic::<R>::new(name, 0)));
        let inside = Arc::new(Atomic::<R>::new("inside", 0));
        let count = Arc::new(Atomic::<R>::new("count", 0));
        let unknown = self.opaque.then(|| Mutex::<R, i64>::opaque("unknown", 0));
        for (name, mine, other) in [("alice", 0, 1), ("bob", 1, 0)] {
            let (flags, inside, count) = (flags.clone(), Arc::clone(&inside), Arc::clone(&count));
            let Self { store, load, counts, wrong, .. } = *self;
            world.actor(name, move |_| {
                let looked = flags[other].load(load);
                flags[mine].store(1, store);
                let free = if wrong { looked } else { flags[other].load(load) } == 0;
                if let Some(ordering) = counts {
                    count.fetch_add(1, ordering);
                }
                if free {
                    inside.fetch_add(1, SeqCst);
                }
            });
        }
        world.finally(Property::MutualExclusion, move || {
            drop(unknown);
            match inside.load(SeqCst) {
                0 | 1 => Ok(()),
                both => Err(format!("{both} are inside")),
            }
        });
    }
}

const SEQ_CST: &str =
    "blind: loom takes SeqCst for acquire/release, and in every interleaving nothing breaks";

#[test]
fn what_sequential_consistency_forbids_is_not_broken() {
    loom_says(SEQ_CST, &RIGHT);
    loom_says(SEQ_CST, &Dekker { counts: Some(SeqCst), ..RIGHT });
    loom_says(SEQ_CST, &Dekker { opaque: true, ..RIGHT });
    let number = by_loom(&RIGHT).executions;
    let again = loom_execution(&RIGHT, number);
    assert_eq!(again.verdict.to_string(), SEQ_CST);
    assert!(again.trace.is_some());
}

#[test]
fn what_a_weaker_ordering_or_an_interleaving_breaks_is_broken() {
    let weak = [
        Dekker { store: Release, load: Acquire, ..RIGHT },
        Dekker { load: Acquire, ..RIGHT },
        Dekker { store: Release, ..RIGHT },
        Dekker { counts: Some(Relaxed), ..RIGHT },
        Dekker { counts: Some(AcqRel), ..RIGHT },
        Dekker { wrong: true, ..RIGHT },
    ];
    for scenario in weak {
        loom_says("broken: mutual-exclusion: 2 are inside", &scenario);
    }
}
