//! The states that wait to be visited, stored one after the other in one block, with no allocation for each.

use std::collections::VecDeque;

use super::point::Point;

/// A FIFO queue of states that wait to be visited.
#[derive(Default)]
pub(super) struct Queue {
    numbers: VecDeque<u32>,
    states: usize,
}

impl Queue {
    /// The number of waiting states.
    pub(super) const fn len(&self) -> usize {
        self.states
    }

    /// The number of bytes that the queue holds.
    pub(super) fn bytes(&self) -> u64 {
        (self.numbers.capacity() * size_of::<u32>()) as u64
    }

    /// Adds a state at the end.
    pub(super) fn push(&mut self, point: &Point) {
        let Point { now, left, monitors, objects, locals } = point;
        let sizes = [objects.len() as u32, locals.len() as u32];
        let parts = [*now as u32, (*now >> 32) as u32, *left, *monitors];
        self.numbers.extend(sizes.into_iter().chain(parts));
        self.numbers.extend(objects);
        self.numbers.extend(locals);
        self.states += 1;
    }

    /// Removes the state in front, if there is one.
    pub(super) fn pop(&mut self, point: &mut Point) -> bool {
        let mut numbers = self.numbers.iter().copied();
        let mut next = || numbers.next();
        let (Some(objects), Some(locals)) = (next(), next()) else { return false };
        let mut part = || next().unwrap_or_default();
        point.now = u64::from(part()) | u64::from(part()) << 32;
        (point.left, point.monitors) = (part(), part());
        let [objects, locals] = [objects as usize, locals as usize];
        point.objects.clear();
        point.objects.extend(numbers.by_ref().take(objects));
        point.locals.clear();
        point.locals.extend(numbers.take(locals));
        self.numbers.drain(..6 + objects + locals);
        self.states -= 1;
        true
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn states_come_out_as_they_went_in_and_in_that_order() {
        let point = |at: u32| Point {
            now: u64::from(at) << 31,
            left: at + 1,
            monitors: at + 2,
            objects: (0..at % 3).collect(),
            locals: (7..7 + at % 5).collect(),
        };
        let mut queue = Queue::default();
        (0..20).for_each(|at| queue.push(&point(at)));
        assert_eq!(queue.len(), 20);
        let mut out = point(99);
        for at in 0..20 {
            assert!(queue.pop(&mut out));
            assert_eq!(format!("{out:?}"), format!("{:?}", point(at)));
        }
        assert!(!queue.pop(&mut out));
        assert_eq!(queue.len(), 0);
    }
}
