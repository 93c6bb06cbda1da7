//! Runs a scenario live, execution after execution.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use shuttle::Runner;

use super::scheduler::{Controlled, Log, lock};
use super::turn::{Choice, Strategy};
use crate::explore::bound::Bound;
use crate::explore::config::config;
use crate::explore::cost::Cost;
use crate::explore::evidence::Evidence;
use crate::explore::schedule::Schedule;
use crate::explore::verdict::{Exploration, Verdict};
use crate::machine::names::Names;
use crate::scenario::outcome::Deadlock;
use crate::scenario::program::Program;
use crate::scenario::{Ran, Violation, execute};
use crate::sync::Model;
use crate::sync::model::atomics::Atomics;
use crate::sync::model::session::{self, Session};
use crate::trace::{Recorder, Trace};

/// What the executions leave behind.
#[derive(Default)]
struct Findings {
    executions: u64,
    longest: usize,
    shown: Evidence,
    atomics: Atomics,
    /// Why these executions do not show all that the scenario can do, if they do not.
    blind: Option<String>,
    /// The execution that ended the search, and why.
    last: Option<(Verdict, Trace, Schedule, Cost)>,
    /// What was broken, and at which cost, if the search is not to stop at the first violation.
    all: Option<BTreeMap<Violation, Cost>>,
}

/// Runs executions until the strategy wants no more, or one breaks a property.
pub(in crate::explore) fn drive(
    program: &Arc<dyn Program>,
    strategy: impl Strategy,
    max_steps: usize,
) -> Exploration {
    run(program, strategy, max_steps, Findings::default(), Names::default()).0
}

/// The same, with these numbers for actors and objects.
pub(in crate::explore) fn drive_named(
    program: &Arc<dyn Program>,
    strategy: impl Strategy,
    max_steps: usize,
    names: Names,
) -> Exploration {
    run(program, strategy, max_steps, Findings::default(), names).0
}

/// Runs executions until the strategy wants no more, and returns all that they broke.
pub(in crate::explore) fn drive_all(
    program: &Arc<dyn Program>,
    strategy: impl Strategy,
    max_steps: usize,
) -> (Exploration, BTreeMap<Violation, Cost>) {
    let findings = Findings { all: Some(BTreeMap::new()), ..Findings::default() };
    run(program, strategy, max_steps, findings, Names::default())
}

fn run(
    program: &Arc<dyn Program>,
    strategy: impl Strategy,
    max_steps: usize,
    findings: Findings,
    names: Names,
) -> (Exploration, BTreeMap<Violation, Cost>) {
    let begun = Instant::now();
    let log = Arc::new(Mutex::new(Log::default()));
    let findings = Arc::new(Mutex::new(findings));
    // Where invisible steps are choices, the choices are no schedule: that names visible ones only.
    let replays = !strategy.every_step();
    let controlled = Controlled::new(strategy, Arc::clone(&log), max_steps, names);
    let (body, noted) = (Arc::clone(program), Arc::clone(&findings));
    Runner::new(controlled, config()).run(move || {
        let recorder = Recorder::new();
        let ran = run_once(&*body, &recorder);
        lock(&noted).add(&mut lock(&log), ran, &recorder, max_steps);
    });
    let findings = std::mem::take(&mut *lock(&findings));
    let all = findings.all.unwrap_or_default();
    let exploration = Exploration {
        executions: findings.executions,
        longest: findings.longest,
        shown: findings.shown,
        budgets: Some(program.budgets()),
        ..Exploration::of(findings.blind.map_or(Verdict::Sampled, Verdict::Blind), begun)
    };
    let Some((verdict, trace, schedule, cost)) = findings.last else {
        return (exploration.alarmed(), all);
    };
    let exploration = Exploration {
        verdict,
        trace: Some(trace),
        schedule: replays.then_some(schedule),
        cost: Some(cost),
        ..exploration
    };
    (exploration.alarmed(), all)
}

/// One execution.
fn run_once(program: &dyn Program, recorder: &Recorder) -> Ran {
    let deadlock = || session::with(|session| session.live_mut().deadlock.take()).map(Deadlock);
    let set_up = |world: &_| program.on_model(world);
    let ran = execute::<Model>(&set_up, &program.budgets(), recorder, &deadlock);
    // Where the setting up failed, actors that were started are still there.
    let left = session::with(|session| !session.unfinished().is_empty());
    if left {
        session::with(Session::kill_all);
        Session::wait_for_others();
    }
    ran
}

/// What a live engine cannot see.
pub(in crate::explore) fn blind(atomic: &str, ordering: Ordering) -> String {
    format!(
        "this engine takes all atomics as sequentially consistent, and {atomic} is accessed with \
         {ordering:?}"
    )
}

impl Findings {
    /// Adds one execution; what breaks a property, or never ends, ends the search.
    fn add(
        &mut self,
        log: &mut Log,
        Ran { violation, monitors }: Ran,
        recorder: &Recorder,
        max_steps: usize,
    ) {
        self.executions += 1;
        self.longest = self.longest.max(log.chosen.len());
        self.shown.look(log.choice, &monitors, recorder);
        recorder.with_trace(|trace| self.shown.stopped(&trace.events));
        let refused = session::with(|session| {
            self.atomics.merge(&session.atomics);
            for (number, fault) in session.state.faults.iter().enumerate() {
                self.shown.fault(&fault.name, log.could_strike.contains(&number));
            }
            session.state.refused.take()
        });
        if let Some((object, ordering)) = self.atomics.weak() {
            self.blind = Some(recorder.with_trace(|names| blind(names.object(object), ordering)));
        }
        let verdict = match (refused, violation) {
            (Some(refused), _) => Verdict::NotRun(refused),
            _ if log.too_long => Verdict::BoundHit(Bound::Steps(max_steps)),
            (None, Some(violation)) => match &mut self.all {
                None => Verdict::Broken(violation),
                Some(all) => {
                    let least = all.entry(violation).or_insert(log.cost);
                    *least = log.cost.min(*least);
                    return;
                }
            },
            (None, None) if log.keep => Verdict::Sampled,
            (None, None) => return,
        };
        log.stop = true;
        let trace = recorder.trace();
        let label = |session: &Session, choice: &Choice| choice.label(session);
        let schedule = session::with(|session| {
            log.chosen.iter().map(|choice| label(session, choice)).collect()
        });
        self.last = Some((verdict, trace, schedule, log.cost));
    }
}
