//! The loop that runs a scenario live, execution after execution.

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

/// The findings of the executions.
#[derive(Default)]
struct Findings {
    executions: u64,
    longest: usize,
    shown: Evidence,
    atomics: Atomics,
    /// The reason why these executions do not show all behaviour of the scenario, if they do not.
    blind: Option<String>,
    /// The execution that ended the search, and the verdict.
    last: Option<(Verdict, Trace, Schedule, Cost)>,
    /// All violations with their costs, if the search does not stop at the first violation.
    all: Option<BTreeMap<Violation, Cost>>,
}

/// Runs executions until the strategy ends the search, or one violates a property.
pub(in crate::explore) fn drive(
    program: &Arc<dyn Program>,
    strategy: impl Strategy,
    max_steps: usize,
) -> Exploration {
    run(program, strategy, max_steps, Findings::default(), Names::default()).0
}

/// Runs executions as `drive` does, with these numbers for actors and objects.
pub(in crate::explore) fn drive_named(
    program: &Arc<dyn Program>,
    strategy: impl Strategy,
    max_steps: usize,
    names: Names,
) -> Exploration {
    run(program, strategy, max_steps, Findings::default(), names).0
}

/// Runs executions until the strategy ends the search, and returns all violations.
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
    // Where invisible steps are choices, the choices are not a schedule: schedules name visible steps only.
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

/// Runs one execution.
fn run_once(program: &dyn Program, recorder: &Recorder) -> Ran {
    let deadlock = || session::with(|session| session.live_mut().deadlock.take()).map(Deadlock);
    let set_up = |world: &_| program.on_model(world);
    let ran = execute::<Model>(&set_up, &program.budgets(), recorder, &deadlock);
    // After a failed set-up, actors that were started still exist.
    let left = session::with(|session| !session.unfinished().is_empty());
    if left {
        session::with(Session::kill_all);
        Session::wait_for_others();
    }
    ran
}

/// The behaviour that a live engine cannot see.
pub(in crate::explore) fn blind(atomic: &str, ordering: Ordering) -> String {
    format!(
        "this engine takes all atomics as sequentially consistent, and {atomic} is accessed with \
         {ordering:?}"
    )
}

impl Findings {
    /// Adds one execution; a violation, or an execution that never ends, ends the search.
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
