//! The survey of a world: the enabled actors, the faults that can strike, the passage of time, and deadlocks.

use super::fault::{Budgeted, Injection};
use super::operation::{Blocked, Look};
use crate::trace::ActorId;

/// The possible next events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// This actor runs without a choice: its operation is not a step.
    Forced(ActorId),
    /// One of these is chosen.
    Choice {
        /// The enabled actors.
        actors: Vec<ActorId>,
        /// The faults that can strike, by number, with their effects.
        faults: Vec<(usize, Injection)>,
    },
    /// No actor is enabled, and at least one sleeps: time passes to this instant, in milliseconds.
    Time(u64),
    /// All actors have ended. Commands still held back may arrive, or never do.
    End(Vec<(usize, Injection)>),
    /// A deadlock: each remaining actor is blocked for this reason.
    Deadlock(Vec<(ActorId, Blocked)>),
}

/// Surveys the next events of this world; `left` is the remaining budget of each fault. With `every_step`,
/// invisible steps are choices as well, and faults strike only while no actor is before one.
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
        // An invisible step belongs to the step before it: a fault strikes after both.
        let faults = if invisible { Vec::new() } else { able().collect() };
        return Next::Choice { actors, faults };
    }
    Next::Deadlock(blocked(world))
}

/// The event that needs no choice, if any: an actor runs, or time passes.
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

/// The reason why each waiting actor is blocked.
pub(crate) fn blocked(world: &dyn Look) -> Vec<(ActorId, Blocked)> {
    let waits = |actor: ActorId| Some((actor, world.pending(actor)?.blocked_on(actor, world)));
    world.actors().filter_map(waits).collect()
}
