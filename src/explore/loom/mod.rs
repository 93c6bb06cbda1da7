//! Every interleaving under the C11 memory model, with loom.

mod second;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use loom::model::Builder;

use super::deadlock::stuck;
use super::evidence::Evidence;
use super::progress::{self, beat};
use super::quiet::Quiet;
use super::{Bound, Exploration, Verdict};
use crate::scenario::outcome::Deadlock;
use crate::scenario::program::Program;
use crate::scenario::{Ran, Scenario, Violation, execute};
use crate::sync::loom::{self as runtime, GaveUp, MOST_ACTORS, Mode, Noticed, Stop};
use crate::sync::{Loom, panic_message};
use crate::trace::{Recorder, Trace};

/// The bounds of a search with loom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LoomBounds {
    /// The maximum number of executions.
    pub executions: u64,
    /// The maximum number of preemptions of an execution; `None` for any number. A search with this bound
    /// ends by itself without having been exhaustive.
    pub preemptions: Option<usize>,
}

impl Default for LoomBounds {
    fn default() -> Self {
        Self { executions: 1_000_000, preemptions: None }
    }
}

/// The stack size in bytes. loom's main thread has 32 KiB, with no way to get more; a scenario that sets up a
/// server and loads its scripts runs Lua there.
const MAIN_STACK: usize = 512 * 1024;

/// The findings of the body of the model.
#[derive(Default)]
struct Findings {
    executions: u64,
    longest: usize,
    bound_hit: bool,
    shown: Evidence,
    recorder: Option<Recorder>,
    violation: Option<Violation>,
    /// True if the atomics of the last execution are sequentially consistent, and several are shared.
    sequential: bool,
    /// The largest number of actors that waited on a condition variable when one was notified, and its name.
    crowd: Option<(usize, String)>,
}

/// Explores every interleaving of the scenario, within `bounds`.
///
/// loom supports at most four actors besides the main one; a scenario with more is [`Verdict::NotRun`]. It
/// models no spurious wake-ups, and misses outcomes where plain loads of an atomic meet stores to it
/// (tokio-rs/loom issues 166 and 392). Two limits make a verdict [`Verdict::Blind`]:
///
/// * `notify_one` wakes only the actor that has waited longest, where several wait and nothing breaks.
/// * `SeqCst` is taken for acquire and release. A violation that involves only `SeqCst` atomics is not a real
///   outcome if the sequentially consistent search finds none.
#[must_use]
pub fn loom<S: Scenario>(scenario: &S, bounds: LoomBounds) -> Exploration {
    let (found, _) = search(scenario, bounds);
    found
}

/// Runs the search again up to execution number `number`, counted from 1, and returns that execution. loom is
/// deterministic, so a failing execution is replayed by its number; there is no schedule, because under weak
/// memory the order of steps does not determine the values that each of them saw. A search that ends earlier,
/// because it breaks a property or is exhausted, is [`Verdict::NotRun`], and says so.
#[must_use]
pub fn loom_execution<S: Scenario>(scenario: &S, number: u64) -> Exploration {
    let bounds = LoomBounds { executions: number, preemptions: None };
    let (found, last) = search(scenario, bounds);
    let ended = found.executions;
    let verdict = match found.verdict {
        Verdict::NotRun(why) => Verdict::NotRun(why),
        Verdict::Exhausted if ended < number => {
            Verdict::NotRun(format!("the whole search has {ended} executions, and no {number}"))
        }
        Verdict::Broken(violation) if ended < number => Verdict::NotRun(format!(
            "the search ended at execution {ended}, which breaks {violation}; there is no {number}"
        )),
        verdict if ended < number => Verdict::NotRun(format!(
            "the search ended at execution {ended} ({verdict}); there is no {number}"
        )),
        Verdict::BoundHit(Bound::Executions(_)) | Verdict::Exhausted => Verdict::Sampled,
        verdict => verdict,
    };
    let trace = last.filter(|_| !matches!(verdict, Verdict::NotRun(_)));
    Exploration { trace: trace.map(|recorder| recorder.trace()), verdict, ..found }
}

/// Runs the search; returns the result, and the record of its last execution.
fn search<S: Scenario>(scenario: &S, bounds: LoomBounds) -> (Exploration, Option<Recorder>) {
    let begun = Instant::now();
    if let Some(why) = Scenario::budgets(scenario).need_steering() {
        return (Exploration::of(Verdict::NotRun(why), begun), None);
    }
    progress::begin();
    let mut mode = Mode { ticks: scenario.budgets().max_ticks() > 0, ..Mode::default() };
    let (mut verdict, found) = loop {
        let quiet = Quiet::new();
        let (complaint, findings) = match attempt(scenario, bounds, mode) {
            Ok(ended) => ended,
            Err(why) => return (Exploration::of(Verdict::NotRun(why), begun), None),
        };
        drop(quiet);
        if let Some(why) = findings.recorder.as_ref().and_then(Recorder::refused) {
            let Findings { executions, longest, recorder, .. } = findings;
            let trace = recorder.as_ref().map(Recorder::trace);
            let not_run = Exploration::of(Verdict::NotRun(why), begun);
            return (Exploration { executions, longest, trace, ..not_run }, recorder);
        }
        match runtime::gave_up() {
            Some(GaveUp::Again(needed)) => mode = needed,
            Some(GaveUp::TooManyActors(count)) => {
                return (Exploration::of(Verdict::NotRun(too_many(count)), begun), None);
            }
            None => break (conclude(complaint, &findings, bounds), findings),
        }
    };
    if found.sequential && matches!(verdict, Verdict::Broken(_)) {
        verdict = second::opinion(scenario).map_or(verdict, Verdict::Blind);
    }
    let Findings { executions, longest, shown, recorder, .. } = found;
    let clean = match verdict {
        Verdict::Exhausted | Verdict::BoundHit(Bound::Executions(_) | Bound::Preemptions(_)) => {
            true
        }
        Verdict::Blind(_) => found.violation.is_none(),
        _ => false,
    };
    let trace = recorder.as_ref().filter(|_| !clean).map(Recorder::trace);
    let budgets = Some(Program::budgets(scenario));
    let found = Exploration::of(verdict, begun);
    let found = Exploration { executions, longest, trace, shown, budgets, ..found };
    (if clean { found.alarmed() } else { found }, recorder)
}

/// The result of a search with loom: its complaint, if any, and the findings of the executions.
type Ended = (Option<Box<dyn Any + Send>>, Findings);

/// Runs loom's search in this mode.
///
/// # Errors
///
/// Fails if the search could not be set up, with the reason.
fn attempt<S: Scenario>(scenario: &S, bounds: LoomBounds, mode: Mode) -> Result<Ended, String> {
    runtime::recover();
    let findings = Arc::new(Mutex::new(Findings::default()));
    let (body, noted) = (scenario.clone(), Arc::clone(&findings));
    // loom reads its environment variables, used or not, and panics at one that makes no sense.
    let builder = catch_unwind(|| builder(bounds)).map_err(|complaint| {
        format!("loom cannot be set up: {}", panic_message(complaint.as_ref()))
    })?;
    let ended = catch_unwind(AssertUnwindSafe(|| {
        builder.check(move || run_once(&body, &noted, bounds.executions, mode));
    }));
    let findings = std::mem::take(&mut *lock(&findings));
    Ok((ended.err().filter(|payload| !payload.is::<Stop>()), findings))
}

fn too_many(count: usize) -> String {
    format!("loom takes four actors besides the main one, and this scenario has {count}")
}

/// The verdict on a search that ended with this result.
fn conclude(
    complaint: Option<Box<dyn Any + Send>>,
    found: &Findings,
    bounds: LoomBounds,
) -> Verdict {
    match (complaint, &found.violation, &found.crowd, bounds.preemptions) {
        (Some(complaint), ..) => explain(complaint.as_ref(), found.recorder.as_ref()),
        (None, Some(violation), ..) => Verdict::Broken(violation.clone()),
        // `Blind` already implies incompleteness, so it outranks a bound on the search.
        (None, None, Some((count, condvar)), _) => Verdict::Blind(format!(
            "loom wakes the longest waiting of several waiters only, and {count} actors waited on \
             {condvar} at once"
        )),
        _ if found.bound_hit => Verdict::BoundHit(Bound::Executions(bounds.executions)),
        (None, None, None, Some(most)) => Verdict::BoundHit(Bound::Preemptions(most)),
        _ if found.executions == 0 => Verdict::NotRun("loom ran no execution".to_owned()),
        (None, None, None, None) => Verdict::Exhausted,
    }
}

/// loom's settings. Every field is set, so that no `LOOM_MAX_*` variable changes the exploration.
fn builder(bounds: LoomBounds) -> Builder {
    let mut builder = Builder::new();
    builder.max_threads = MOST_ACTORS + 1;
    builder.max_branches = 10_000;
    builder.max_permutations = None;
    builder.max_duration = None;
    builder.preemption_bound = bounds.preemptions;
    builder.checkpoint_file = None;
    builder.checkpoint_interval = usize::MAX;
    builder.expect_explicit_explore = false;
    builder.location = false;
    builder.log = false;
    builder
}

fn run_once<S: Scenario>(scenario: &S, findings: &Mutex<Findings>, most: u64, mode: Mode) {
    let recorder = Recorder::new();
    {
        let mut findings = lock(findings);
        if findings.executions >= most {
            findings.bound_hit = true;
            drop(findings);
            resume_unwind(Box::new(Stop));
        }
        findings.executions += 1;
        beat(findings.executions, None);
        findings.recorder = Some(recorder.clone());
    }
    runtime::begin(mode);
    let Ran { violation, monitors } = stacker::grow(MAIN_STACK, || {
        let set_up = |world: &_| scenario.on_loom(world);
        execute::<Loom>(&set_up, &Program::budgets(scenario), &recorder, &|| None)
    });
    let noticed = runtime::finish();
    // A violation in an execution that only loom permits does not count.
    let violation = violation.filter(|_| noticed.sound);
    let over = violation.is_some() || recorder.refused().is_some();
    {
        let mut findings = lock(findings);
        findings.longest = findings.longest.max(recorder.with_trace(Trace::steps));
        // loom tries the sleep of a single actor twice, in one order.
        let company = recorder.with_trace(|trace| trace.actors.len() > 2);
        let choice = findings.executions > 1 && company;
        findings.shown.look(choice, &monitors, &recorder);
        // In an unsound execution, time may have passed beyond the budgets.
        if noticed.sound {
            recorder.with_trace(|trace| findings.shown.stopped(&trace.events));
        }
        findings.violation = violation;
        findings.notice(&noticed, &recorder);
    }
    // All other threads have ended by now, so unwinding the main one leaves nothing behind.
    if over {
        resume_unwind(Box::new(Stop));
    }
}

impl Findings {
    /// Adds the evidence of the last execution besides its events.
    fn notice(&mut self, noticed: &Noticed, recorder: &Recorder) {
        self.sequential = noticed.atomics.are_all_sequentially_consistent();
        if let Some((condvar, count)) = noticed.crowd
            && self.crowd.as_ref().is_none_or(|(most, _)| *most < count)
        {
            let name = recorder.with_trace(|names| names.object(condvar).to_owned());
            self.crowd = Some((count, name));
        }
    }
}

/// Explains why loom gave up. loom says so only in a panic, whose first words identify the reason; panics of
/// other code do not get here. The waiting actors are known from elsewhere.
fn explain(complaint: &(dyn Any + Send), recorder: Option<&Recorder>) -> Verdict {
    let text = panic_message(complaint);
    match recorder {
        Some(recorder) if text.starts_with("deadlock; threads = ") => {
            if !runtime::noticed().sound {
                return Verdict::Blind(UNSOUND.to_owned());
            }
            let violation =
                |trace: &Trace| Deadlock(stuck(&runtime::awaited(), trace)).violation(trace);
            Verdict::Broken(recorder.with_trace(violation))
        }
        _ => Verdict::BoundHit(Bound::Engine(format!("loom gave up: {text}"))),
    }
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
/// The reason for `Blind`: loom ends its search at a deadlock, even in an execution that does not count.
const UNSOUND: &str = "loom came to a deadlock in an execution in which another actor's step falls into the \
                       middle of one, and cannot go on from there";
