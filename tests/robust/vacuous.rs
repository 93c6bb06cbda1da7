//! The alarm for scenarios that test nothing, on both sides.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use lockproof::explore::{
    Exploration, LoomBounds, Sampling, Search, Vacuity, Verdict, brute_force, exhaustive, loom,
    random, stress,
};
use lockproof::races::{fence_only_on_writes, lost_update, stolen_wakeup};
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Atomic, Runtime, Shared};

use crate::scenes::{Count, Opaque, Sleepers};
use crate::{SAMPLING, SEARCH, checkers, shuttles};

/// Actors who each count for themselves.
#[derive(Clone)]
struct Apart {
    actors: usize,
}

impl Scenario for Apart {
    fn run<R: Runtime>(&self, world: &World<R>) {
        for name in ["alice", "bob"].into_iter().take(self.actors) {
            let own = Arc::new(Shared::<R, u64>::new("own", 0));
            world.actor(name, move |me| {
                own.with("add 1", |own| *own += 1);
                me.clock().sleep(std::time::Duration::from_secs(1));
                own.with("add 1", |own| *own += 1);
            });
        }
        world.finally(Property::ConservedBalance, || Ok(()));
    }
}

fn all<S: Scenario>(scenario: &S) -> impl Iterator<Item = (&'static str, Exploration)> {
    checkers(scenario).chain(std::iter::once_with(|| ("stress", stress(scenario, 10))))
}

#[test]
fn actors_that_share_nothing_raise_the_alarm() {
    for (engine, exploration) in all(&Apart { actors: 2 }) {
        assert_eq!(exploration.vacuous, Some(Vacuity::NoContention), "{engine}: {exploration}");
        let said = exploration.to_string();
        assert!(
            said.contains("; vacuous: no actor ever touched what another one changed"),
            "{said}"
        );
    }
}

#[test]
fn a_single_interleaving_raises_the_alarm_where_everything_was_searched() {
    for (engine, exploration) in all(&Apart { actors: 1 }) {
        let exhausted = exploration.verdict == Verdict::Exhausted;
        let alarm = exhausted.then_some(Vacuity::OneExecution);
        assert_eq!(exploration.vacuous, alarm, "{engine}: {exploration}");
        let said = exploration.to_string();
        let says = said.contains("; vacuous: there is only one interleaving");
        assert_eq!(says, exhausted, "{said}");
    }
}

#[test]
fn a_search_that_hit_its_bound_knows_of_no_other_interleaving() {
    let once = LoomBounds { executions: 1, preemptions: None };
    let sampling = Sampling { executions: 1, ..SAMPLING };
    let search = Search { executions: 1, max_states: 1, ..SEARCH };
    for found in [
        loom(&Count(2), once),
        random(&Count(2), sampling),
        exhaustive(&Count(2), search),
        brute_force(&Count(2), search),
        stress(&Count(2), 1),
    ] {
        assert!(!matches!(found.verdict, Verdict::Exhausted), "{found}");
        assert_eq!(found.vacuous, None, "{found}");
    }
}

#[test]
fn actors_that_contend_raise_none() {
    for (engine, exploration) in all(&Count(2)).chain(all(&lost_update::Fixed)) {
        assert_eq!(exploration.vacuous, None, "{engine}: {exploration}");
    }
    for (engine, exploration) in all(&stolen_wakeup::Fixed) {
        assert_eq!(exploration.vacuous, None, "{engine}: {exploration}");
    }
    // For loom these two are long.
    let clean = fence_only_on_writes::Fixed { clients: 2 };
    for (engine, exploration) in shuttles(&Sleepers { crash: false }).chain(shuttles(&clean)) {
        assert_eq!(exploration.vacuous, None, "{engine}: {exploration}");
    }
}

/// Two clients of one server, each with commands of its own; `;` sets them apart.
#[derive(Clone)]
struct Asking {
    alice: &'static str,
    bob: &'static str,
    budgets: Budgets,
}

impl Scenario for Asking {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        for (name, lines) in [("alice", self.alice), ("bob", self.bob)] {
            let server = server.clone();
            world.actor(name, move |_| {
                let mut connection = server.connect();
                for line in lines.split(';') {
                    let mut words = line.split_whitespace();
                    let mut command = redis::cmd(words.next().expect("a command"));
                    command.arg(words.collect::<Vec<_>>());
                    let _ = command.query::<redis::Value>(&mut connection);
                }
            });
        }
        world.finally(Property::ConservedBalance, || Ok(()));
    }

    fn budgets(&self) -> Budgets {
        self.budgets.clone()
    }
}

fn asking(alice: &'static str, bob: &'static str) -> Asking {
    Asking { alice, bob, budgets: Budgets::none() }
}

/// A script that takes whatever keys it is given.
const SCRIPTED: &str = "EVAL return(1) 1 k";

#[test]
fn clients_of_one_server_contend_only_for_keys_that_one_of_them_may_change() {
    for (alice, bob) in [
        ("SET k 1;GET k", "SET l 1;GET l"),
        ("GET k;GET l", "GET k;MGET k l"),
        (SCRIPTED, "GET l"),
        ("PING;SET k 1", "TIME;PTTL l"),
    ] {
        for (engine, exploration) in all(&asking(alice, bob)) {
            let alarm = Some(Vacuity::NoContention);
            assert_eq!(exploration.vacuous, alarm, "{engine}: {alice}, {bob}: {exploration}");
        }
    }
    for (alice, bob) in [
        ("SET k 1;GET k", "SET k 2"),
        ("GET k", "MGET l k;DEL l k"),
        (SCRIPTED, "GET k"),
        ("SET k 1", "DBSIZE"),
        ("FLUSHALL", "GET l"),
    ] {
        for (engine, exploration) in all(&asking(alice, bob)) {
            assert_eq!(exploration.vacuous, None, "{engine}: {alice}, {bob}: {exploration}");
        }
    }
}

#[test]
fn what_a_fault_does_to_a_command_is_the_doing_of_its_client() {
    let budgets = Budgets::none().lose_reply("alice", 1).delay("alice", 1);
    let apart = Asking { budgets, ..asking("SET k 1;GET k", "GET l") };
    for (engine, exploration) in checkers(&apart).take(5) {
        assert_eq!(exploration.vacuous, Some(Vacuity::NoContention), "{engine}: {exploration}");
    }
}

/// Two actors and an atomic, which one of them writes or nobody does.
#[derive(Clone)]
struct Flag {
    written: bool,
}

impl Scenario for Flag {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let flag = Arc::new(Atomic::<R>::new("flag", 0));
        let (alices, bobs, written) = (Arc::clone(&flag), flag, self.written);
        world.actor("alice", move |_| {
            if written {
                alices.swap(1, Ordering::SeqCst);
            } else {
                alices.load(Ordering::SeqCst);
            }
        });
        world.actor("bob", move |_| bobs.load(Ordering::SeqCst));
        world.finally(Property::ConservedBalance, || Ok(()));
    }
}

#[test]
fn an_atomic_that_is_only_read_is_not_contended_for() {
    for (written, alarm) in [(false, Some(Vacuity::NoContention)), (true, None)] {
        for (engine, exploration) in all(&Flag { written }) {
            assert_eq!(exploration.vacuous, alarm, "{engine}: {exploration}");
        }
    }
}

/// One client whose lock may expire between any two of its commands.
#[derive(Clone)]
struct Expires;

impl Scenario for Expires {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        world.actor("alice", move |_| {
            let mut connection = server.connect();
            let mut ask = |words: &[&str]| {
                let mut command = redis::cmd(words[0]);
                command.arg(&words[1..]).query::<Option<String>>(&mut connection).unwrap()
            };
            let _ = ask(&["SET", "lock", "alice", "PX", "1000"]);
            ask(&["GET", "lock"]);
            ask(&["GET", "lock"]);
        });
        world.finally(Property::ConservedBalance, || Ok(()));
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(1)
    }
}

#[test]
fn one_actor_against_the_clock_raises_none() {
    for (engine, exploration) in checkers(&Expires).take(5) {
        assert_eq!(exploration.vacuous, None, "{engine}: {exploration}");
    }
}

#[test]
fn a_scenario_that_broke_or_was_not_run_is_not_called_vacuous() {
    for (engine, exploration) in checkers(&lost_update::Buggy) {
        assert_eq!(exploration.vacuous, None, "{engine}: {exploration}");
    }
    for (engine, exploration) in checkers(&Opaque { mutex: true }) {
        let refused = matches!(exploration.verdict, Verdict::NotRun(_));
        assert!(!refused || exploration.vacuous.is_none(), "{engine}: {exploration}");
    }
}

/// A balance on a server, opened by the set-up; the actors use this key.
#[derive(Clone)]
struct Opened {
    used: &'static str,
}

impl Scenario for Opened {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, used) = (world.redis("redis"), self.used);
        world.guard_balance(&server, "balance");
        redis::cmd("SET").arg("balance").arg(9).exec(&mut server.connect()).unwrap();
        for name in ["alice", "bob"] {
            let server = server.clone();
            world.actor(name, move |_| {
                redis::cmd("DECRBY").arg(used).arg(3).exec(&mut server.connect()).unwrap();
            });
        }
    }
}

#[test]
fn a_watched_key_that_only_the_set_up_writes_raises_the_alarm() {
    let alarm = Vacuity::UnwrittenKey { server: "redis".to_owned(), key: "balance".to_owned() };
    for (engine, found) in all(&Opened { used: "balnce" }) {
        let alarm = (found.verdict == Verdict::Exhausted).then(|| alarm.clone());
        assert_eq!(found.vacuous, alarm, "{engine}: {found}");
    }
    for (engine, found) in all(&Opened { used: "balance" }) {
        assert_eq!(found.vacuous, None, "{engine}: {found}");
    }
}

/// Clients that are alike take one step each: any of them may come first.
#[derive(Clone)]
struct OneStep;

impl Scenario for OneStep {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let total = Arc::new(Shared::<R, u64>::new("total", 0));
        let end = Arc::clone(&total);
        world.clients(3, move |_| total.with("add 1", |total| *total += 1));
        world.finally(Property::ConservedBalance, move || match end.peek(|total| *total) {
            3 => Ok(()),
            other => Err(format!("three additions made {other}")),
        });
    }
}

#[test]
fn clients_that_are_alike_have_a_choice() {
    for (engine, found) in all(&OneStep) {
        assert_eq!(found.vacuous, None, "{engine}: {found}");
    }
}
