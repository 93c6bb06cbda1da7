//! Commands that wait for an element: who gets it, when, and what becomes of it if something goes wrong.

use lockproof::explore::{
    Cause, Exploration, LoomBounds, Sampling, Search, Verdict, brute_force, exhaustive, loom,
    minimal, pct, random, replay, stress, urw,
};
use lockproof::scenario::{Budgets, Property};
use lockproof::trace::Kind;

use crate::talking::{Program, Talk};
use crate::{exhausts, paths};

const HANDED_OVER: Program = &[("alice", &["BLPOP n 0"]), ("bob", &["RPUSH n x"])];

fn talk(program: Program) -> Talk {
    Talk::new(program, Budgets::none())
}

/// What comes of a program if these go on in this order.
fn replayed(talk: &Talk, schedule: &str) -> Vec<String> {
    replay(talk, &schedule.parse().expect("a schedule")).expect("they can");
    talk.outcomes()
}

/// All outcomes: those of every path, which remembering states and symmetry do not change.
#[track_caller]
fn all(talk: &Talk) -> Vec<String> {
    paths(talk);
    let all = talk.outcomes();
    exhausts(talk);
    assert_eq!(talk.outcomes(), all);
    all
}

#[test]
fn a_pop_waits_for_a_push_under_every_engine() {
    let handed_over = talk(HANDED_OVER);
    let sampling = Sampling { seed: 1, executions: 200, max_steps: 100 };
    let engines: [&dyn Fn(&Talk) -> Exploration; 8] = [
        &|talk| random(talk, sampling),
        &|talk| pct(talk, 2, sampling),
        &|talk| urw(talk, sampling),
        &|talk| brute_force(talk, Search::default()),
        &|talk| exhaustive(talk, Search::default()),
        &|talk| minimal(talk, Search::default()),
        &|talk| loom(talk, LoomBounds::default()),
        &|talk| stress(talk, 200),
    ];
    for (number, engine) in engines.iter().enumerate() {
        let found = engine(&handed_over);
        let clean = matches!(found.verdict, Verdict::Sampled | Verdict::Exhausted);
        assert!(clean, "engine {number}: {found}");
        assert_eq!(handed_over.outcomes(), ["alice: n=x; bob: 1; n="], "engine {number}");
    }
}

#[test]
fn a_waiter_cannot_go_on_before_there_is_something() {
    let handed_over = talk(HANDED_OVER);
    // Either it arrives, waits, and is answered after the push; or it finds what was pushed.
    assert_eq!(paths(&handed_over), 2);
    let too_early = "alice alice".parse().expect("a schedule");
    let divergence = replay(&handed_over, &too_early).expect_err("it waits");
    assert_eq!((divergence.step, divergence.runnable.as_slice()), (2, &["bob".to_owned()][..]));
    let what = "an element in n on redis".to_owned();
    assert_eq!(divergence.cause, Cause::Waits { what });
}

#[test]
fn the_trace_tells_who_waits_and_what_came() {
    let schedule = "alice bob alice".parse().expect("a schedule");
    let found = replay(&talk(HANDED_OVER), &schedule).expect("they can");
    assert_eq!(found.schedule, Some(schedule));
    let trace = found.trace.expect("of the replay");
    let said = trace.events.iter().filter_map(|event| match &event.kind {
        Kind::Access { request, reply, .. } => Some(format!("{request} -> {reply}")),
        _ => None,
    });
    let said: Vec<_> = said.collect();
    let expected =
        ["BLPOP n 0 -> waits", "RPUSH n x -> (integer) 1", "BLPOP n 0 -> [\"n\", \"x\"]"];
    assert_eq!(said, expected);
}

#[test]
fn whoever_has_waited_longest_is_served_first() {
    let queue = talk(&[
        ("alice", &["BLPOP n 0"]),
        ("bob", &["BRPOP m n 0"]),
        ("carol", &["RPUSH n x", "RPUSH n y"]),
    ]);
    let alice_first = ["alice: n=x; bob: n=y; carol: 1 1; n="];
    assert_eq!(replayed(&queue, "alice bob carol carol bob alice"), alice_first);
    let bob_first = ["alice: n=y; bob: n=x; carol: 1 1; n="];
    assert_eq!(replayed(&queue, "bob alice carol carol alice bob"), bob_first);
    assert!(all(&queue).len() == 3, "and if both are pushed first, bob pops from the right");
}

/// Nobody comes late here, so who is served was decided when both arrived, and only the queue knows.
#[test]
fn the_order_in_which_clients_wait_is_part_of_a_state() {
    let queue = talk(&[
        ("alice", &["BLPOP n 2"]),
        ("bob", &["BLPOP n 2"]),
        ("carol", &["BLPOP nothing 1", "RPUSH n x"]),
    ]);
    let outcomes =
        ["alice: n=x; bob: nil; carol: nil 1; n=", "alice: nil; bob: n=x; carol: nil 1; n="];
    assert_eq!(all(&queue), outcomes);
}

#[test]
fn nobody_comes_between_a_push_and_the_waiter() {
    let thief = talk(&[("alice", &["BLPOP n 0"]), ("bob", &["RPUSH n x y", "LPOP n", "LLEN n"])]);
    assert_eq!(replayed(&thief, "alice bob bob bob alice"), ["alice: n=x; bob: 2 y 0; n="]);
    // But one that comes later gets what is left.
    assert_eq!(replayed(&thief, "bob bob alice bob"), ["alice: n=y; bob: 2 x 0; n="]);
}

#[test]
fn a_timeout_fires_when_nobody_can_go_on_or_at_a_bad_moment() {
    let alone = talk(&[("alice", &["BLPOP n 1.5", "TIME"])]);
    assert_eq!(all(&alone), ["alice: nil 1=500000; n="]);
    let program: Program = &[("alice", &["BLPOP n 1"]), ("bob", &["RPUSH n x"])];
    assert_eq!(all(&talk(program)), ["alice: n=x; bob: 1; n="]);
    let ticking = Talk::new(program, Budgets::none().ticks(1));
    assert_eq!(all(&ticking), ["alice: n=x; bob: 1; n=", "alice: nil; bob: 1; n=1 items"]);
}

#[test]
fn time_runs_from_the_arrival_and_every_end_is_an_instant() {
    let program: Program = &[("alice", &["SET k v PX 300", "BLPOP n 1", "TIME"])];
    let ticking = Talk::new(program, Budgets::none().ticks(1));
    // The key may expire before the command arrives.
    assert_eq!(all(&ticking), ["alice: OK nil 1=0; n=", "alice: OK nil 1=300000; n="]);
}

#[test]
fn loom_and_real_threads_let_time_pass_or_are_in_time() {
    let waiting = talk(&[("alice", &["BLPOP n 1"]), ("bob", &["RPUSH n x"])]);
    let either = ["alice: n=x; bob: 1; n=", "alice: nil; bob: 1; n=1 items"];
    assert_eq!(loom(&waiting, LoomBounds::default()).verdict, Verdict::Exhausted);
    // Time stays within the budget: alice is in vain only where nobody can go on, and bob always can.
    assert_eq!(waiting.outcomes(), either[..1]);
    assert_eq!(stress(&waiting, 200).verdict, Verdict::Sampled);
    let seen = waiting.outcomes();
    assert!(seen.iter().all(|outcome| either.contains(&outcome.as_str())), "{seen:?}");
    assert!(seen.iter().any(|outcome| outcome == either[0]), "nobody was ever in time");
}

/// The signal is lost if it comes before alice has cleared what is left of an earlier one.
const LOST_SIGNAL: Program =
    &[("alice", &["DEL signal:lock", "BLPOP signal:lock 0"]), ("bob", &["RPUSH signal:lock x"])];

#[test]
fn a_lost_signal_is_a_deadlock() {
    let lost = talk(LOST_SIGNAL);
    let found = minimal(&lost, Search::default());
    let violation = found.violation().expect("it is lost");
    assert_eq!(violation.property, Property::NoDeadlock);
    assert_eq!(violation.detail, "alice waits for an element in signal:lock on redis");
    assert_eq!(found.schedule.as_ref().expect("one").to_string(), "bob alice alice");
    for found in [
        exhaustive(&lost, Search::default()),
        brute_force(&lost, Search::default()),
        loom(&lost, LoomBounds::default()),
    ] {
        assert_eq!(found.violation(), Some(violation), "{found}");
    }
    // With a timeout it is only late.
    let late = talk(&[("alice", &["DEL n", "BLPOP n 1"]), ("bob", &["RPUSH n x"])]);
    let outcomes = ["alice: 0 n=x; bob: 1; n=", "alice: 1 nil; bob: 1; n="];
    assert_eq!(all(&late), outcomes);
}

#[test]
fn a_crashed_waiter_takes_nothing_along() {
    let crashing = Talk::new(HANDED_OVER, Budgets::none().crash("alice"));
    assert_eq!(replayed(&crashing, "alice crash:alice bob"), ["bob: 1; n=1 items"]);
    // But for what she has been handed.
    assert_eq!(replayed(&crashing, "alice bob crash:alice"), ["bob: 1; n="]);
    let outcomes = ["alice: n=x; bob: 1; n=", "bob: 1; n=", "bob: 1; n=1 items"];
    assert_eq!(all(&crashing), outcomes);
}

#[test]
fn a_reply_is_lost_on_arrival_or_when_it_comes() {
    let program: Program = &[("alice", &["BLPOP n 1", "LLEN n"]), ("bob", &["RPUSH n x"])];
    let losing = Talk::new(program, Budgets::none().lose_reply("alice", 1));
    // She is gone before there is anything for her.
    assert_eq!(replayed(&losing, "lose-reply:alice bob alice"), ["alice: ? 1; bob: 1; n=1 items"]);
    // What was on its way is lost.
    assert_eq!(replayed(&losing, "alice bob lose-reply:alice alice"), ["alice: ? 0; bob: 1; n="]);
    let early = "alice lose-reply:alice".parse().expect("a schedule");
    replay(&losing, &early).expect_err("there is no reply to lose");
    assert!(all(&losing).len() >= 5);
}

#[test]
fn a_command_that_arrives_late_waits_for_nothing() {
    let program: Program = &[("alice", &["BLPOP n 1"]), ("bob", &["RPUSH n x"])];
    let late = Talk::new(program, Budgets::none().delay("alice", 1));
    assert_eq!(replayed(&late, "delay:alice deliver:alice bob"), ["alice: ?; bob: 1; n=1 items"]);
    assert_eq!(replayed(&late, "delay:alice bob deliver:alice"), ["alice: ?; bob: 1; n="]);
    let waiting = "alice delay:alice".parse().expect("a schedule");
    replay(&late, &waiting).expect_err("it has arrived");
    all(&late);
}

#[test]
fn remembered_states_lose_no_outcome_of_a_wait() {
    let program: Program = &[
        ("alice", &["BLPOP m n 1", "RPUSH n a"]),
        ("bob", &["SET k v PX 500", "BRPOP n 1", "GET k"]),
        ("carol", &["RPUSH n x"]),
    ];
    for budgets in [
        Budgets::none(),
        Budgets::none().ticks(2),
        Budgets::none().ticks(1).crash("bob"),
        Budgets::none().lose_reply("alice", 1).delay("carol", 1),
    ] {
        let outcomes = all(&Talk::new(program, budgets.clone()));
        println!("{budgets:?}: {} outcomes", outcomes.len());
        assert!(outcomes.len() > 1, "{outcomes:?}");
    }
}
