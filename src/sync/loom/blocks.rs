//! Checks whether an execution can be reordered so that each step happens at once.
//!
//! loom interleaves accesses, and a step of the seam may be several: a look at the clock belongs to the step
//! before it, and the clock's tick looks at every server. Accesses from one scheduling point of the seam to
//! the next form a block. If the order of dependent accesses puts no block both before and after another, the
//! execution equals one in which each block happens at once. Otherwise no violation in it counts; loom
//! explores all orders of dependent accesses, so it also reaches those without such a cycle.

use std::collections::{BTreeMap, BTreeSet};

use crate::trace::{ActorId, ObjectId};

/// The object by which an access is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Mutex(ObjectId),
    Condvar(ObjectId),
    Atomic(ObjectId),
}

/// The blocks of an execution, numbered in the order of their first accesses, and the order between them.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    count: usize,
    before: BTreeSet<(usize, usize)>,
    current: BTreeMap<ActorId, usize>,
    /// The place where an actor that has no block yet was started.
    origin: BTreeMap<ActorId, usize>,
    /// Their next accesses begin blocks.
    fresh: BTreeSet<ActorId>,
    written: BTreeMap<Key, usize>,
    read: BTreeMap<Key, BTreeSet<usize>>,
    /// Something comes before a block with a lower number; without that there is no cycle.
    backwards: bool,
}

impl Blocks {
    /// `actor` reaches a scheduling point.
    pub(super) fn begin(&mut self, actor: ActorId) {
        self.fresh.insert(actor);
    }

    /// `actor` makes an access that is ordered with every other access of `key`.
    pub(super) fn write(&mut self, actor: ActorId, key: Key) {
        let block = self.block(actor);
        for read in self.read.remove(&key).unwrap_or_default() {
            self.order(read, block);
        }
        if let Some(written) = self.written.insert(key, block) {
            self.order(written, block);
        }
    }

    /// `actor` makes an access that is ordered with each write of `key`.
    pub(super) fn read(&mut self, actor: ActorId, key: Key) {
        let block = self.block(actor);
        self.read.entry(key).or_default().insert(block);
        if let Some(written) = self.written.get(&key).copied() {
            self.order(written, block);
        }
    }

    /// `actor` releases a mutex, as part of its current step.
    pub(super) fn release(&mut self, actor: ActorId, mutex: ObjectId) {
        if let Some(block) = self.current.get(&actor) {
            self.written.insert(Key::Mutex(mutex), *block);
        }
    }

    /// `parent` starts `child`.
    pub(super) fn spawn(&mut self, parent: ActorId, child: ActorId) {
        let block = self.block(parent);
        self.origin.insert(child, block);
    }

    /// `actor` has seen `other` end.
    pub(super) fn join(&mut self, actor: ActorId, other: ActorId) {
        self.begin(actor);
        let block = self.block(actor);
        if let Some(last) = self.current.get(&other).copied() {
            self.order(last, block);
        }
    }

    /// The block that `actor` is in.
    fn block(&mut self, actor: ActorId) -> usize {
        let begins = self.fresh.remove(&actor);
        let before = self.current.get(&actor).copied();
        if let Some(block) = before.filter(|_| !begins) {
            return block;
        }
        let block = self.count;
        self.count += 1;
        self.current.insert(actor, block);
        if let Some(before) = before.or(self.origin.get(&actor).copied()) {
            self.order(before, block);
        }
        block
    }

    fn order(&mut self, before: usize, after: usize) {
        if before != after {
            self.backwards |= before > after;
            self.before.insert((before, after));
        }
    }

    /// Returns whether some block comes both before and after another.
    pub(super) fn are_cyclic(&self) -> bool {
        if !self.backwards {
            return false;
        }
        let mut waits_for = vec![0; self.count];
        for (_, after) in &self.before {
            waits_for[*after] += 1;
        }
        let mut ready: Vec<usize> =
            (0..self.count).filter(|block| waits_for[*block] == 0).collect();
        let mut done = 0;
        while let Some(block) = ready.pop() {
            done += 1;
            for (_, after) in self.before.range((block, 0)..(block + 1, 0)) {
                waits_for[*after] -= 1;
                if waits_for[*after] == 0 {
                    ready.push(*after);
                }
            }
        }
        done < self.count
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    const ALICE: ActorId = ActorId(1);
    const BOB: ActorId = ActorId(2);
    const X: Key = Key::Mutex(ObjectId(0));
    const Y: Key = Key::Mutex(ObjectId(1));

    #[test]
    fn a_step_that_another_comes_into_is_a_cycle() {
        let mut blocks = Blocks::default();
        blocks.write(ALICE, X);
        blocks.write(BOB, X);
        blocks.write(ALICE, X);
        assert!(blocks.are_cyclic());
    }

    #[test]
    fn two_steps_that_each_come_into_the_other_are_a_cycle() {
        let mut blocks = Blocks::default();
        blocks.write(ALICE, X);
        blocks.write(BOB, Y);
        blocks.write(ALICE, Y);
        assert!(!blocks.are_cyclic());
        blocks.write(BOB, X);
        assert!(blocks.are_cyclic());
    }

    #[test]
    fn steps_that_can_be_moved_apart_are_no_cycle() {
        let mut blocks = Blocks::default();
        // bob's step is complete, and happened before all of alice's.
        blocks.write(ALICE, X);
        blocks.write(BOB, Y);
        blocks.write(ALICE, Y);
        assert!(blocks.backwards && !blocks.are_cyclic());
        // A step of its own may come in between.
        blocks.write(BOB, X);
        let mut blocks = Blocks::default();
        blocks.write(ALICE, X);
        blocks.write(BOB, X);
        blocks.begin(ALICE);
        blocks.write(ALICE, X);
        assert!(!blocks.are_cyclic());
    }

    #[test]
    fn reads_are_in_no_order() {
        let atomic = Key::Atomic(ObjectId(2));
        let mut blocks = Blocks::default();
        blocks.read(ALICE, atomic);
        blocks.read(BOB, atomic);
        blocks.read(ALICE, atomic);
        assert!(!blocks.are_cyclic());
        blocks.write(BOB, atomic);
        blocks.read(ALICE, atomic);
        assert!(blocks.are_cyclic());
    }
}
