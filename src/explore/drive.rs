//! Runs a scenario under a scheduler of the shuttle family, execution after execution.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

use super::deadlock::deadlock;
use super::quiet::Quiet;
use super::steer::{Chooser, Cost, Log, Steered, lock};
use super::vacuity::Contention;
use super::{Bound, Exploration, Schedule, Verdict};
use crate::scenario::{Scenario, Violation, execute};
use crate::sync::Shuttle;
use crate::sync::board::{self, AtOnce, Atomics};
use crate::trace::{Recorder, Trace};

/// What the executions leave behind.
#[derive(Default)]
struct Findings {
    executions: u64,
    longest: usize,
    contention: Contention,
    atomics: Atomics,
    /// Why these executions do not show all that the scenario can do, if they do not.
    blind: Option<String>,
    /// The execution that ended the search, and why.
    last: Option<(Verdict, Trace, Schedule, Cost)>,
    /// What was broken, and at which cost, if the search is not to stop at the first violation.
    all: Option<BTreeMap<Violation, Cost>>,
}

/// Runs executions until the chooser wants no more, or one breaks a property.
pub(super) fn drive<S: Scenario>(
    scenario: &S,
    chooser: impl Chooser,
    max_steps: usize,
) -> Exploration {
    run(scenario, chooser, max_steps, Findings::default()).0
}

/// Runs executions until the chooser wants no more, and returns all that they broke.
pub(super) fn drive_all<S: Scenario>(
    scenario: &S,
    chooser: impl Chooser,
    max_steps: usize,
) -> (Exploration, BTreeMap<Violation, Cost>) {
    let findings = Findings { all: Some(BTreeMap::new()), ..Findings::default() };
    run(scenario, chooser, max_steps, findings)
}

fn run<S: Scenario>(
    scenario: &S,
    chooser: impl Chooser,
    max_steps: usize,
    findings: Findings,
) -> (Exploration, BTreeMap<Violation, Cost>) {
    let _quiet = Quiet::new();
    let begun = Instant::now();
    let log = Arc::new(Mutex::new(Log::default()));
    let findings = Arc::new(Mutex::new(findings));
    // Where invisible steps are choices, the choices are no schedule: that names visible ones only.
    let replays = chooser.at_once() != AtOnce::Nothing;
    let steered = Steered::new(chooser, Arc::clone(&log), max_steps);
    let (body, noted) = (scenario.clone(), Arc::clone(&findings));
    Runner::new(steered, config()).run(move || {
        let recorder = Recorder::new();
        let violation = run_once(&body, &recorder);
        lock(&noted).add(&mut lock(&log), violation, &recorder, max_steps);
    });
    let findings = std::mem::take(&mut *lock(&findings));
    let all = findings.all.unwrap_or_default();
    let exploration = Exploration {
        executions: findings.executions,
        longest: findings.longest,
        vacuous: findings.contention.alarm(),
        ..Exploration::of(findings.blind.map_or(Verdict::Sampled, Verdict::Blind), begun)
    };
    let Some((verdict, trace, schedule, cost)) = findings.last else { return (exploration, all) };
    // What breaks is not vacuous.
    let vacuous = exploration.vacuous.filter(|_| !matches!(verdict, Verdict::Broken(_)));
    let exploration = Exploration {
        vacuous,
        verdict,
        trace: Some(trace),
        schedule: replays.then_some(schedule),
        cost: Some(cost),
        ..exploration
    };
    (exploration, all)
}

/// shuttle's settings. It is to print nothing, and to leave the length of an execution to us.
pub(super) fn config() -> Config {
    let mut config = Config::new();
    config.stack_size = 256 * 1024;
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::None;
    config.silence_warnings = true;
    config
}

/// One execution. A deadlock outranks what the checks say of the state it left.
fn run_once<S: Scenario>(scenario: &S, recorder: &Recorder) -> Option<Violation> {
    let violation = execute::<Shuttle>(scenario, recorder);
    let stuck = board::take_deadlock();
    stuck.map(|stuck| recorder.with_trace(|names| deadlock(&stuck, names))).or(violation)
}

/// What an engine on shuttle cannot see.
fn blind(atomic: &str, ordering: Ordering) -> String {
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
        violation: Option<Violation>,
        recorder: &Recorder,
        max_steps: usize,
    ) {
        self.executions += 1;
        self.longest = self.longest.max(log.chosen.len());
        self.contention.look(log.choice, recorder);
        self.atomics.merge(board::take_atomics());
        if let Some((object, ordering)) = self.atomics.weak() {
            self.blind = Some(recorder.with_trace(|names| blind(names.object(object), ordering)));
        }
        let verdict = match violation {
            _ if log.too_long => Verdict::BoundHit(Bound::Steps(max_steps)),
            Some(violation) => match &mut self.all {
                None => Verdict::Broken(violation),
                Some(all) => {
                    let least = all.entry(violation).or_insert(log.cost);
                    *least = log.cost.min(*least);
                    return;
                }
            },
            None if log.keep => Verdict::Sampled,
            None => return,
        };
        log.stop = true;
        let trace = recorder.trace();
        let schedule = log.chosen.iter().map(|actor| trace.actor(*actor)).collect();
        self.last = Some((verdict, trace, schedule, log.cost));
    }
}
