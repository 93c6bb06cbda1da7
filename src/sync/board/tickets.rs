//! Condition variables: who waits, and which notifications nobody has taken yet.

use super::BOARD;
use crate::trace::ObjectId;

/// Waits and notifications draw tickets from one counter, so that it is known which came first.
#[derive(Default)]
pub(super) struct Tickets {
    next: u64,
    waiting: Vec<u64>,
    notified: Vec<u64>,
}

/// Begins a wait on a condition variable; the ticket tells it from earlier and later ones.
pub(crate) fn wait(condvar: ObjectId) -> u64 {
    with(condvar, |tickets| {
        tickets.next += 1;
        tickets.waiting.push(tickets.next);
        tickets.next
    })
}

/// Tells one waiter, or all. A notification that finds every waiter told already is lost.
pub(crate) fn notify(condvar: ObjectId, all: bool) {
    with(condvar, |tickets| {
        tickets.next += 1;
        let untold = tickets.waiting.len() - tickets.notified.len();
        let told = if all { untold } else { untold.min(1) };
        let ticket = tickets.next;
        tickets.notified.extend(std::iter::repeat_n(ticket, told));
    });
}

/// Ends a wait: takes the oldest notification that came after it began. (A later waiter may take a
/// later one, so every choice of whom `notify_one` wakes is a choice of the schedule.) A waiter that is
/// unwound may find none; it leaves none behind that only it could have taken.
pub(crate) fn leave(condvar: ObjectId, since: u64) {
    with(condvar, |tickets| {
        tickets.waiting.retain(|ticket| *ticket != since);
        if crate::sync::inert() {
            tickets.drop_what_nobody_can_take();
        } else if let Some(taken) = tickets.notified.iter().position(|ticket| *ticket > since) {
            tickets.notified.remove(taken);
        }
    });
}

impl Tickets {
    /// Whether the wait that began with this ticket can end.
    pub(super) fn told(&self, since: u64) -> bool {
        self.notified.iter().any(|ticket| *ticket > since)
    }

    /// Each notification, oldest first, is for one of the waits that began before it.
    fn drop_what_nobody_can_take(&mut self) {
        let mut kept = 0;
        self.notified.retain(|ticket| {
            let takers = self.waiting.iter().filter(|since| *since < ticket).count();
            let keep = takers > kept;
            kept += usize::from(keep);
            keep
        });
    }

    /// How many waits began before this ticket was drawn.
    pub(super) fn rank(&self, since: u64) -> usize {
        self.waiting.iter().filter(|ticket| **ticket < since).count()
    }

    /// For each notification that nobody has taken: how many of the waits it came after.
    pub(super) fn in_order(&self) -> Vec<usize> {
        self.notified.iter().map(|ticket| self.rank(*ticket)).collect()
    }
}

fn with<U>(condvar: ObjectId, work: impl FnOnce(&mut Tickets) -> U) -> U {
    BOARD.with_borrow_mut(|board| work(board.condvars.entry(condvar).or_default()))
}
