//! A timeline shows what the verdict speaks of: beliefs before the first step and within one, and servers.

use std::time::Duration;

use lockproof::explore::{Search, minimal, replay};
use lockproof::report::Timeline;
use lockproof::scenario::monitors::MutualExclusion;
use lockproof::scenario::{Scenario, World};
use lockproof::sync::Runtime;
use redis::{Commands, ExistenceCheck, SetExpiry, SetOptions};

/// Both believe in the lock before their first step.
#[derive(Clone)]
struct Early;

impl Scenario for Early {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let node = world.redis("redis");
        world.monitor(MutualExclusion::of("lock"));
        for name in ["alice", "bob"] {
            let mut connection = node.connect();
            world.actor(name, move |me| {
                me.believe("lock", me.name(), None);
                let _: i64 = connection.incr("n", 1).unwrap();
                me.disbelieve("lock", me.name());
            });
        }
    }
}

#[test]
fn a_belief_before_the_first_step_has_a_row() {
    let found = minimal(&Early, Search::DEFAULT);
    let timeline = Timeline::of(&found.trace.expect("it is broken"));
    let expected = "\
alice                   bob                     clients believe they hold
----------------------  ----------------------  -------------------------
believes it holds lock                          alice: lock
                        believes it holds lock  alice: lock; bob: lock
";
    assert_eq!(timeline.to_string(), expected);
}

/// Each takes the lock on these servers, and gives its belief up at once.
#[derive(Clone)]
struct Quorum(&'static [&'static str]);

impl Scenario for Quorum {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let nodes: Vec<_> = self.0.iter().map(|name| world.redis(name)).collect();
        world.guard_quorum_lock(&nodes, "lock", Duration::from_secs(10));
        for name in ["alice", "bob"] {
            let nodes = nodes.clone();
            world.actor(name, move |me| {
                let set = |node: &lockproof::redis::Node<R>| {
                    let nx = SetOptions::default()
                        .conditional_set(ExistenceCheck::NX)
                        .with_expiration(SetExpiry::PX(10_000));
                    node.connect().set_options("lock", me.name(), nx).unwrap()
                };
                // The bug: one server will do.
                let won: Vec<bool> = nodes.iter().map(set).collect();
                if won.contains(&true) {
                    me.believe("lock", me.name(), Some(Duration::from_secs(10)));
                    me.disbelieve("lock", me.name());
                }
            });
        }
    }
}

#[test]
fn rows_name_the_server_where_there_are_several_and_beliefs_that_lasted_no_step() {
    let found = minimal(&Quorum(&["r1", "r2", "r3"]), Search::DEFAULT);
    let timeline = Timeline::of(&found.trace.expect("it is broken"));
    assert_eq!(timeline.rows[0][0], "r1: SET lock alice NX PX 10000 -> OK");
    assert_eq!(timeline.rows[1][2], "r2: lock: alice until 10000 ms");
    let last = timeline.rows.last().expect("rows");
    let expected = [
        "",
        "r3: SET lock bob NX PX 10000 -> OK",
        "r3: lock: bob until 10000 ms",
        "bob: lock until 10000 ms, then nobody",
    ];
    assert_eq!(last, &expected);
}

#[test]
fn a_server_that_is_alone_is_not_named() {
    let schedule = "alice bob".parse().unwrap();
    let found = replay(&Quorum(&["r1"]), &schedule).expect("it fits");
    let timeline = Timeline::of(&found.trace.expect("a replay has a trace"));
    assert_eq!(timeline.rows[0][0], "SET lock alice NX PX 10000 -> OK");
    assert_eq!(timeline.rows[0][2], "lock: alice until 10000 ms");
    assert_eq!(timeline.rows[0][3], "alice: lock until 10000 ms, then nobody");
}

/// Two keys expire, one on each server; a belief is renewed, and ends after that of another key.
#[derive(Clone)]
struct Expiring;

impl Scenario for Expiring {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let nodes = ["left", "right"].map(|name| world.redis(name));
        nodes.iter().for_each(|node| node.watch("lock"));
        world.monitor(MutualExclusion::of("lock"));
        world.actor("alice", move |me| {
            for node in &nodes {
                let _: () = node.connect().pset_ex("lock", 1, 50).unwrap();
                me.believe("lock", "t", Some(me.clock().now() + Duration::from_millis(50)));
            }
            me.clock().sleep(Duration::from_millis(100));
            me.believe("lock", "u", None);
        });
        world.actor("bob", |_| ());
    }
}

#[test]
fn a_renewal_is_no_end_of_a_belief_and_each_expiry_names_its_server() {
    let found = replay(&Expiring, &"".parse().unwrap()).expect("it fits");
    let timeline = Timeline::of(&found.trace.expect("a replay has a trace"));
    let truth = timeline.heads.iter().position(|head| head == "server holds").expect("a column");
    let column = |at: usize| -> Vec<&str> {
        let cells = timeline.rows.iter().map(|row| row[at].as_str());
        cells.filter(|cell| !cell.is_empty()).collect()
    };
    assert_eq!(
        column(truth),
        [
            "left: lock: 1 until 50 ms",
            "right: lock: 1 until 50 ms",
            "left: lock: nothing; right: lock: nothing"
        ]
    );
    let until = "alice: lock until 50 ms";
    assert_eq!(column(truth + 1), [until, until, "nobody", "alice: lock"]);
}
