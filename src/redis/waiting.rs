//! Clients of a node whose reply has to wait.
//!
//! A command that waits is two steps: in the first it arrives, and finds nothing; in the second the client
//! gets its reply. Between the two it cannot be scheduled: not before somebody has handed it an element, or
//! the clock has reached the end of its time, which is an instant at which the clock stops. That it arrives
//! in a step of its own decides who has waited longest, and from when on the time counts.
//!
//! * The fault `lose-reply` strikes either step: no element is taken for a client that is gone before there
//!   is one, and an element that was on its way is lost.
//! * A client that crashes gives its place up; what it has been handed by then is lost with it.
//! * Where threads cannot be suspended they wait on a condition variable; a wait that has an end lets the
//!   others go on for a while, and then moves the clock there, as a sleep does.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use ::redis::RedisResult;

use super::blocking::{Ticket, Wait};
use super::network::{Line, no_answer};
use super::node::Store;
use super::{Node, Reply};
use crate::sync::Runtime;
use crate::trace::{Event, Kind, ObjectId};

impl<R: Runtime> Node<R> {
    /// Waits with this place in the queue, and returns the reply. `words` is what was asked, and `line` what
    /// the reply comes through, if it can get lost there.
    pub(super) fn wait(
        &self,
        ticket: Ticket,
        wait: &Wait,
        words: &str,
        line: Option<&Line<R>>,
    ) -> RedisResult<Reply> {
        let place = Place::new(self, ticket, wait.deadline);
        let what = Cow::Owned(format!("{} on {}", wait.in_words(), self.name));
        let (there, until) = (self.clone(), wait.clone());
        let ready = move || {
            there.store.look(|store| store.queue.is_served(ticket))
                || until.is_over(there.clock.look_ms())
        };
        let otherwise = || self.wait_unsuspended(ticket, wait);
        let mishap = match line {
            None => {
                R::block_until(what, ready, otherwise);
                None
            }
            Some(line) => {
                let ready = Arc::new(ready);
                let reached = Arc::clone(&ready);
                line.pass_reply(ready, || R::block_until(what, move || reached(), otherwise))
            }
        };
        let step = mishap.map_or_else(R::me, |mishap| mishap.by);
        let answer = place.leave(mishap.is_none(), |object, answer| {
            let request = words.to_owned();
            [Event {
                actor: step,
                kind: Kind::Access {
                    object,
                    request,
                    reply: answer.in_words(),
                    touched: wait.touched(),
                },
            }]
        });
        if answer.heard { Ok(answer.reply) } else { Err(no_answer()) }
    }

    /// Waits in a thread that cannot be suspended.
    fn wait_unsuspended(&self, ticket: Ticket, wait: &Wait) {
        let Some(deadline) = wait.deadline else {
            self.store.wait_on(&self.served, |store| store.queue.is_served(ticket));
            return;
        };
        let is_served = || self.store.look(|store| store.queue.is_served(ticket));
        R::linger(is_served);
        if !is_served() {
            self.clock.advance_to(deadline);
        }
    }
}

/// What the wait came to.
struct Answer {
    /// Nil if it was in vain.
    reply: Reply,
    /// Whether it reaches the client.
    heard: bool,
}

impl Answer {
    /// As timelines tell it.
    fn in_words(&self) -> String {
        let lost = if self.heard { "" } else { ", lost" };
        format!("{}{lost}", self.reply)
    }
}

impl Hash for Answer {
    /// A client learns nothing but its reply.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.heard.then_some(&self.reply).hash(state);
    }
}

/// A place in the queue of a node, given up when the client has its reply, or is unwound.
struct Place<'a, R: Runtime> {
    /// Where the queue is.
    node: &'a Node<R>,
    /// Which place.
    ticket: Ticket,
    /// When the wait ends: the clock has an alarm set for it until then.
    deadline: Option<u64>,
    /// It was given up.
    left: bool,
}

impl<'a, R: Runtime> Place<'a, R> {
    /// Takes charge of a place that the client has in the queue.
    fn new(node: &'a Node<R>, ticket: Ticket, deadline: Option<u64>) -> Self {
        if let Some(deadline) = deadline {
            node.clock.set_alarm(deadline);
        }
        Self { node, ticket, deadline, left: false }
    }

    /// Gives it up for the reply, which is the second step of the command.
    fn leave(mut self, heard: bool, tell: impl FnOnce(ObjectId, &Answer) -> [Event; 1]) -> Answer {
        self.left = true;
        let leave = |store: &mut Store| Answer { reply: store.queue.leave(self.ticket), heard };
        self.node.store.effect(leave, tell)
    }
}

impl<R: Runtime> Drop for Place<'_, R> {
    fn drop(&mut self) {
        // Where the checker itself gave up, nothing of it may be touched.
        if R::collapsed() {
            return;
        }
        if !self.left {
            self.node.store.amend(|store| store.queue.leave(self.ticket));
        }
        if let Some(deadline) = self.deadline {
            self.node.clock.cancel_alarm(deadline);
        }
    }
}
