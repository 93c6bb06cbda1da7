//! The alarm for scenarios that test nothing, on both sides.

use std::sync::Arc;

use lockproof::explore::{Exploration, Vacuity, Verdict, stress};
use lockproof::races::{fence_only_on_writes, lost_update, stolen_wakeup};
use lockproof::scenario::{Budgets, Scenario, World};
use lockproof::sync::{Runtime, Shared};

use crate::checkers;
use crate::scenes::{Count, Opaque, Sleepers};

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
        assert!(said.contains("; vacuous: no two actors ever touched the same object"), "{said}");
    }
}

#[test]
fn a_single_interleaving_raises_the_alarm() {
    for (engine, exploration) in all(&Apart { actors: 1 }) {
        assert_eq!(exploration.vacuous, Some(Vacuity::OneExecution), "{engine}: {exploration}");
        let said = exploration.to_string();
        assert!(said.contains("; vacuous: there is only one interleaving"), "{said}");
    }
}

#[test]
fn actors_that_contend_raise_none() {
    for (engine, exploration) in all(&Count(2)).chain(all(&lost_update::Fixed)) {
        assert_eq!(exploration.vacuous, None, "{engine}: {exploration}");
    }
    for (engine, exploration) in all(&stolen_wakeup::Fixed).chain(all(&Sleepers { crash: false })) {
        assert_eq!(exploration.vacuous, None, "{engine}: {exploration}");
    }
    let clean = fence_only_on_writes::Fixed { clients: 2 };
    for (engine, exploration) in checkers(&clean).take(5) {
        assert_eq!(exploration.vacuous, None, "{engine}: {exploration}");
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
