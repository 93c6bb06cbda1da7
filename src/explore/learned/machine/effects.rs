//! The effects of operations and faults on a state; each is computed once for each state of the objects it
//! touches.

use std::rc::Rc;

use super::super::learner::Learner;
use super::super::local::Status;
use super::super::point::{Overlay, Point};
use super::super::stop::Stop;
use super::super::tables::ABSENT;
use super::{Applied, Came, How, Key, Machine};
use crate::machine::operation::{Observation, Operation, Store, Strike};
use crate::machine::resources::link::Link;
use crate::trace::{ActorId, Event, Kind, ObjectId};

impl Machine {
    /// Applies an operation; returns the observation of its actor, and the events.
    pub(super) fn perform(
        &mut self,
        point: &mut Point,
        operation: u32,
        actor: ActorId,
        how: How,
    ) -> Result<(u32, u32), Stop> {
        let footprint = self.learner.tables.operations[operation as usize].footprint;
        let component = |object: Option<ObjectId>| object.map_or(ABSENT, |it| point.object(it));
        let key = Key {
            operation,
            actor: actor.0,
            components: footprint.objects.map(component),
            now: if footprint.time { point.now } else { 0 },
            how,
        };
        if !footprint.whole
            && let Some(Applied { components, observation, events }) = self.applied.get(&key)
        {
            for (object, component) in footprint.objects.iter().zip(components) {
                object.iter().for_each(|object| point.set_object(*object, *component));
            }
            return Ok((*observation, *events));
        }
        self.carried_out += 1;
        let (observation, events) = self.overlay(point, |operations, overlay| {
            let operation = operations(operation);
            match how {
                How::Whole => operation.apply(actor, overlay),
                How::Struck(strike, by) => operation.struck(strike, actor, ActorId(by), overlay),
                How::Abandoned => {
                    operation.abandon(actor, overlay);
                    Observation::Done
                }
            }
        })?;
        if !footprint.whole {
            let component = |object: Option<ObjectId>| object.map_or(ABSENT, |it| point.object(it));
            let components = footprint.objects.map(component);
            self.applied.insert(key, Applied { components, observation, events });
        }
        Ok((observation, events))
    }

    /// Carries out `work` on a state; returns the observation, and the events.
    pub(super) fn overlay(
        &mut self,
        point: &mut Point,
        work: impl FnOnce(&dyn Fn(u32) -> Rc<dyn Operation>, &mut dyn Store) -> Observation,
    ) -> Result<(u32, u32), Stop> {
        let operations =
            |number: u32| Rc::clone(&self.learner.tables.operations[number as usize].operation);
        let mut overlay = Overlay::new(self.view(point));
        let seen = work(&operations, &mut overlay);
        let Overlay { now, changed, events, refused, .. } = overlay;
        if let Some(refused) = refused {
            return Err(Stop::Refused(refused));
        }
        point.now = now;
        for (id, object) in changed {
            let component = self.learner.component(id, object)?;
            point.set_object(id, component);
        }
        let Learner { tables, trace, .. } = &mut self.learner;
        Ok((tables.observation(seen), tables.events(events, trace)))
    }

    pub(super) fn hold(
        &mut self,
        point: &mut Point,
        link: ObjectId,
        operation: u32,
    ) -> Result<(), Stop> {
        self.overlay(point, |operations, world| {
            world.get_mut::<Link>(link).held.push(Some(operations(operation)));
            Observation::Done
        })?;
        Ok(())
    }

    pub(super) fn deliver(
        &mut self,
        point: &mut Point,
        link: ObjectId,
        nth: usize,
        by: ActorId,
    ) -> Result<Came, Stop> {
        let (_, events) = self.overlay(point, |_, world| {
            let link = world.get_mut::<Link>(link);
            let client = link.client;
            if let Some(operation) = link.held.get_mut(nth).and_then(Option::take) {
                operation.struck(Strike::ReplyLost, client, by, world);
            }
            Observation::Done
        })?;
        Ok(self.judge(point, events))
    }

    pub(super) fn kill(
        &mut self,
        point: &mut Point,
        victim: ActorId,
        by: ActorId,
    ) -> Result<Came, Stop> {
        let local = point.local(victim);
        if let Status::Before(operation) = self.learner.locals[local as usize].status {
            self.perform(point, operation, victim, How::Abandoned)?;
        }
        let killed = self.learner.killed(local);
        point.set_local(victim, killed);
        let Learner { tables, trace, .. } = &mut self.learner;
        let crash = tables.events(vec![Event { actor: by, kind: Kind::Crash(victim) }], trace);
        Ok(self.judge(point, crash))
    }

    pub(super) fn pass_time(
        &mut self,
        point: &mut Point,
        at: u64,
        by: ActorId,
    ) -> Result<Came, Stop> {
        point.now = point.now.max(at);
        let now = point.now;
        let Learner { tables, trace, .. } = &mut self.learner;
        let tick = tables.events(vec![Event { actor: by, kind: Kind::Tick(now) }], trace);
        for index in 0..point.objects.len() {
            let component = point.objects[index];
            if component == ABSENT {
                continue;
            }
            if let Some(known) = self.passed.get(&(component, now)) {
                point.objects[index] = *known;
                continue;
            }
            let mut object = self.learner.tables.components[component as usize].object.boxed();
            object.pass_time(now);
            let passed = self.learner.component(ObjectId(index as u32), object)?;
            self.passed.insert((component, now), passed);
            point.objects[index] = passed;
        }
        Ok(self.judge(point, tick))
    }
}
