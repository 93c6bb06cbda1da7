//! Faults, as actors: whoever schedules decides when they strike.

use std::sync::Arc;

use super::Budgets;
use super::play::{Running, Time};
use crate::redis::network::{Line, Mishap, MishapKind, Network};
use crate::sync::{self, JoinHandle, Runtime};
use crate::trace::{self, ActorId, Kind};

/// Starts an actor for each fault that `budgets` allows.
pub(super) fn start<R: Runtime>(
    budgets: &Budgets,
    victims: &[(ActorId, &Running)],
    network: &Network<R>,
    time: &Time<R>,
) -> Vec<JoinHandle<R, ()>> {
    for name in budgets.victims() {
        let names: Vec<&str> = victims.iter().map(|(_, running)| running.name.as_str()).collect();
        assert!(
            names.contains(&name),
            "the budgets have a fault strike {name}, but the actors are {}",
            names.join(", ")
        );
    }
    let mut faults = Vec::new();
    for name in budgets.may_crash() {
        let victim = victims.iter().find(|(_, running)| running.name == *name);
        faults.extend(victim.map(|(id, running)| crash::<R>(*id, running)));
    }
    for (id, running) in victims.iter().filter(|(_, running)| budgets.disturbs(&running.name)) {
        let line = network.line(*id, &running.name);
        for (name, times) in
            budgets.may_lose_replies().iter().filter(|(name, _)| *name == running.name)
        {
            faults.push(disturb(
                &format!("lose-reply:{name}"),
                *id,
                &line,
                MishapKind::ReplyLost,
                *times,
            ));
        }
        for (name, times) in budgets.may_delay().iter().filter(|(name, _)| *name == running.name) {
            faults.push(disturb(
                &format!("delay:{name}"),
                *id,
                &line,
                MishapKind::HeldBack,
                *times,
            ));
            faults.extend((0..*times).map(|nth| deliver(name, &line, nth as usize)));
        }
    }
    if budgets.max_ticks() > 0 {
        faults.push(clock(time.clone(), budgets.max_ticks()));
    }
    faults
}

/// Why a fault that is still to come cannot strike, in a sentence: what its offer is made on does not hold.
pub(crate) fn unable(fault: &str) -> String {
    match fault.split_once(':') {
        Some(("crash", victim)) => format!("{victim} has ended already"),
        Some(("lose-reply", victim)) => {
            format!("{victim} is about neither to send a command nor to get the reply to one")
        }
        Some(("delay", victim)) => format!("{victim} is not about to send a command"),
        Some(("deliver", _)) => {
            format!("no command is held back that {fault} could deliver")
        }
        _ => "no instant lies ahead at which anything happens to an actor that is left".to_owned(),
    }
}

/// Kills an actor: its process is gone, nothing is released.
fn crash<R: Runtime>(victim: ActorId, running: &Running) -> JoinHandle<R, ()> {
    let running = running.clone();
    sync::spawn(&format!("crash:{}", running.name), move || {
        R::offer(None, move || !running.has_ended());
        if R::crash(victim) {
            trace::record(R::me(), || Kind::Crash(victim));
        }
    })
}

/// Has something happen to a command that the victim is about to send, in place of the victim's step.
fn disturb<R: Runtime>(
    name: &str,
    victim: ActorId,
    line: &Arc<Line<R>>,
    kind: MishapKind,
    times: u32,
) -> JoinHandle<R, ()> {
    let line = Arc::clone(line);
    sync::spawn(name, move || {
        for _ in 0..times {
            let offered = Arc::clone(&line);
            R::offer(Some(victim), move || offered.is_exposed_to(kind));
            line.strike(Mishap { kind, by: R::me() });
        }
    })
}

/// Delivers the command that was the `nth` to be held back. Each has an actor of its own, because they
/// arrive in any order.
fn deliver<R: Runtime>(client: &str, line: &Arc<Line<R>>, nth: usize) -> JoinHandle<R, ()> {
    let name = match nth {
        0 => format!("deliver:{client}"),
        nth => format!("deliver:{client}:{}", nth + 1),
    };
    let line = Arc::clone(line);
    sync::spawn(&name, move || {
        let offered = Arc::clone(&line);
        R::offer(None, move || offered.holds(nth));
        line.deliver(nth);
    })
}

/// Passes time while somebody could have run: a pause of that somebody.
fn clock<R: Runtime>(time: Time<R>, ticks: u32) -> JoinHandle<R, ()> {
    sync::spawn("clock", move || {
        for _ in 0..ticks {
            let offered = time.clone();
            R::offer(None, move || offered.next().is_some());
            if let Some(at) = time.next() {
                time.pass_to(at);
            }
        }
    })
}
