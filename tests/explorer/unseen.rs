//! What an actor learns without a step, and what it leaves behind outside of the world.

use std::sync::{Arc, Mutex as StdMutex};
use std::time::Duration;

use lockproof::explore::{
    Search, Verdict, brute_force, brute_force_census, census, exhaustive, fewest, replay,
};
use lockproof::races::{fence_only_on_writes, lost_update};
use lockproof::redis::Node;
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Clock, Runtime, Shared};
use redis::cmd;

use crate::compare::SEARCH;

/// What can be looked at without a step.
#[derive(Clone, Copy, Debug)]
enum Look {
    Shared,
    Server,
    Deadline,
    Time,
    Alarm,
}

const LOOKS: [Look; 5] = [Look::Shared, Look::Server, Look::Deadline, Look::Time, Look::Alarm];

/// Alice takes a step that is nobody's business, looks at what bob changes, and writes down what she saw.
/// Whether bob or she came first is then nowhere but in her own variable.
#[derive(Clone, Debug)]
struct Looks(Look);

struct Sights<R: Runtime> {
    cell: Shared<R, u64>,
    server: Node<R>,
    clock: Clock<R>,
}

impl<R: Runtime> Sights<R> {
    /// What is to be seen: 0 until bob has changed it.
    fn look(&self, look: Look) -> u64 {
        match look {
            Look::Shared => self.cell.peek(|cell| *cell),
            Look::Server => self.server.peek(|keys, now| keys.entries(now).count() as u64),
            Look::Deadline => self.server.next_deadline(0).unwrap_or_default(),
            Look::Time => self.clock.peek_ms(),
            Look::Alarm => self.clock.next_alarm().unwrap_or_default(),
        }
    }
}

impl Scenario for Looks {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let cell = Shared::new("cell", 0);
        let sights = Sights { cell, server: world.redis("redis"), clock: world.clock() };
        let (sights, look) = (Arc::new(sights), self.0);
        let [aside, written] =
            ["aside", "written"].map(|name| Arc::new(Shared::<R, u64>::new(name, 0)));
        let (seen, note) = (Arc::clone(&sights), Arc::clone(&written));
        world.actor("alice", move |_| {
            aside.with("put", |aside| *aside = 1);
            let saw = seen.look(look);
            note.with("write", |note| *note = saw);
        });
        world.actor("bob", move |_| {
            sights.cell.with("put", |cell| *cell = 1);
            let mut redis = sights.server.connect();
            cmd("SET").arg("k").arg("v").arg("PX").arg(50).exec(&mut redis).expect("an answer");
            sights.clock.sleep(Duration::from_millis(70));
        });
        world.finally(Property::Linearizable, move || match written.peek(|written| *written) {
            0 => Ok(()),
            saw => Err(format!("alice saw {saw}")),
        });
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

#[test]
fn what_an_actor_peeks_at_is_part_of_the_state() {
    for look in LOOKS.map(Looks) {
        let all = brute_force_census(&look, SEARCH).violations;
        let found = census(&look, SEARCH).violations;
        assert!(all.keys().eq(found.keys()), "{look:?}: {all:?}, but {found:?}");
        let broken = exhaustive(&look, SEARCH);
        assert!(!all.is_empty() && broken.violation().is_some(), "{look:?}: {broken}");
    }
}

/// Two actors each take two steps, and write their names where no explorer looks after each.
#[derive(Clone, Debug)]
struct WritesElsewhere;

impl Scenario for WritesElsewhere {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let turns = Arc::new(Shared::<R, u64>::new("turns", 0));
        let order = Arc::<StdMutex<Vec<&str>>>::default();
        for name in ["alice", "bob"] {
            let (turns, order) = (Arc::clone(&turns), Arc::clone(&order));
            world.actor(name, move |_| {
                for _ in 0..2 {
                    turns.with("take", |turns| *turns += 1);
                    order.lock().unwrap().push(name);
                }
            });
        }
        world.finally(Property::Linearizable, move || match order.lock().unwrap().as_slice() {
            ["bob", "alice", "alice", "bob"] => Err("bob was first, and last".to_owned()),
            _ => Ok(()),
        });
    }
}

#[test]
fn state_outside_the_world_is_met_by_executions_that_run_on() {
    assert!(brute_force(&WritesElsewhere, SEARCH).violation().is_some());
    // Without the net it is missed: this is what the contract is about.
    assert_eq!(exhaustive(&WritesElsewhere, SEARCH).verdict, Verdict::Exhausted);
    let found = exhaustive(&WritesElsewhere, Search::default());
    let schedule = found.schedule.as_ref().expect("a real interleaving");
    let again = replay(&WritesElsewhere, schedule).expect("it replays");
    assert!(found.violation().is_some(), "{found}");
    assert_eq!((again.verdict, again.schedule), (found.verdict, found.schedule));
}

#[test]
fn where_all_state_is_in_the_world_the_net_changes_no_count() {
    fn same<S: Scenario>(scenario: &S) {
        for engine in [exhaustive::<S>, fewest::<S>] {
            let [without, with] = [0, 100].map(|net| {
                let found = engine(scenario, Search { net, ..Search::default() });
                (found.verdict, found.executions, found.states, found.longest, found.schedule)
            });
            assert_eq!(without, with);
        }
    }
    same(&fence_only_on_writes::Fixed { clients: 2 });
    same(&fence_only_on_writes::Buggy { clients: 2 });
    same(&lost_update::Buggy);
    same(&lost_update::Fixed);
}
