//! Who can take a step, which faults can strike, whether time passes, whether nobody can go on.

use super::fault::{Budgeted, Injection};
use super::operation::{Blocked, Look};
use crate::trace::ActorId;

/// What can happen next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// This actor goes on without a choice: what it does is no step.
    Forced(ActorId),
    /// One of these happens.
    Choice {
        /// Actors that can take their next step.
        actors: Vec<ActorId>,
        /// Faults that can strike, by number, with what they do.
        faults: Vec<(usize, Injection)>,
    },
    /// Nobody can take a step, and somebody sleeps: time passes to this instant, in milliseconds.
    Time(u64),
    /// All actors have ended. What is still held back may arrive, or never does.
    End(Vec<(usize, Injection)>),
    /// Nobody can go on: who waits for what.
    Deadlock(Vec<(ActorId, Blocked)>),
}

/// What can happen next in this world; `left` is what is left of each fault's budget. With `every_step`,
/// what is no step is a choice as well, and faults strike only while nobody is before it.
pub(crate) fn survey(
    world: &dyn Look,
    faults: &[Budgeted],
    left: &[u32],
    every_step: bool,
) -> Next {
    if let Some(next) = unasked(world, every_step) {
        return next;
    }
    let mut actors = Vec::new();
    let (mut alive, mut invisible) = (false, false);
    for actor in world.actors() {
        let Some(operation) = world.pending(actor) else { continue };
        alive = true;
        if operation.enabled(actor, world) {
            invisible |= !operation.is_step();
            actors.push(actor);
        }
    }
    let able = || {
        let budgeted = faults.iter().zip(left).enumerate().filter(|(_, (_, left))| **left > 0);
        budgeted.filter_map(|(number, (fault, _))| {
            Some((number, fault.injector.injection(world).ok()?))
        })
    };
    if !alive {
        let arrive = able().filter(|(_, it)| matches!(it, Injection::Deliver(..)));
        return Next::End(arrive.collect());
    }
    if !actors.is_empty() {
        // What nobody can notice belongs to the step before it: a fault strikes after both.
        let faults = if invisible { Vec::new() } else { able().collect() };
        return Next::Choice { actors, faults };
    }
    Next::Deadlock(blocked(world))
}

/// What happens without a choice, if anything does: somebody goes on, or time passes.
pub(crate) fn unasked(world: &dyn Look, every_step: bool) -> Option<Next> {
    let (mut alive, mut able) = (false, false);
    for actor in world.actors() {
        let Some(operation) = world.pending(actor) else { continue };
        alive = true;
        if operation.enabled(actor, world) {
            if !every_step && !operation.is_step() {
                return Some(Next::Forced(actor));
            }
            able = true;
        }
    }
    if able || !alive {
        return None;
    }
    match (world.next_alarm(), world.next_instant()) {
        (Some(_), Some(at)) => Some(Next::Time(at)),
        _ => None,
    }
}

/// Who waits for what.
pub(crate) fn blocked(world: &dyn Look) -> Vec<(ActorId, Blocked)> {
    let waits = |actor: ActorId| Some((actor, world.pending(actor)?.blocked_on(actor, world)));
    world.actors().filter_map(waits).collect()
}
