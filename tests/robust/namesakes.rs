//! Actors of one name: schedules tell them apart, in the order in which they are started.

use std::sync::Arc;

use lockproof::explore::{Engine, Options, Schedule, replay};
use lockproof::report::Timeline;
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::{Runtime, Shared, spawn};

/// Parents start children that all have one name, and lose an update.
#[derive(Clone, Debug)]
struct Children {
    parents: &'static [&'static str],
    each: i64,
    /// They have the name of an actor of the world.
    called: &'static str,
}

impl Scenario for Children {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let total = Arc::new(Shared::<R, i64>::new("total", 0));
        let Self { parents, each, called } = *self;
        for parent in parents {
            let total = Arc::clone(&total);
            world.actor(parent, move |_| {
                let start = |by: i64| {
                    let total = Arc::clone(&total);
                    spawn::<R, ()>(called, move || {
                        let old = total.with("read", |total| *total);
                        total.with("write", move |total| *total = old + by);
                    })
                };
                let children: Vec<_> = (1..=each).map(start).collect();
                children.into_iter().for_each(|child| child.join());
            });
        }
        let expected = parents.len() as i64 * (1..=each).sum::<i64>();
        world.finally(Property::ConservedBalance, move || match total.peek(|total| *total) {
            sum if sum == expected => Ok(()),
            sum => Err(format!("{sum} instead of {expected}")),
        });
    }
}

const FAMILIES: [Children; 4] = [
    Children { parents: &["parent"], each: 2, called: "child" },
    Children { parents: &["parent"], each: 3, called: "child" },
    Children { parents: &["alice", "bob"], each: 1, called: "child" },
    Children { parents: &["alice"], each: 2, called: "alice" },
];

#[test]
fn the_schedule_of_a_verdict_replays_to_it_where_actors_have_one_name() {
    for family in &FAMILIES {
        for engine in ["exhaustive", "minimal", "random", "pct", "urw"] {
            let found = engine.parse::<Engine>().unwrap().explore(family, &Options::default());
            let schedule = found.schedule.as_ref().unwrap_or_else(|| panic!("{family:?}: {found}"));
            // As it is printed and typed in.
            let typed: Schedule = schedule.to_string().parse().expect("a schedule");
            let again = replay(family, &typed).expect("it fits");
            assert_eq!(again.verdict, found.verdict, "{family:?}, {engine}: {schedule}");
            assert_eq!(again.schedule.as_ref(), Some(schedule), "{family:?}, {engine}");
        }
    }
}

#[test]
fn a_name_alone_is_that_of_the_first_that_can_take_a_step() {
    let family = &FAMILIES[0];
    let sum = |schedule: &str| {
        let found = replay(family, &schedule.parse().unwrap()).expect("it fits");
        (found.verdict.to_string(), found.schedule.expect("a replay has one").to_string())
    };
    let in_turn = ("sampled".to_owned(), "child child child:2 child:2".to_owned());
    assert_eq!(sum("child child child child"), in_turn);
    assert_eq!(sum("child child child:2 child:2"), in_turn);
    assert_eq!(
        sum("child:2 child child child:2"),
        (
            "broken: conserved-balance: 2 instead of 3".to_owned(),
            "child:2 child child child:2".to_owned()
        )
    );
}

#[test]
fn a_namesake_that_there_is_not_is_no_fault() {
    let replayed = |schedule: &str| {
        let divergence = replay(&FAMILIES[0], &schedule.parse().unwrap()).expect_err("it differs");
        divergence.to_string()
    };
    assert_eq!(
        replayed("child:3"),
        "step 1 of the schedule is child:3's, but only child or child:2 could go on: there is no actor of \
         that name, only parent, child and child; perhaps it is misspelt, or of another variant, or of \
         another number of clients"
    );
    assert_eq!(
        replayed("child child child:2 child child:2"),
        "step 5 of the schedule is child:2's, but nobody could go on: everybody had ended"
    );
}

#[test]
fn a_timeline_has_a_column_for_each() {
    let schedule = "child child:2 child:2 child".parse().unwrap();
    let found = replay(&FAMILIES[0], &schedule).expect("it fits");
    let timeline = Timeline::of(&found.trace.expect("a replay has a trace"));
    assert_eq!(timeline.heads, ["parent", "child", "child:2"]);
    let said: Vec<&str> = timeline.rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(said[..2], ["start child", "start child:2"]);
}
