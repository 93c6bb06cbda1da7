//! Every interleaving, with loom, under the C11 memory model.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use loom::model::Builder;

use super::quiet::Quiet;
use super::steer::lock;
use super::{Bound, Exploration, Verdict};
use crate::scenario::{Property, Scenario, Violation, execute};
use crate::sync::{Loom, Runtime, forget_collapse};
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
    let begun = Instant::now();
    if !scenario.budgets().may_crash().is_empty() {
        let why = "a thread of loom's cannot be killed, and this scenario crashes an actor";
        return Exploration::of(Verdict::NotRun(why.to_owned()), begun);
    }
    let _quiet = Quiet::new();
    forget_collapse();
    let findings = Arc::new(Mutex::new(Findings::default()));
    let (body, noted) = (scenario.clone(), Arc::clone(&findings));
    let ended = catch_unwind(AssertUnwindSafe(|| {
        builder(bounds).check(move || run_once(&body, &noted, bounds.executions));
    }));
    let complaint = ended.err().filter(|payload| !payload.is::<Stop>());
    let Findings { executions, longest, bound_hit, recorder, violation } =
        std::mem::take(&mut *lock(&findings));
    let verdict = match (complaint, violation, bounds.preemptions) {
        (Some(complaint), ..) => explain(complaint.as_ref()),
        (None, Some(violation), _) => Verdict::Broken(violation),
        (None, None, _) if bound_hit => Verdict::BoundHit(Bound::Executions(bounds.executions)),
        (None, None, Some(most)) => Verdict::BoundHit(Bound::Preemptions(most)),
        (None, None, None) => Verdict::Exhausted,
    };
    let trace = match verdict {
        Verdict::Exhausted | Verdict::BoundHit(Bound::Executions(_) | Bound::Preemptions(_)) => {
            None
        }
        _ => recorder.map(|recorder| recorder.trace()),
    };
    Exploration { executions, longest, trace, ..Exploration::of(verdict, begun) }
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
        findings.recorder = Some(recorder.clone());
    }
    let violation = stacker::grow(MAIN_STACK, || execute::<Loom>(scenario, &recorder));
    let broken = violation.is_some();
    {
        let mut findings = lock(findings);
        findings.longest = findings.longest.max(recorder.with_trace(Trace::steps));
        findings.violation = violation;
    }
    // All other threads have ended by now, so nothing is left behind by unwinding the main one.
    if broken {
        resume_unwind(Box::new(Stop));
    }
}

/// What loom said when it gave up. It says so only in a panic; which one it was is in its first words.
fn explain(complaint: &(dyn Any + Send)) -> Verdict {
    let text = complaint.downcast_ref::<String>().map_or("loom gave up", String::as_str);
    if Loom::collapsed() && text.starts_with("deadlock") {
        return Verdict::Broken(Violation {
            property: Property::NoDeadlock,
            detail: format!("loom found no thread that could go on ({text})"),
        });
    }
    Verdict::BoundHit(Bound::Engine(format!("loom gave up: {text}")))
}
