//! What the network does to commands, as faults: replies that get lost, commands that arrive late; and
//! commands that wait, with and without faults.
#![cfg(not(loom))]

mod calls;
mod locking;
mod talking;
mod waiting;

use calls::WriteAndLook;
use locking::{Alone, Contended, Naive};
use lockproof::explore::{
    Cause, Cost, Exploration, LoomBounds, Sampling, Search, Verdict, brute_force, exhaustive, loom,
    minimal, random, replay, stress,
};
use lockproof::scenario::{Budgets, Property, Scenario};
use lockproof::trace::{Event, Kind};
use talking::Talk;

/// Runs every path, however many lead to one state, and returns how many there are.
#[track_caller]
fn paths(scenario: &impl Scenario) -> u64 {
    let search = Search { executions: 1_000_000, max_steps: 100, ..Search::DEFAULT };
    let exploration = brute_force(scenario, search);
    assert_eq!(exploration.verdict, Verdict::Exhausted, "{exploration}");
    exploration.executions
}

#[track_caller]
fn exhausts(scenario: &impl Scenario) -> Exploration {
    let exploration = exhaustive(scenario, Search::default());
    assert_eq!(exploration.verdict, Verdict::Exhausted, "{exploration}");
    exploration
}

const TWO_COUNTS: &[(&str, &[&str])] = &[("alice", &["INCR n", "INCR n"])];

#[test]
fn a_reply_is_lost_at_every_possible_moment_and_once() {
    let talk = Talk::new(TWO_COUNTS, Budgets::none().lose_reply("alice", 1));
    assert_eq!(paths(&talk), 3);
    // The command takes effect all the same.
    assert_eq!(talk.outcomes(), ["alice: 1 2; n=2", "alice: 1 ?; n=2", "alice: ? 2; n=2"]);
}

#[test]
fn a_command_is_held_back_at_every_moment_and_arrives_at_any_later_one_or_never() {
    let talk = Talk::new(TWO_COUNTS, Budgets::none().delay("alice", 1));
    assert_eq!(paths(&talk), 6);
    let outcomes = [
        "alice: 1 2; n=2",
        "alice: 1 ?; n=1", // never arrives
        "alice: 1 ?; n=2", // arrives when alice has ended
        "alice: ? 1; n=1", // never arrives
        "alice: ? 1; n=2", // arrives after the second, which overtook it
        "alice: ? 2; n=2", // arrives before the second
    ];
    assert_eq!(talk.outcomes(), outcomes);
}

#[test]
fn two_commands_held_back_arrive_in_either_order() {
    let talk = Talk::new(&[("alice", &["SET n 1", "SET n 2"])], Budgets::none().delay("alice", 2));
    paths(&talk);
    let outcomes = talk.outcomes();
    for last in ["alice: ? ?; n=", "alice: ? ?; n=1", "alice: ? ?; n=2"] {
        assert!(outcomes.iter().any(|outcome| outcome == last), "{last}: {outcomes:?}");
    }
    let late = "2*delay:alice deliver:alice:2 deliver:alice".parse().expect("a schedule");
    replay(&talk, &late).expect("each arrives by its name");
    assert_eq!(talk.outcomes(), ["alice: ? ?; n=1"]);
}

#[test]
fn a_command_arrives_after_its_client_has_crashed() {
    let budgets = Budgets::none().delay("alice", 1).crash("alice");
    let talk = Talk::new(TWO_COUNTS, budgets);
    let schedule = "delay:alice crash:alice deliver:alice".parse().expect("a schedule");
    replay(&talk, &schedule).expect("it can");
    assert_eq!(talk.outcomes(), ["n=1"]);
}

#[test]
fn remembered_states_lose_no_outcome_of_a_fault() {
    let program: &[(&str, &[&str])] =
        &[("alice", &["SET n 5 PX 50", "INCR n"]), ("bob", &["INCR n", "GET n"])];
    let faults = [
        Budgets::none().lose_reply("alice", 2),
        Budgets::none().delay("alice", 1).lose_reply("bob", 1),
        Budgets::none().delay("alice", 1).ticks(1),
        Budgets::none().delay("alice", 2),
        Budgets::none().delay("bob", 1).crash("bob"),
    ];
    let (mut paths_of_all, mut ends_of_all) = (0, 0);
    for budgets in faults {
        let talk = Talk::new(program, budgets.clone());
        let paths = paths(&talk);
        let all = talk.outcomes();
        let ends = exhausts(&talk).figures.expect("a search has figures").ends;
        assert_eq!(talk.outcomes(), all, "{budgets:?}");
        assert!(all.len() > 10, "{budgets:?}: {all:?}");
        println!("{budgets:?}: {ends} ends of {paths} paths, {} outcomes", all.len());
        (paths_of_all, ends_of_all) = (paths_of_all + paths, ends_of_all + ends);
    }
    assert!(ends_of_all < paths_of_all, "{ends_of_all} of {paths_of_all}: nothing was remembered");
}

#[test]
fn what_is_held_back_is_part_of_a_state() {
    // Alice ends with m = 1, no n, and one command held back: the first or the second. Only the first makes
    // a 7 of n when bob has seen that she was through with it.
    let program: &[(&str, &[&str])] =
        &[("alice", &["SET n 7 XX", "GET n", "SET m 1"]), ("bob", &["GET m", "SET n 1"])];
    let talk =
        Talk { forgetful: Some("alice"), ..Talk::new(program, Budgets::none().delay("alice", 1)) };
    paths(&talk);
    let all = talk.outcomes();
    assert!(all.iter().any(|outcome| outcome == "bob: 1 OK; n=7"), "{all:?}");
    exhausts(&talk);
    assert_eq!(talk.outcomes(), all);
}

#[test]
fn a_budget_of_zero_is_no_actor() {
    let none = Budgets::none().lose_reply("alice", 0).delay("alice", 0);
    assert_eq!(none, Budgets::none());
    let talk = Talk::new(TWO_COUNTS, none);
    assert_eq!(paths(&talk), 1);
    let schedule = "lose-reply:alice".parse().expect("a schedule");
    let divergence = replay(&talk, &schedule).expect_err("there is no such actor");
    assert_eq!(divergence.runnable, ["alice"]);
    assert_eq!(divergence.cause, Cause::NoSuchFault { known: Vec::new() });
}

#[test]
fn a_fault_that_cannot_strike_says_why() {
    let budgets = Budgets::none().lose_reply("alice", 1).delay("alice", 1).crash("alice");
    let talk = Talk::new(TWO_COUNTS, budgets);
    let cause = |schedule: &str| {
        let schedule = schedule.parse().expect("a schedule");
        replay(&talk, &schedule).expect_err("it cannot strike").cause
    };
    let unable = |why: &str| Cause::CannotStrike { why: why.to_owned() };
    assert_eq!(cause("lose-reply:alice lose-reply:alice"), Cause::BudgetSpent);
    assert_eq!(
        cause("deliver:alice"),
        unable("deliver:alice finds nothing to strike: no command is held back that could arrive")
    );
    let known = ["crash:alice", "lose-reply:alice", "delay:alice", "deliver:alice"];
    let known = known.map(str::to_owned).to_vec();
    assert_eq!(cause("lose-reply:bob"), Cause::NoSuchFault { known });
    // A command that is held back keeps the execution open, with everybody gone.
    let gone = "delay:alice crash:alice";
    assert_eq!(cause(&format!("{gone} crash:alice")), Cause::BudgetSpent);
    assert_eq!(cause(&format!("{gone} alice")), Cause::Ended);
    assert_eq!(
        cause(&format!("{gone} lose-reply:alice")),
        unable(
            "lose-reply:alice finds nothing to strike: its client is about neither to send a command nor to \
             get the reply to one"
        )
    );
}

#[test]
fn a_fault_that_takes_anothers_step_preempts_whoever_was_running() {
    let budgets = Budgets::none().lose_reply("bob", 1);
    let program: &[(&str, &[&str])] =
        &[("alice", &["INCR n", "INCR n"]), ("bob", &["INCR n", "INCR n"])];
    let refused = Talk { refused: true, ..Talk::new(program, budgets) };
    let cost = |schedule: &str| {
        let schedule = schedule.parse().expect("a schedule");
        let exploration = replay(&refused, &schedule).expect("it can");
        assert_eq!(exploration.schedule, Some(schedule));
        exploration.cost.expect("it is broken")
    };
    assert_eq!(cost("2*alice lose-reply:bob bob"), Cost { faults: 1, preemptions: 0 });
    assert_eq!(cost("alice lose-reply:bob bob alice"), Cost { faults: 1, preemptions: 1 });
    assert_eq!(cost("alice lose-reply:bob alice bob"), Cost { faults: 1, preemptions: 2 });
}

#[test]
fn engines_that_do_not_steer_say_so() {
    for budgets in [
        Budgets::none().crash("alice"),
        Budgets::none().lose_reply("alice", 1),
        Budgets::none().delay("alice", 1),
    ] {
        let talk = Talk::new(TWO_COUNTS, budgets);
        for exploration in [stress(&talk, 10), loom(&talk, LoomBounds::default())] {
            let Verdict::NotRun(why) = &exploration.verdict else { panic!("{exploration}") };
            assert!(why.ends_with(":alice"), "{why}");
        }
    }
}

#[test]
fn random_engines_have_faults_strike() {
    let talk = Talk::new(TWO_COUNTS, Budgets::none().delay("alice", 1));
    let sampling = Sampling { seed: 1, executions: 200, max_steps: 100 };
    assert_eq!(random(&talk, sampling).verdict, Verdict::Sampled);
    assert_eq!(talk.outcomes().len(), 6);
}

#[test]
fn a_call_begins_with_its_first_command_even_if_that_is_held_back() {
    let searched = exhausts(&WriteAndLook);
    assert!(searched.states > Some(3), "{searched}");
    // Bob reads what arrives while alice's call goes on.
    let early = "delay:alice deliver:alice bob alice".parse().expect("a schedule");
    let found = replay(&WriteAndLook, &early).expect("it can");
    assert_eq!(found.violation(), None, "{found}");
}

#[test]
fn a_lock_recognises_itself_after_a_lost_reply() {
    let alone = |budgets| Alone { budgets };
    exhausts(&alone(Budgets::none().lose_reply("alice", 1)));
    // Time may take the lock away meanwhile, but it is never in its own way.
    let searched = exhausts(&alone(Budgets::none().lose_reply("alice", 1).ticks(1)));
    assert!(searched.states > Some(10), "{searched}");
    // The first answer, and both times the answer to whose lock it is.
    let found = minimal(&alone(Budgets::none().lose_reply("alice", 4)), Search::default());
    assert_eq!(found.cost, Some(Cost { faults: 3, preemptions: 0 }), "{found}");
}

#[test]
fn a_naive_client_is_blocked_by_its_own_lock() {
    let found = minimal(&Naive, Search::default());
    assert_eq!(found.violation().map(|it| it.property), Some(Property::Linearizable), "{found}");
    assert!(found.minimal);
    assert_eq!(found.schedule.expect("one").to_string(), "lose-reply:alice alice");
}

#[test]
fn lost_replies_break_no_property_of_the_lock() {
    let budgets = Budgets::none().lose_reply("alice", 1).ticks(1);
    let contended = Contended::new(budgets);
    let searched = exhausts(&contended);
    println!("{searched} in {:?}", searched.elapsed);
    assert!(searched.states > Some(100), "{searched}");
}

#[test]
fn a_set_that_arrives_after_the_release_leaves_an_orphan_and_never_two_holders() {
    let contended = Contended::new(Budgets::none().delay("alice", 1).ticks(1));
    let searched = exhausts(&contended);
    println!("{searched} in {:?}", searched.elapsed);
    let strict = Contended { orphans_allowed: false, ..contended };
    let found = minimal(&strict, Search::default());
    let violation = found.violation().expect("it arrives too late");
    assert_eq!(violation.property, Property::NoOrphanBeyondTtl, "{found}");
    assert_eq!(found.cost, Some(Cost { faults: 2, preemptions: 0 }), "{found}");

    let trace = found.trace.as_ref().expect("of the failing execution");
    let whose = |event: &Event| trace.actor(event.actor).to_owned();
    let arrival = trace.events.iter().position(|event| whose(event) == "deliver:alice");
    let [step, truth] = &trace.events[arrival.expect("it arrives")..][..2] else { unreachable!() };
    let Kind::Access { request, reply, .. } = &step.kind else { panic!("{step:?}") };
    assert_eq!((request.as_str(), reply.as_str()), ("SET lock alice:1 NX PX 1000", "OK, lost"));
    assert!(matches!(&truth.kind, Kind::Truth { value: Some(token), .. } if token == "alice:1"));
    assert_eq!(whose(truth), "alice", "a monitor takes it for the owner");

    let written = found.schedule.as_ref().expect("a schedule").to_string();
    println!("{written}");
    let again = replay(&strict, &written.parse().expect("what is printed can be read"));
    assert_eq!(again.expect("the same code").trace, found.trace);
}
