//! Faults, as actors: whoever schedules decides when they strike.

use super::Budgets;
use super::play::{Running, Time};
use crate::sync::{self, JoinHandle, Runtime};
use crate::trace::{self, ActorId, Kind};

/// Starts an actor for each fault that `budgets` allows.
pub(super) fn start<R: Runtime>(
    budgets: &Budgets,
    victims: &[(ActorId, &Running)],
    time: &Time<R>,
) -> Vec<JoinHandle<R, ()>> {
    let mut faults = Vec::new();
    for name in budgets.may_crash() {
        let victim = victims.iter().find(|(_, running)| running.name == *name);
        faults.extend(victim.map(|(id, running)| crash::<R>(*id, running)));
    }
    if budgets.max_ticks() > 0 {
        faults.push(clock(time.clone(), budgets.max_ticks()));
    }
    faults
}

/// Kills an actor: its process is gone, nothing is released.
fn crash<R: Runtime>(victim: ActorId, running: &Running) -> JoinHandle<R, ()> {
    let running = running.clone();
    sync::spawn(&format!("crash:{}", running.name), move || {
        R::offer(move || !running.has_ended());
        if R::crash(victim) {
            trace::record(R::me(), || Kind::Crash(victim));
        }
    })
}

/// Passes time while somebody could have run: a pause of that somebody.
fn clock<R: Runtime>(time: Time<R>, ticks: u32) -> JoinHandle<R, ()> {
    sync::spawn("clock", move || {
        for _ in 0..ticks {
            let offered = time.clone();
            R::offer(move || offered.next().is_some());
            if let Some(at) = time.next() {
                time.pass_to(at);
            }
        }
    })
}
