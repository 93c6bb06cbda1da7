//! The atomics that several actors touch, and their weakest orderings: the part of a scenario that a
//! sequentially consistent engine has not checked.
//!
//! An ordering weaker than `SeqCst` makes no difference to an atomic that one actor has to itself, nor if
//! only a single one is shared: the accesses of one atomic are in one order that each actor's own order
//! agrees with, whatever their orderings, and all other shared objects bring their own. It takes two. Where
//! all accesses of the atomics that are shared are `SeqCst`, every execution is sequentially consistent
//! (Lahav et al., "Repairing Sequential Consistency in C/C++11", PLDI 2017).

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use crate::trace::{ActorId, ObjectId};

/// The atomics that were touched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Atomics(BTreeMap<ObjectId, Touched>);

/// The accesses of one atomic.
#[derive(Clone, Copy, Debug)]
struct Touched {
    /// By this actor.
    by: ActorId,
    /// And by others.
    shared: bool,
    weakest: Ordering,
}

impl Atomics {
    /// Adds what happened in another execution.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (object, touched) in &other.0 {
            self.add(*object, *touched);
        }
    }

    /// Adds an access by `actor`.
    pub(crate) fn touch(&mut self, object: ObjectId, actor: ActorId, ordering: Ordering) {
        self.add(object, Touched { by: actor, shared: false, weakest: ordering });
    }

    /// Returns whether several atomics were touched by several actors each, with nothing but `SeqCst`.
    pub(crate) fn are_all_sequentially_consistent(&self) -> bool {
        let mut shared = self.0.values().filter(|touched| touched.shared);
        shared.clone().count() > 1 && shared.all(|touched| touched.weakest == Ordering::SeqCst)
    }

    fn add(&mut self, object: ObjectId, other: Touched) {
        let known = self.0.entry(object).or_insert(other);
        known.shared |= other.shared || known.by != other.by;
        if strength(other.weakest) < strength(known.weakest) {
            known.weakest = other.weakest;
        }
    }

    /// The first that several actors touched and that was touched weakly, with how, if that can matter.
    pub(crate) fn weak(&self) -> Option<(ObjectId, Ordering)> {
        let shared = || self.0.iter().filter(|(_, touched)| touched.shared);
        let mut weak = shared().filter(|(_, touched)| touched.weakest != Ordering::SeqCst);
        let first = weak.next().map(|(object, touched)| (*object, touched.weakest));
        first.filter(|_| shared().count() > 1)
    }
}

/// The strength of an ordering: `Acquire` and `Release` are never both given.
const fn strength(ordering: Ordering) -> u8 {
    match ordering {
        Ordering::Relaxed => 0,
        Ordering::Acquire | Ordering::Release => 1,
        Ordering::AcqRel => 2,
        _ => 3,
    }
}
