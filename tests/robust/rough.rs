//! Scenarios that go wrong: each has its verdict, and none takes the engine with it.

use lockproof::explore::{Bound, Exploration, Verdict, brute_force, exhaustive, minimal, stress};
use lockproof::races::{lock_order, lost_signal};
use lockproof::scenario::Property;

use crate::scenes::{DependsOnTheOutside, Endless, LostWakeUp, Opaque, Panics, Place, Sleepers};
use crate::{CHECKERS, SAMPLING, SEARCH, checkers, shuttles};

#[test]
fn a_panic_is_a_verdict_wherever_it_happens() {
    let places = [
        (Place::SetUp, "main"),
        (Place::Actor, "carol"),
        (Place::Monitor, "the monitor of linearizable"),
        (Place::Check, "main"),
    ];
    for (place, who) in places {
        let scenario = Panics(place);
        let on_threads = std::iter::once_with(|| ("stress", stress(&scenario, 10)));
        for (engine, exploration) in checkers(&scenario).chain(on_threads) {
            let violation = exploration.violation();
            let violation =
                violation.unwrap_or_else(|| panic!("{engine}, {place:?}: {exploration}"));
            assert_eq!(violation.property, Property::NoPanic, "{engine}, {place:?}");
            assert_eq!(
                violation.detail,
                format!("{who} panicked: on purpose"),
                "{engine}, {place:?}"
            );
        }
    }
}

#[test]
fn a_deadlock_says_who_waits_for_what() {
    for (engine, exploration) in checkers(&lock_order::Buggy) {
        let violation = exploration.violation().expect(engine);
        assert_eq!(violation.property, Property::NoDeadlock, "{engine}");
        let detail = &violation.detail;
        assert!(detail.contains("alice waits for account 22222, which bob holds"), "{detail}");
        assert!(detail.contains("bob waits for account 11111, which alice holds"), "{detail}");
    }
}

#[test]
fn a_lost_wake_up_is_a_deadlock() {
    for (engine, exploration) in checkers(&LostWakeUp) {
        let violation = exploration.violation().expect(engine);
        assert_eq!(violation.property, Property::NoDeadlock, "{engine}");
        assert_eq!(violation.detail, "alice waits for a notification on filled", "{engine}");
    }
}

#[test]
fn a_signal_that_a_server_lost_is_a_deadlock() {
    for (engine, exploration) in checkers(&lost_signal::Buggy) {
        let violation = exploration.violation().expect(engine);
        assert_eq!(violation.property, Property::NoDeadlock, "{engine}");
        let sentence = "waits for an element in signal:11111 on redis";
        let who = violation.detail.strip_suffix(sentence).map(str::trim_end);
        assert!(matches!(who, Some("alice" | "bob")), "{engine}: {violation}");
    }
}

#[test]
fn an_endless_loop_hits_the_bound_on_steps() {
    for (engine, exploration) in checkers(&Endless) {
        let Verdict::BoundHit(bound) = &exploration.verdict else {
            panic!("{engine}: {exploration}");
        };
        match engine {
            "loom" => assert!(matches!(bound, Bound::Engine(_)), "{bound}"),
            "exhaustive" | "minimal" => {
                assert_eq!(*bound, Bound::Endless("alice".to_owned()), "{engine}");
            }
            _ => assert_eq!(*bound, Bound::Steps(SAMPLING.max_steps), "{engine}"),
        }
    }
}

#[test]
fn a_scenario_that_depends_on_the_outside_is_refused() {
    let fewer = || DependsOnTheOutside { fewer: true, ..Default::default() };
    let searches: [Exploration; 4] = [
        exhaustive(&fewer(), SEARCH),
        minimal(&fewer(), SEARCH),
        exhaustive(&DependsOnTheOutside::default(), SEARCH),
        minimal(&DependsOnTheOutside::default(), SEARCH),
    ];
    for (number, exploration) in searches.into_iter().enumerate() {
        let said = exploration.to_string();
        assert!(said.starts_with("uncontrolled: "), "search {number}: {said}");
        let which = said.contains("does not do the same again")
            || said.contains("the actors do something else than alone: total holds something else");
        assert!(which, "search {number}: {said}");
        assert_eq!((exploration.schedule, exploration.vacuous), (None, None), "{said}");
    }
}

#[test]
fn state_that_cannot_be_compared_is_executed_again() {
    for mutex in [true, false] {
        let scenario = Opaque { mutex };
        for exploration in [exhaustive(&scenario, SEARCH), minimal(&scenario, SEARCH)] {
            let said = exploration.to_string();
            let expected = "exhausted within 0 ticks, 0 crashes; 2 executions; rate holds a value that \
                cannot be copied or compared, so everything was executed again";
            assert!(said.starts_with(expected), "{said}");
            assert_eq!(exploration.states, None);
        }
        let exploration = brute_force(&scenario, SEARCH);
        assert_eq!((exploration.verdict, exploration.executions), (Verdict::Exhausted, 2));
    }
}

#[test]
fn a_crash_of_a_sleeper_ends_nobody_else() {
    for (engine, exploration) in shuttles(&Sleepers { crash: true }) {
        let violation = exploration.violation().expect(engine);
        assert_eq!(violation.property, Property::ConservedBalance, "{engine}: {exploration}");
    }
    for (engine, exploration) in shuttles(&Sleepers { crash: false }) {
        let clean = matches!(exploration.verdict, Verdict::Sampled | Verdict::Exhausted);
        assert!(clean, "{engine}: {exploration}");
    }
    assert_eq!(CHECKERS.len(), 6);
}
