//! Runs of one actor alone, and their effects.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::super::local::{Effect, Local, Status};
use super::super::stop::Stop;
use super::Learner;
use crate::machine::encode::Encoded;
use crate::machine::resources::shared::{Create, Record};
use crate::scenario::World;
use crate::scenario::property::set::Monitors;
use crate::sync::model::alone::{Alone, Log};
use crate::sync::model::session::Session;
use crate::sync::model::{alone, session};
use crate::trace;
use crate::trace::{ActorId, Event};

impl Learner {
    /// Returns whether the actor names a client that none of its observations names, and that is not itself:
    /// then clients cannot be swapped without changing its behaviour.
    pub(super) fn names_out_of_nowhere(&self, from: u32, observation: u32, run: &Alone) -> bool {
        let clients = &self.tables.clients;
        if clients.len() < 2 {
            return false;
        }
        let Local { actor, history, .. } = &self.locals[from as usize];
        let mut known = history.mentioned();
        known.extend(run.seen.mentioned());
        known.extend(
            Encoded::of(&self.tables.observations[observation as usize], clients).mentioned(),
        );
        known.extend(clients.position(*actor).map(|me| me as u16));
        let mut said = Vec::new();
        for effect in &run.effects {
            if let alone::Effect::Do(operation) = effect {
                said.extend(Encoded::with(clients, |hasher| operation.encode(hasher)).mentioned());
            }
        }
        if let Some(next) = &run.next {
            said.extend(Encoded::with(clients, |hasher| next.operation.encode(hasher)).mentioned());
            said.extend(Encoded::of(&next.announced, clients).mentioned());
        }
        if let Some(result) = &run.result {
            said.extend(Encoded::of(result, clients).mentioned());
        }
        said.iter().any(|client| !known.contains(client))
    }

    pub(super) fn run(&mut self, path: Vec<(ActorId, Log)>) -> Result<Alone, Stop> {
        self.runs += 1;
        let _scope = trace::enter(None);
        let alone = Alone::new(path, self.tables.clients.clone());
        let names = std::mem::take(&mut self.names);
        session::begin(Session::alone(names, alone, Rc::clone(&self.set_up)));
        // The session holds the actor's operations, however the run ends.
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let world = World::new(Monitors::default());
            self.program.on_model(&world);
            world.start(&self.budgets)
        }));
        let session = session::end().expect("the session of the run");
        if let Some(refused) = &session.state.refused {
            return Err(Stop::Refused(refused.clone()));
        }
        let opaque = session.opaque.first().copied();
        self.atomics.merge(&session.atomics);
        let (names, alone) = session.into_alone();
        if names.objects().len() != self.trace.objects.len()
            || names.actors().len() != self.trace.actors.len()
        {
            self.trace = names.to_trace();
        }
        self.names = names;
        match opaque {
            Some(object) => Err(Stop::Opaque(self.names.objects()[object.index()].clone())),
            None => Ok(alone),
        }
    }

    pub(super) fn effects(
        &mut self,
        actor: ActorId,
        edge: u32,
        inherited: &Encoded,
        effects: Vec<alone::Effect>,
    ) -> Result<Box<[Effect]>, Stop> {
        let is_client = self.tables.clients.position(actor).is_some();
        let mut learned = Vec::new();
        let mut events = Vec::new();
        for effect in effects {
            match effect {
                alone::Effect::Do(operation) => {
                    if let Some(Record(event)) = (&*operation as &dyn Any).downcast_ref() {
                        events.push(event.clone());
                        continue;
                    }
                    self.flush(&mut events, &mut learned);
                    match (&*operation as &dyn Any).downcast_ref::<Create>() {
                        Some(_) if is_client => return Err(Stop::Asymmetric),
                        Some(Create { object, with }) => {
                            let component = self.component(*object, with.boxed())?;
                            learned.push(Effect::Create(object.0, component));
                        }
                        None => learned.push(Effect::Do(self.tables.operation(&operation))),
                    }
                }
                alone::Effect::Spawn(_) if is_client => return Err(Stop::Asymmetric),
                alone::Effect::Spawn(child) => {
                    self.flush(&mut events, &mut learned);
                    let root = self.root(child, Some(edge), inherited.clone());
                    learned.push(Effect::Spawn(child, root));
                }
            }
        }
        self.flush(&mut events, &mut learned);
        Ok(learned.into())
    }

    pub(super) fn flush(&mut self, events: &mut Vec<Event>, learned: &mut Vec<Effect>) {
        if !events.is_empty() {
            let events = self.tables.events(std::mem::take(events), &self.trace);
            learned.push(Effect::Record(events));
        }
    }

    /// Returns whether an actor has repeated one loop too often: the same operations with the same
    /// observations.
    pub(super) fn is_endless(&self, local: &Local) -> bool {
        const ROUNDS: usize = 40;
        const LONGEST: usize = 6;
        if local.depth < ROUNDS as u32 || matches!(local.status, Status::Ended(_)) {
            return false;
        }
        let mut steps = Vec::with_capacity(ROUNDS * LONGEST);
        let mut at = local.parent;
        while let Some((parent, seen)) = at
            && steps.len() < ROUNDS * LONGEST
        {
            let parent = &self.locals[parent as usize];
            steps.push((parent.status, seen));
            at = parent.parent;
        }
        (1..=LONGEST).any(|period| {
            let length = period * ROUNDS;
            steps.len() >= length && (period..length).all(|at| steps[at] == steps[at - period])
        })
    }

    pub(super) fn nondeterministic(&self, actor: ActorId, step: usize) -> String {
        let name = &self.trace.actors[actor.index()];
        format!(
            "{name} does not do the same again: with the same observations, its step {step} is another one. \
             It depends on something that is not part of the world, such as a static, a captured atomic, the \
             order of a HashMap, time, or addresses"
        )
    }
}
