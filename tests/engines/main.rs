//! The conformance suite: what each runtime has to supply, and what each engine has to find with it.
#![cfg(not(loom))]

mod blind;
mod deadlocks;
mod histories;
mod loom_honest;
mod loom_orderings;
mod loom_time;
mod pct;
mod progress;
mod scope;
mod seam;
mod sees;
mod timelines;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use lockproof::explore::{
    Exploration, LoomBounds, Sampling, Search, Verdict, brute_force, exhaustive, loom,
    loom_execution, minimal, pct, random, replay, stress, urw,
};
use lockproof::races::lost_update::{Buggy, Fixed};
use lockproof::races::stolen_wakeup;
use lockproof::scenario::{Property, Scenario};
use lockproof::trace::{Kind, Trace};

const SAMPLING: Sampling = Sampling { seed: 1, executions: 500, max_steps: 1_000 };

/// Every engine, real threads first.
const ENGINES: [&str; 5] = ["stress", "loom", "random", "pct", "urw"];

/// The engines that explore interleavings, by name, run one by one. Real threads are not started: some
/// of what these are given deadlocks.
fn checkers<S: Scenario>(scenario: &S) -> impl Iterator<Item = (&'static str, Exploration)> {
    run(&ENGINES[1..], scenario)
}

/// Every engine, by name, run one by one.
fn engines<S: Scenario>(scenario: &S) -> impl Iterator<Item = (&'static str, Exploration)> {
    run(&ENGINES, scenario)
}

fn run<S: Scenario>(
    names: &'static [&'static str],
    scenario: &S,
) -> impl Iterator<Item = (&'static str, Exploration)> {
    names.iter().copied().map(move |name| (name, explore(name, scenario)))
}

fn explore<S: Scenario>(engine: &str, scenario: &S) -> Exploration {
    match engine {
        "stress" => stress(scenario, 100),
        "loom" => loom(scenario, LoomBounds::default()),
        "random" => random(scenario, SAMPLING),
        "pct" => pct(scenario, 3, SAMPLING),
        _ => urw(scenario, SAMPLING),
    }
}

#[track_caller]
fn holds_everywhere(scenario: &impl Scenario) {
    for (engine, exploration) in engines(scenario) {
        let clean = matches!(exploration.verdict, Verdict::Exhausted | Verdict::Sampled);
        assert!(clean, "{engine}: {exploration}");
        assert!(exploration.executions > 1, "{engine}: {exploration}");
    }
}

fn names(trace: &Trace) -> Vec<&str> {
    let steps = trace.events.iter().filter(|event| event.kind.is_step());
    steps.map(|event| trace.actor(event.actor)).filter(|name| *name != "main").collect()
}

#[test]
fn one_scenario_runs_under_every_runtime() {
    for (engine, exploration) in checkers(&Buggy) {
        let found = exploration.violation().map(|violation| violation.property);
        assert_eq!(found, Some(Property::ConservedBalance), "{engine}: {exploration}");
    }
    holds_everywhere(&Fixed);
}

#[test]
fn a_mutex_admits_one_at_a_time() {
    holds_everywhere(&seam::OneAtATime);
}

#[test]
fn a_condvar_hands_over() {
    holds_everywhere(&seam::HandOver);
}

#[test]
fn join_returns_and_raises_again() {
    for (engine, exploration) in engines(&seam::JoinReturnsAndRaises) {
        let violation = exploration.violation().expect(engine);
        assert_eq!(violation.property, Property::NoPanic, "{engine}: {violation}");
        assert_eq!(violation.detail, "thrower panicked: thrown", "{engine}");
        let panics = exploration
            .trace
            .expect(engine)
            .events
            .into_iter()
            .filter_map(|event| matches!(event.kind, Kind::Panic(_)).then_some(event.actor));
        // The parent raises it again, and so ends by it too. On the model the first panic ends the execution.
        let expected = if ["stress", "loom"].contains(&engine) { 2 } else { 1 };
        assert_eq!(panics.count(), expected, "{engine}");
    }
}

#[test]
fn a_checker_explores_every_order_of_two_actors() {
    let orders = seam::Orders::default();
    for (engine, _) in checkers(&orders) {
        let seen = std::mem::take(&mut *orders.0.lock().unwrap());
        // Two steps each: 4! / (2! 2!) orders.
        assert_eq!(seen.len(), 6, "{engine}: {seen:?}");
    }
}

#[test]
fn the_trace_is_that_of_the_failing_execution_alone() {
    // What breaks is the third run, whoever runs it, so there are two before whose events are not to stay.
    let later = || seam::BreaksInALaterRun { first: 3, runs: Arc::default() };
    let brute_force = ("brute force", brute_force(&later(), Search::DEFAULT));
    let others = ENGINES.map(|name| (name, explore(name, &later())));
    for (engine, found) in others.into_iter().chain([brute_force]) {
        assert_eq!((found.executions, found.longest), (3, 4), "{engine}: {found}");
        let violation = found.violation().expect(engine);
        assert_eq!(violation.detail, "this is run 3", "{engine}");
        let trace = found.trace.expect(engine);
        assert_eq!(trace.actors, ["main", "alice", "bob"], "{engine}");
        let mut steps = names(&trace);
        steps.sort_unstable();
        assert_eq!(steps, ["alice", "alice", "bob", "bob"], "{engine}");
    }
}

#[test]
fn a_schedule_is_what_the_trace_shows_and_replays_to_the_same_trace() {
    let searches = [exhaustive, minimal].map(|search| ("search", search(&Buggy, Search::DEFAULT)));
    for (engine, exploration) in checkers(&Buggy).skip(1).chain(searches) {
        let (schedule, trace) =
            (exploration.schedule.expect(engine), exploration.trace.expect(engine));
        assert_eq!(schedule.names().collect::<Vec<_>>(), names(&trace), "{engine}");
        let again = replay(&Buggy, &schedule).expect(engine);
        assert_eq!(again.trace.as_ref(), Some(&trace), "{engine}");
        assert_eq!(again.schedule.as_ref(), Some(&schedule), "{engine}");
    }
}

#[test]
fn a_main_actor_that_takes_part_is_not_run_on_the_model() {
    let searches = [exhaustive, minimal];
    let searches = searches.map(|it| ("search", it(&seam::MainTakesPart, Search::DEFAULT)));
    for (engine, found) in checkers(&seam::MainTakesPart).skip(1).chain(searches) {
        let why =
            "not run: what sets the world up or judges it waits for something that never comes";
        assert_eq!(found.verdict.to_string(), why, "{engine}");
    }
    let found = loom(&seam::MainTakesPart, LoomBounds::default());
    assert!(found.violation().is_some(), "{found}");
}

#[test]
fn a_schedule_that_does_not_fit_says_where_and_who_could_go_on() {
    let schedule = "alice alice bob alice bob".parse().expect("a schedule");
    let divergence = replay(&Buggy, &schedule).expect_err("alice has only two steps");
    assert_eq!((divergence.step, divergence.expected.as_str()), (4, "alice"));
    assert_eq!(divergence.runnable, ["bob"]);
    let sentence = divergence.to_string();
    let expected =
        "step 4 of the schedule is alice's, but only bob could go on: alice has ended already";
    assert_eq!(sentence, expected);
}

#[test]
fn a_schedule_that_ends_early_goes_on_with_whoever_ran_last() {
    let partial = "alice bob".parse().expect("a schedule");
    let exploration = replay(&Buggy, &partial).expect("a prefix of a run");
    let schedule = exploration.schedule.expect("the race is lost");
    assert_eq!(schedule.to_string(), "alice bob bob alice");
    let early = exploration.early_end.expect("both could go on");
    assert_eq!((early.after, early.runnable), (2, vec!["alice".to_owned(), "bob".to_owned()]));
    let again = replay(&Buggy, &schedule).expect("a full schedule");
    assert_eq!(again.early_end, None);
}

#[test]
fn a_stolen_wakeup_is_found_by_every_checker() {
    for (engine, exploration) in checkers(&stolen_wakeup::Buggy) {
        let found = exploration.violation().map(|violation| violation.property);
        assert_eq!(found, Some(Property::NoOverdraft), "{engine}: {exploration}");
    }
}

#[test]
fn the_seam_is_inert_for_an_actor_that_unwinds() {
    let scenario = |panics| seam::UsesTheSeamWhileUnwound { panics, dropped: Arc::default() };
    let panicking = scenario(true);
    for (engine, exploration) in engines(&panicking) {
        let violation = exploration.violation().expect(engine);
        assert_eq!(violation.detail, "alice panicked: alice's own panic", "{engine}");
        let trace = exploration.trace.expect(engine);
        assert!(names(&trace).len() <= 2, "{engine}: the destructor stepped: {trace:#?}");
        assert!(panicking.dropped.swap(0, Ordering::SeqCst) >= 1, "{engine}: no destructor ran");
    }
    let crashing = scenario(false);
    for (engine, exploration) in checkers(&crashing).skip(1) {
        assert_eq!(exploration.verdict, Verdict::Sampled, "{engine}: {exploration}");
        // A crash in the middle of the destructor ends that too.
        let dropped = crashing.dropped.swap(0, Ordering::SeqCst);
        assert!((1..SAMPLING.executions).contains(&dropped), "{engine}: {dropped}");
    }
}

#[test]
fn loom_says_that_it_cannot_crash_a_thread() {
    let crashing = seam::UsesTheSeamWhileUnwound { panics: false, dropped: Arc::default() };
    let exploration = loom(&crashing, LoomBounds::default());
    assert!(matches!(exploration.verdict, Verdict::NotRun(_)), "{exploration}");
}

#[test]
fn a_search_that_stops_at_a_bound_says_so() {
    let bounds = LoomBounds { executions: 3, preemptions: None };
    let exploration = loom(&Fixed, bounds);
    assert_eq!(exploration.verdict.to_string(), "bound hit: 3 executions");
    assert_eq!(exploration.executions, 3);
    let bounds = LoomBounds { executions: 1_000, preemptions: Some(1) };
    let exploration = loom(&Fixed, bounds);
    assert_eq!(exploration.verdict.to_string(), "bound hit: 1 preemption in each execution");
    let endless = Sampling { max_steps: 2, ..SAMPLING };
    let exploration = random(&Buggy, endless);
    assert_eq!(exploration.verdict.to_string(), "bound hit: 2 steps in one execution");
}

#[test]
fn a_scenario_that_is_set_up_wrongly_is_a_verdict_and_not_a_panic() {
    let cases = [
        (seam::Misnamed { actor: "a b", victim: "a b" }, "an actor cannot be called \"a b\""),
        (seam::Misnamed { actor: "clock", victim: "clock" }, "an actor cannot be called clock"),
        (
            seam::Misnamed { actor: "alice", victim: "alcie" },
            "the budgets have a fault strike alcie, but the actors are alice",
        ),
    ];
    for (scenario, sentence) in cases {
        let exploration = random(&scenario, SAMPLING);
        let violation = exploration.violation().expect(sentence);
        assert!(violation.detail.contains(sentence), "{violation}");
    }
}

#[test]
fn the_number_of_a_failing_execution_of_loom_replays_it() {
    let found = loom(&Buggy, LoomBounds::default());
    let again = loom_execution(&Buggy, found.executions);
    assert_eq!(again.violation(), found.violation());
    assert_eq!(again.trace, found.trace);
    let before = loom_execution(&Buggy, found.executions - 1);
    assert_eq!(before.verdict, Verdict::Sampled);
    assert!(before.trace.is_some_and(|trace| Some(trace) != found.trace));
    let beyond = loom_execution(&Fixed, 1_000);
    let sentence = "not run: the whole search has 9 executions, and no 1000";
    assert_eq!(beyond.verdict.to_string(), sentence);
}

/// The main actor starts a thread while it sets the world up, and does not wait for it.
#[derive(Clone)]
struct StartsOne;

impl Scenario for StartsOne {
    fn run<R: lockproof::sync::Runtime>(&self, world: &lockproof::scenario::World<R>) {
        let total = Arc::new(lockproof::sync::Shared::<R, i64>::new("total", 0));
        let added = Arc::clone(&total);
        drop(lockproof::sync::spawn::<R, ()>("child", move || added.with("add", |it| *it += 1)));
        world.actor("alice", move |_| {
            total.with("look", |it| assert!(*it == 0, "somebody was here"))
        });
    }
}

#[test]
fn a_thread_that_the_main_actor_starts_takes_part() {
    let searches = [exhaustive, minimal].map(|it| ("search", it(&StartsOne, Search::DEFAULT)));
    for (engine, found) in checkers(&StartsOne).skip(1).chain(searches) {
        assert!(found.violation().is_some(), "{engine}: {found}");
    }
}
