//! The engines that search the state graph of learned actors.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::evidence::evidence;
use super::search::Graph;
use super::stop::Stop;
use crate::explore::census::Census;
use crate::explore::live::{brute_force_judge, drive_brute_force, drive_brute_force_all};
use crate::explore::search::Search;
use crate::explore::thread::on_own_thread;
use crate::explore::verdict::{Exploration, Verdict};
use crate::machine::names::Names;
use crate::scenario::program::{Program, erase};
use crate::scenario::{Scenario, Violation};

/// Searches every interleaving of the scenario, and every point at which a fault of its budgets can strike,
/// until a property is violated or the search is exhausted.
///
/// Actors are learned, and every finding is confirmed live; `docs/engines.md` describes how. A violated
/// assumption of the method is [`Verdict::Uncontrolled`]; a scenario that holds an `opaque` value is executed
/// in every interleaving instead, which [`Exploration::executed_again`] reports.
#[must_use]
pub fn exhaustive<S: Scenario>(scenario: &S, search: Search) -> Exploration {
    let program = erase(scenario);
    on_own_thread(move || run(&program, search, Mode::First).0)
}

/// Searches as [`exhaustive`] does, for all violations. Each was executed live at least once.
#[must_use]
pub fn census<S: Scenario>(scenario: &S, search: Search) -> Census {
    let program = erase(scenario);
    on_own_thread(move || {
        let (exploration, violations) = run(&program, search, Mode::All);
        Census { exploration, violations }
    })
}

/// Searches by increasing cost: fewer faults first, then fewer preemptions, then fewer steps (Musuvathi and
/// Qadeer, "Iterative Context Bounding for Systematic Testing of Multithreaded Programs", PLDI 2007). Where
/// [`Exploration::minimal`] says so, the counterexample is minimal, and the states visited before it are the
/// proof. A violation that only the confirmation of a finished search shows is not minimal, nor is one of a
/// scenario that holds an `opaque` value.
///
/// The assumptions are those of [`exhaustive`].
#[must_use]
pub fn minimal<S: Scenario>(scenario: &S, search: Search) -> Exploration {
    let program = erase(scenario);
    on_own_thread(move || run(&program, search, Mode::Minimal).0)
}

/// The extent of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    First,
    All,
    Minimal,
}

type Found = (Exploration, BTreeMap<Violation, crate::explore::cost::Cost>);

fn run(program: &Arc<dyn Program>, search: Search, mode: Mode) -> Found {
    let begun = Instant::now();
    let mut search = search;
    let mut names = Names::default();
    loop {
        let mut graph = match Graph::new(program, search, std::mem::take(&mut names)) {
            Ok(graph) => graph,
            Err(Stop::Asymmetric) if search.symmetry => {
                search.symmetry = false;
                continue;
            }
            Err(stop) => return without_graph(program, search, mode, stop, begun),
        };
        if mode == Mode::All {
            graph.all = Some(BTreeMap::new());
        }
        let stop = match mode {
            Mode::Minimal => super::minimal::minimal(&mut graph).err(),
            Mode::First | Mode::All => graph.explore().err(),
        };
        match stop {
            // Objects and actors that a client makes are not renamed with it: the search starts over without
            // symmetry.
            Some(Stop::Asymmetric) => search.symmetry = false,
            Some(Stop::Opaque(object)) => {
                return without_graph(program, search, mode, Stop::Opaque(object), begun);
            }
            stop => return finish(graph, stop, mode, begun),
        }
    }
}

fn finish(mut graph: Graph, stop: Option<Stop>, mode: Mode, begun: Instant) -> Found {
    let figures = graph.figures();
    let all = graph.all.take().unwrap_or_default();
    let minimal = mode == Mode::Minimal;
    let (verdict, found) = match stop {
        None => (Verdict::Sampled.of_search(None), None),
        Some(Stop::Broken(found)) => (found.verdict.clone(), Some(*found)),
        Some(stop) => (stop.verdict(), None),
    };
    let verdict = match (verdict, graph.blind()) {
        (Verdict::Exhausted, Some(why)) => Verdict::Blind(why).of_search(None),
        // As in `Verdict::of_search`, `Blind` outranks a bound on the search.
        (Verdict::BoundHit(bound), Some(why)) if bound.is_of_search() => Verdict::Blind(why),
        (verdict, _) => verdict,
    };
    // A search that mistook one value for another proves nothing; a violation that was executed live stands.
    let verdict = match verdict {
        Verdict::Broken(_) | Verdict::NotRun(_) => verdict,
        _ => graph.machine().learner.shared_value().map_or(verdict, Verdict::Uncontrolled),
    };
    let shown = evidence(&mut graph);
    let exploration = Exploration {
        executions: figures.live_runs,
        states: Some(figures.states),
        figures: Some(figures),
        longest: graph.longest,
        minimal: minimal && !graph.visited_all && matches!(verdict, Verdict::Broken(_)),
        shown,
        budgets: Some(graph.program.budgets()),
        trace: found.as_ref().and_then(|found| found.trace.clone()),
        schedule: found.as_ref().and_then(|found| found.schedule.clone()),
        cost: found.as_ref().and_then(|found| found.cost),
        ..Exploration::of(verdict, begun)
    };
    (exploration.alarmed(), all)
}

/// The result where actors cannot be learned.
fn without_graph(
    program: &Arc<dyn Program>,
    search: Search,
    mode: Mode,
    stop: Stop,
    begun: Instant,
) -> Found {
    match stop {
        Stop::Opaque(object) => {
            let (exploration, all) = match mode {
                Mode::All => drive_brute_force_all(program, search),
                Mode::First | Mode::Minimal => {
                    (drive_brute_force(program, search), BTreeMap::new())
                }
            };
            let exploration = Exploration {
                executed_again: Some(format!(
                    "{object} holds a value that cannot be copied or compared, so everything was executed \
                     again"
                )),
                ..brute_force_judge(exploration, search)
            };
            (exploration, all)
        }
        // The live execution reports the violation, and shows it.
        Stop::SetUpBroken | Stop::SetUpPanicked(_) => {
            let once = Search { executions: 1, ..search };
            (drive_brute_force(program, once), BTreeMap::new())
        }
        Stop::Broken(found) => (*found, BTreeMap::new()),
        stop => {
            let budgets = Some(program.budgets());
            let exploration = Exploration { budgets, ..Exploration::of(stop.verdict(), begun) };
            (exploration, BTreeMap::new())
        }
    }
}
