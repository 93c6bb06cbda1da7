//! A condition variable: its waiters, and the notifications that no waiter has taken yet.

use std::hash::{Hash, Hasher};

use super::mutex::Mutex;
use super::shared::Content;
use crate::machine::object::plain_object;
use crate::machine::operation::{Blocked, Footprint, Look, Observation, Operation, Store};
use crate::trace::{ActorId, Kind, ObjectId};

/// The waits and notifications, in the order in which they came.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Condvar {
    /// The waiters, longest waiting first.
    waiting: Vec<ActorId>,
    /// For each notification not yet taken, oldest first: the number of current waiters that began before it.
    notified: Vec<usize>,
}

plain_object!(Condvar);

impl Condvar {
    /// Returns whether this waiter can take a notification: one that came after its wait began.
    fn is_told(&self, me: ActorId) -> bool {
        let place = self.waiting.iter().position(|waiter| *waiter == me);
        place.is_some_and(|place| self.notified.iter().any(|before| *before > place))
    }

    fn notify(&mut self, all: bool) {
        let untold = self.waiting.len() - self.notified.len();
        let told = if all { untold } else { untold.min(1) };
        self.notified.extend(std::iter::repeat_n(self.waiting.len(), told));
    }

    /// Takes the oldest notification that came after the wait began. (A later waiter may take a later one, so
    /// the schedule decides which waiter each `notify_one` wakes.)
    fn wake(&mut self, me: ActorId) {
        if let Some(place) = self.leave(me)
            && let Some(taken) = self.notified.iter().position(|before| *before > place)
        {
            self.notified.remove(taken);
            self.forget(place);
        }
    }

    fn leave(&mut self, me: ActorId) -> Option<usize> {
        let place = self.waiting.iter().position(|waiter| *waiter == me)?;
        self.waiting.remove(place);
        Some(place)
    }

    /// Ends the wait at this place.
    fn forget(&mut self, place: usize) {
        for before in &mut self.notified {
            *before -= usize::from(*before > place);
        }
    }

    /// Removes a waiter that is gone, and every notification that only it could have taken: each
    /// notification, oldest first, is for one of the waits that began before it.
    fn abandon(&mut self, me: ActorId) {
        let Some(place) = self.leave(me) else { return };
        self.forget(place);
        let mut kept = 0;
        self.notified.retain(|takers| {
            let keep = *takers > kept;
            kept += usize::from(keep);
            keep
        });
    }
}

/// Begins a wait, having released the mutex with this content. It is part of the step that took the mutex, or
/// a step of its own.
#[derive(Clone, Debug)]
pub(crate) struct Wait {
    /// The condition variable.
    pub(crate) condvar: ObjectId,
    /// The mutex, which is released during the wait.
    pub(crate) mutex: ObjectId,
    /// The new content of the mutex.
    pub(crate) content: Content,
    /// True if it is a step of its own.
    pub(crate) alone: bool,
}

impl Operation for Wait {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("wait", self.condvar, self.mutex, &self.content, self.alone).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint { objects: [Some(self.condvar), Some(self.mutex)], ..Footprint::NOTHING }
    }

    fn is_step(&self) -> bool {
        self.alone
    }

    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation {
        let mutex = world.get_mut::<Mutex>(self.mutex);
        mutex.holder = None;
        mutex.content = self.content.clone();
        world.get_mut::<Condvar>(self.condvar).waiting.push(me);
        world.did(me, Kind::Wait { object: self.condvar, alone: self.alone });
        Observation::Done
    }
}

/// Wakes up, and takes the mutex again. The actor observes its content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wake {
    /// The condition variable.
    pub(crate) condvar: ObjectId,
    /// The mutex.
    pub(crate) mutex: ObjectId,
}

impl Operation for Wake {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("wake", self.condvar, self.mutex).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint { objects: [Some(self.condvar), Some(self.mutex)], ..Footprint::NOTHING }
    }

    fn enabled(&self, me: ActorId, world: &dyn Look) -> bool {
        world.get::<Condvar>(self.condvar).is_told(me)
            && world.get::<Mutex>(self.mutex).holder.is_none()
    }

    fn blocked_on(&self, me: ActorId, world: &dyn Look) -> Blocked {
        if world.get::<Condvar>(self.condvar).is_told(me) {
            Mutex::blocked_on(self.mutex, world)
        } else {
            Blocked::Notification(self.condvar)
        }
    }

    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation {
        world.get_mut::<Condvar>(self.condvar).wake(me);
        let mutex = world.get_mut::<Mutex>(self.mutex);
        mutex.holder = Some(me);
        let seen = mutex.content.observed();
        world.did(me, Kind::Wake(self.condvar));
        seen
    }

    fn abandon(&self, me: ActorId, world: &mut dyn Store) {
        world.get_mut::<Condvar>(self.condvar).abandon(me);
    }
}

/// Notifies one waiter, or all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notify {
    /// The condition variable.
    pub(crate) condvar: ObjectId,
    /// True if all waiters are notified.
    pub(crate) all: bool,
}

impl Operation for Notify {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("notify", self.condvar, self.all).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::of(self.condvar)
    }

    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation {
        world.get_mut::<Condvar>(self.condvar).notify(self.all);
        world.did(me, Kind::Notify { object: self.condvar, all: self.all });
        Observation::Done
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    const ALICE: ActorId = ActorId(1);
    const BOB: ActorId = ActorId(2);
    const CAROL: ActorId = ActorId(3);

    fn waiting(who: &[ActorId]) -> Condvar {
        Condvar { waiting: who.to_vec(), notified: Vec::new() }
    }

    #[test]
    fn a_notification_is_for_those_who_waited_before_it() {
        let mut condvar = waiting(&[ALICE]);
        condvar.notify(false);
        condvar.waiting.push(BOB);
        assert!(condvar.is_told(ALICE) && !condvar.is_told(BOB));
        condvar.notify(false);
        assert!(condvar.is_told(BOB));
        condvar.wake(BOB);
        assert!(condvar.is_told(ALICE));
        condvar.wake(ALICE);
        assert!(condvar.notified.is_empty() && condvar.waiting.is_empty());
    }

    #[test]
    fn a_notification_without_waiters_is_lost_and_all_are_told_once() {
        let mut condvar = waiting(&[]);
        condvar.notify(true);
        condvar.waiting.extend([ALICE, BOB]);
        assert!(!condvar.is_told(ALICE));
        condvar.notify(true);
        condvar.notify(false);
        assert_eq!(condvar.notified.len(), 2);
    }

    #[test]
    fn a_waiter_that_is_gone_takes_its_notification_with_it() {
        let mut condvar = waiting(&[ALICE]);
        condvar.notify(false);
        condvar.waiting.push(CAROL);
        condvar.abandon(ALICE);
        assert!(condvar.notified.is_empty() && !condvar.is_told(CAROL));
    }
}
