//! Every interleaving, with loom, under the C11 memory model.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use loom::model::Builder;

use super::deadlock::{deadlock, stuck};
use super::progress::{self, beat};
use super::quiet::Quiet;
use super::steer::lock;
use super::vacuity::Contention;
use super::{Bound, Exploration, Verdict};
use crate::scenario::{Scenario, Violation, execute};
use crate::sync::{Loom, awaited, forget_collapse, panic_message};
use crate::trace::{Recorder, Trace};

/// How far loom may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LoomBounds {
    /// How many executions to run at most.
    pub executions: u64,
    /// How many preemptions an execution may have; `None` for any number. A search so bounded ends by
    /// itself without having been exhaustive.
    pub preemptions: Option<usize>,
}

impl Default for LoomBounds {
    fn default() -> Self {
        Self { executions: 1_000_000, preemptions: None }
    }
}

/// In bytes. loom's main thread has 32 KiB and no way to ask for more; a scenario that sets up a server
/// and loads its scripts runs Lua there.
const MAIN_STACK: usize = 512 * 1024;

/// What the body of the model leaves behind.
#[derive(Default)]
struct Findings {
    executions: u64,
    longest: usize,
    bound_hit: bool,
    contention: Contention,
    recorder: Option<Recorder>,
    violation: Option<Violation>,
}

/// Ends loom's search from within. It is not a panic: no hook runs.
struct Stop;

/// Explores every interleaving of the scenario, within `bounds`.
///
/// loom takes at most four actors besides the main one, knows no spurious wake-ups, treats sequentially
/// consistent accesses as acquire and release, and misses outcomes where plain loads of an atomic meet
/// stores to it (tokio-rs/loom issues 166 and 392). It has no time: a sleep lets the clock advance.
#[must_use]
pub fn loom<S: Scenario>(scenario: &S, bounds: LoomBounds) -> Exploration {
    let (found, _) = search(scenario, bounds);
    found
}

/// Runs the search again up to execution number `number`, counted from 1, and returns what happened in
/// that one. loom is deterministic, so the number of a failing execution is what replays it; there is
/// no schedule, because under weak memory the order of steps does not say what each of them saw. A search
/// that ends before, because it breaks a property or is exhausted, is [`Verdict::NotRun`], and says so.
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

/// The search, and the record of its last execution.
fn search<S: Scenario>(scenario: &S, bounds: LoomBounds) -> (Exploration, Option<Recorder>) {
    let begun = Instant::now();
    if let Some(why) = scenario.budgets().need_steering() {
        return (Exploration::of(Verdict::NotRun(why), begun), None);
    }
    progress::begin();
    let _quiet = Quiet::new();
    forget_collapse();
    let findings = Arc::new(Mutex::new(Findings::default()));
    let (body, noted) = (scenario.clone(), Arc::clone(&findings));
    let builder = match catch_unwind(|| builder(bounds)) {
        Ok(builder) => builder,
        // It reads its environment variables, used or not, and panics at one that makes no sense.
        Err(complaint) => {
            let why = format!("loom cannot be set up: {}", panic_message(complaint.as_ref()));
            return (Exploration::of(Verdict::NotRun(why), begun), None);
        }
    };
    let ended = catch_unwind(AssertUnwindSafe(|| {
        builder.check(move || run_once(&body, &noted, bounds.executions));
    }));
    let complaint = ended.err().filter(|payload| !payload.is::<Stop>());
    let Findings { executions, longest, bound_hit, contention, recorder, violation } =
        std::mem::take(&mut *lock(&findings));
    let verdict = match (complaint, violation, bounds.preemptions) {
        (Some(complaint), ..) => explain(complaint.as_ref(), recorder.as_ref()),
        (None, Some(violation), _) => Verdict::Broken(violation),
        (None, None, _) if bound_hit => Verdict::BoundHit(Bound::Executions(bounds.executions)),
        (None, None, Some(most)) => Verdict::BoundHit(Bound::Preemptions(most)),
        (None, None, None) => Verdict::Exhausted,
    };
    let (trace, vacuous) = match verdict {
        Verdict::Exhausted | Verdict::BoundHit(Bound::Executions(_) | Bound::Preemptions(_)) => {
            (None, contention.alarm())
        }
        _ => (recorder.as_ref().map(Recorder::trace), None),
    };
    let found =
        Exploration { executions, longest, trace, vacuous, ..Exploration::of(verdict, begun) };
    (found, recorder)
}

/// Every field is set, so that no `LOOM_MAX_*` variable changes what is explored.
fn builder(bounds: LoomBounds) -> Builder {
    let mut builder = Builder::new();
    builder.max_threads = 5;
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

fn run_once<S: Scenario>(scenario: &S, findings: &Mutex<Findings>, most: u64) {
    let recorder = Recorder::new();
    {
        let mut findings = lock(findings);
        if findings.executions >= most {
            findings.bound_hit = true;
            drop(findings);
            resume_unwind(Box::new(Stop));
        }
        findings.executions += 1;
        beat(findings.executions, None, None);
        findings.recorder = Some(recorder.clone());
    }
    let violation = stacker::grow(MAIN_STACK, || execute::<Loom>(scenario, &recorder));
    let broken = violation.is_some();
    {
        let mut findings = lock(findings);
        findings.longest = findings.longest.max(recorder.with_trace(Trace::steps));
        let more_than_one = findings.executions > 1;
        findings.contention.look(more_than_one, &recorder);
        findings.violation = violation;
    }
    // All other threads have ended by now, so nothing is left behind by unwinding the main one.
    if broken {
        resume_unwind(Box::new(Stop));
    }
}

/// What loom said when it gave up. It says so only in a panic; which one it was is in its first words, and
/// nobody else's panic gets here. Who waits for what is known from elsewhere.
fn explain(complaint: &(dyn Any + Send), recorder: Option<&Recorder>) -> Verdict {
    let text = panic_message(complaint);
    match recorder {
        Some(recorder) if text.starts_with("deadlock; threads = ") => {
            let violation = |trace: &Trace| deadlock(&stuck(&awaited(), trace), trace);
            Verdict::Broken(recorder.with_trace(violation))
        }
        _ => Verdict::BoundHit(Bound::Engine(format!("loom gave up: {text}"))),
    }
}
