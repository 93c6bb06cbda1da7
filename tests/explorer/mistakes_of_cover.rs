//! Explorers that make less sure by live executions than they should: programs with hidden state, which
//! they call exhausted.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;

use lockproof::explore::{Mutation, Search, Verdict, exhaustive};
use lockproof::scenario::{Scenario, World};
use lockproof::sync::{Runtime, Shared};

use crate::compare::SEARCH;

/// Bob counts to `count`. Carol takes ten steps and raises a flag that no explorer knows of. Alice reads
/// bob's count, and if that has come to `late`, looks at the flag; what she has read does not matter
/// afterwards.
#[derive(Clone, Debug)]
struct Flag {
    count: u64,
    late: u64,
}

impl Scenario for Flag {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let Self { count, late } = *self;
        let raised = Arc::<AtomicBool>::default();
        let [number, steps] =
            ["number", "steps"].map(|name| Arc::new(Shared::<R, u64>::new(name, 0)));
        let (bobs, flag, carols) = (Arc::clone(&number), Arc::clone(&raised), Arc::clone(&steps));
        world.actor("alice", move |me| {
            let read = number.with("read", |number| *number);
            let sees = read >= late && flag.load(SeqCst);
            me.local(&());
            if sees {
                steps.with("tell", |steps| *steps += 100);
            }
        });
        world.actor("bob", move |_| {
            for _ in 0..count {
                bobs.with("count", |number| *number += 1);
            }
        });
        world.actor("carol", move |_| {
            for _ in 0..10 {
                carols.with("go on", |steps| *steps += 1);
            }
            raised.store(true, SeqCst);
        });
    }
}

/// Sixty-four random executions do not get alice that far.
const FLAG: Flag = Flag { count: 40, late: 30 };

#[track_caller]
fn only_the_right_search_notices(flag: &Flag, mutation: Mutation) {
    let search = Search { mutation: Some(mutation), ..SEARCH };
    let wrong = exhaustive(flag, search);
    assert_eq!(wrong.verdict, Verdict::Exhausted, "{mutation:?}: {wrong}");
    let right = exhaustive(flag, SEARCH);
    assert!(matches!(right.verdict, Verdict::Uncontrolled(_)), "{right}");
}

#[test]
fn comparing_no_live_executions_with_the_graph_is_found_out() {
    only_the_right_search_notices(&FLAG, Mutation::SkipLiveCover);
}

#[test]
fn covering_edges_with_the_others_as_little_on_as_possible_is_found_out() {
    only_the_right_search_notices(&FLAG, Mutation::CoverAtFirst);
}
