//! Commands as operations of the machine.
//!
//! A command that waits (`BLPOP`) is two steps: in the first it arrives, and finds nothing; in the second the
//! client gets its reply. Between the two it is blocked, until another step hands it an element, or until its
//! time is over, which is an instant at which the clock stops. The step in which it arrives determines its
//! place in the queue, and the start of its time-out.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::store::{Done, Store as Server, Whose};
use crate::machine::operation::{
    Blocked, Exposed, Footprint, Look, Observation, Operation, Store, Strike,
};
use crate::redis::engine::keyspace::Keyspace;
use crate::redis::engine::reply::Reply;
use crate::redis::engine::transaction::Batch;
use crate::redis::engine::waiters::Wait;
use crate::trace::{ActorId, ObjectId};

/// The observation that a client makes by a command.
#[derive(Clone, Debug, Hash)]
pub(in crate::redis) enum Answer {
    /// These replies.
    Replies(Vec<Reply>),
    /// That it has to wait.
    Waits(Wait),
}

/// A client sends a command or a transaction, and the server carries it out.
#[derive(Debug)]
pub(in crate::redis) struct Command {
    pub(in crate::redis) server: ObjectId,
    pub(in crate::redis) batch: Rc<Batch>,
}

impl Command {
    fn carry_out(&self, heard: bool, whose: Whose, world: &mut dyn Store) -> Option<Done> {
        let now = world.now();
        let server = world.get_mut::<Server>(self.server);
        match server.carry_out((self.server, now), &self.batch, heard, whose) {
            Ok(mut done) => {
                std::mem::take(&mut done.events).into_iter().for_each(|event| world.record(event));
                Some(done)
            }
            Err(refused) => {
                world.refuse(refused.to_string());
                None
            }
        }
    }
}

impl Operation for Command {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("command", self.server, &*self.batch).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint { time: true, ..Footprint::of(self.server) }
    }

    fn exposed(&self, _: ActorId, _: &dyn Look) -> Exposed {
        Exposed::Command
    }

    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation {
        match self.carry_out(true, Whose { step: me, client: me }, world) {
            Some(Done { waits: Some(wait), .. }) => Observation::of(Answer::Waits(wait)),
            Some(done) => Observation::of(Answer::Replies(done.replies)),
            None => Observation::Lost,
        }
    }

    fn struck(
        &self,
        strike: Strike,
        me: ActorId,
        by: ActorId,
        world: &mut dyn Store,
    ) -> Observation {
        match strike {
            Strike::HeldBack => {
                let event =
                    world.get_mut::<Server>(self.server).held_back(self.server, &self.batch, by);
                world.record(event);
            }
            Strike::ReplyLost => drop(self.carry_out(false, Whose { step: by, client: me }, world)),
        }
        Observation::Lost
    }
}

/// A client gets the reply that it has waited for.
#[derive(Debug)]
pub(in crate::redis) struct TakeReply {
    pub(in crate::redis) server: ObjectId,
    pub(in crate::redis) name: Rc<str>,
    pub(in crate::redis) batch: Rc<Batch>,
    pub(in crate::redis) wait: Wait,
}

impl TakeReply {
    fn is_ready(&self, me: ActorId, world: &dyn Look) -> bool {
        self.wait.is_over(world.now()) || world.get::<Server>(self.server).queue.is_served(me)
    }

    fn answer(&self, heard: bool, whose: Whose, world: &mut dyn Store) -> Reply {
        let server = world.get_mut::<Server>(self.server);
        let (reply, event) = server.answer(self.server, &self.batch, heard, whose);
        world.record(event);
        reply
    }
}

impl Operation for TakeReply {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("take reply", self.server, &*self.batch, &self.wait).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint { time: true, ..Footprint::of(self.server) }
    }

    fn enabled(&self, me: ActorId, world: &dyn Look) -> bool {
        self.is_ready(me, world)
    }

    fn blocked_on(&self, _: ActorId, _: &dyn Look) -> Blocked {
        Blocked::Condition(Cow::Owned(format!("{} on {}", self.wait.in_words(), self.name)))
    }

    fn wakes_at(&self) -> Option<u64> {
        self.wait.deadline
    }

    fn exposed(&self, me: ActorId, world: &dyn Look) -> Exposed {
        if self.is_ready(me, world) { Exposed::Reply } else { Exposed::Nothing }
    }

    fn apply(&self, me: ActorId, world: &mut dyn Store) -> Observation {
        let reply = self.answer(true, Whose { step: me, client: me }, world);
        Observation::of(Answer::Replies(vec![reply]))
    }

    fn struck(&self, _: Strike, me: ActorId, by: ActorId, world: &mut dyn Store) -> Observation {
        self.answer(false, Whose { step: by, client: me }, world);
        Observation::Lost
    }

    fn abandon(&self, me: ActorId, world: &mut dyn Store) {
        world.get_mut::<Server>(self.server).queue.leave(me);
    }
}

/// A look at what a server holds, as of the actor's last step. It is no step.
#[derive(Clone, Copy, Debug)]
pub(in crate::redis) struct Peek(pub(in crate::redis) ObjectId);

impl Operation for Peek {
    fn encode(&self, mut hasher: &mut dyn Hasher) {
        ("peek at server", self.0).hash(&mut hasher);
    }

    fn footprint(&self) -> Footprint {
        Footprint::of(self.0)
    }

    fn is_step(&self) -> bool {
        false
    }

    fn apply(&self, _: ActorId, world: &mut dyn Store) -> Observation {
        let keyspace: &Keyspace = &world.look().get::<Server>(self.0).keyspace;
        Observation::of(keyspace.clone())
    }
}
