//! The alarm for scenarios in which nothing could have broken, though their actors contend.

use std::sync::Arc;

use lockproof::explore::{Exploration, Vacuity, Verdict, brute_force, stress};
use lockproof::scenario::monitors::{
    ConservedBalance, MonotonicFence, MutualExclusion, NoOverdraft, OwnerOnlyRelease,
};
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Mutex, Runtime, Shared};
use redis::{RedisResult, Value, cmd};

use crate::{SEARCH, checkers};

fn all<S: Scenario>(scenario: &S) -> Vec<(&'static str, Exploration)> {
    let others = [("brute force", brute_force(scenario, SEARCH)), ("stress", stress(scenario, 10))];
    checkers(scenario).chain(others).collect()
}

/// Where everything was searched there is this alarm, and none elsewhere.
fn assert_alarm<S: Scenario>(scenario: &S, alarm: &Vacuity) {
    let mut exhausted = 0;
    for (engine, found) in all(scenario) {
        let is_exhausted = found.verdict == Verdict::Exhausted;
        exhausted += usize::from(is_exhausted);
        assert_eq!(found.vacuous.as_ref(), is_exhausted.then_some(alarm), "{engine}: {found}");
    }
    assert!(exhausted >= 3, "{exhausted} of the engines exhausted it");
}

fn assert_none<S: Scenario>(scenario: &S) {
    for (engine, found) in all(scenario) {
        assert_eq!(found.vacuous, None, "{engine}: {found}");
    }
}

/// Two actors count together.
#[derive(Clone)]
struct Counted {
    judged: bool,
}

impl Scenario for Counted {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let total = Arc::new(Shared::<R, u64>::new("total", 0));
        for name in ["alice", "bob"] {
            let total = Arc::clone(&total);
            world.actor(name, move |_| total.with("add 1", |total| *total += 1));
        }
        if self.judged {
            world.finally(Property::ConservedBalance, || Ok(()));
        }
    }
}

#[test]
fn no_property_raises_the_alarm_on_every_engine() {
    for (engine, found) in all(&Counted { judged: false }) {
        assert_eq!(found.vacuous, Some(Vacuity::NoProperty), "{engine}: {found}");
        let said = "; vacuous: there is no property, so only deadlocks and panics can be found: add a \
                    monitor, or say with `finally` what must hold at the end";
        assert!(found.to_string().contains(said), "{found}");
    }
    assert_none(&Counted { judged: true });
}

/// Two actors take two mutexes, both at once or one after the other.
#[derive(Clone)]
struct Nested {
    both: bool,
}

impl Scenario for Nested {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let mutexes = Arc::new([Mutex::<R, u64>::new("left", 0), Mutex::<R, u64>::new("right", 0)]);
        for name in ["alice", "bob"] {
            let (mutexes, both) = (Arc::clone(&mutexes), self.both);
            world.actor(name, move |_| {
                let mut left = mutexes[0].lock();
                *left += 1;
                if both {
                    *mutexes[1].lock() += *left;
                }
            });
        }
    }
}

/// Bob waits for what alice pushes.
#[derive(Clone)]
struct Pushed;

impl Scenario for Pushed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        let alices = server.clone();
        world.actor("alice", move |_| {
            let _: RedisResult<Value> = cmd("RPUSH").arg("l").arg(1).query(&mut alices.connect());
        });
        world.actor("bob", move |_| {
            let _: RedisResult<Value> = cmd("BLPOP").arg("l").arg(0).query(&mut server.connect());
        });
    }
}

#[test]
fn where_actors_wait_for_each_other_a_deadlock_is_something_to_find() {
    assert_none(&Nested { both: true });
    for (engine, found) in all(&Nested { both: false }) {
        assert_eq!(found.vacuous, Some(Vacuity::NoProperty), "{engine}: {found}");
    }
    // Whether bob ever waits is up to the machine on real threads.
    for (engine, found) in all(&Pushed).into_iter().filter(|(engine, _)| *engine != "stress") {
        assert_eq!(found.vacuous, None, "{engine}: {found}");
    }
}

/// What a scenario watches, and what its clients write.
#[derive(Clone)]
struct Written {
    watched: &'static [&'static str],
    monitored: fn(&dyn Monitored),
    key: &'static str,
}

/// A world that takes monitors.
trait Monitored {
    fn owner_only_release(&self, key: &str);
    fn mutual_exclusion(&self, key: &str);
    fn no_overdraft(&self, key: &str);
    fn monotonic_fence(&self, key: &str);
    fn conserved_balance(&self, key: &str);
}

impl<R: Runtime> Monitored for World<R> {
    fn owner_only_release(&self, key: &str) {
        self.monitor(OwnerOnlyRelease::of(key));
    }
    fn mutual_exclusion(&self, key: &str) {
        self.monitor(MutualExclusion::of(key));
    }
    fn no_overdraft(&self, key: &str) {
        self.monitor(NoOverdraft::of(key));
    }
    fn monotonic_fence(&self, key: &str) {
        self.monitor(MonotonicFence::of(key));
    }
    fn conserved_balance(&self, key: &str) {
        self.monitor(ConservedBalance::of(&[key], lockproof::bank::Money::ZERO));
    }
}

impl Scenario for Written {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        self.watched.iter().for_each(|key| server.watch(key));
        (self.monitored)(world);
        for name in ["alice", "bob"] {
            let (server, key) = (server.clone(), self.key);
            world.actor(name, move |_| {
                let _: RedisResult<Value> =
                    cmd("SET").arg(key).arg(1).arg("NX").query(&mut server.connect());
            });
        }
        world.finally(Property::ConservedBalance, || Ok(()));
    }
}

#[test]
fn a_watched_key_that_is_never_written_raises_the_alarm() {
    let misspelt = Written { watched: &["lock", "lokc"], monitored: |_| {}, key: "lock" };
    let alarm = Vacuity::UnwrittenKey { server: "redis".to_owned(), key: "lokc".to_owned() };
    assert_alarm(&misspelt, &alarm);
    let said =
        "vacuous: lokc is watched on redis and never written: watch the key that the actors use";
    assert_eq!(alarm.to_string(), said);
    assert_none(&Written { watched: &["lock"], monitored: |_| {}, key: "lock" });
}

#[test]
fn a_monitor_that_never_sees_what_it_judges_by_raises_the_alarm() {
    for (monitored, property) in [
        (
            (|world| world.owner_only_release("lock")) as fn(&dyn Monitored),
            Property::OwnerOnlyRelease,
        ),
        (|world| world.mutual_exclusion("lock"), Property::MutualExclusion),
        (|world| world.no_overdraft("lock"), Property::NoOverdraft),
        (|world| world.monotonic_fence("lock"), Property::MonotonicFence),
        (|world| world.conserved_balance("lock"), Property::ConservedBalance),
    ] {
        let unwatched = Written { watched: &[], monitored, key: "lock" };
        assert_alarm(&unwatched, &Vacuity::IdleMonitor(property));
    }
    assert_none(&Written {
        watched: &["lock"],
        monitored: |world| world.owner_only_release("lock"),
        key: "lock",
    });
    let said = Vacuity::IdleMonitor(Property::OwnerOnlyRelease).to_string();
    let expected = "vacuous: the monitor of owner-only-release never saw anything to judge: watch the \
                    key that it is about";
    assert_eq!(said, expected);
}

/// Two clients believe in one lock each after the other; a step while they do, or none.
#[derive(Clone)]
struct Believed {
    during: bool,
}

impl Scenario for Believed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        world.monitor(MutualExclusion::of("lock"));
        let gate = Arc::new(Shared::<R, u64>::new("gate", 0));
        for name in ["alice", "bob"] {
            let (gate, during) = (Arc::clone(&gate), self.during && name == "alice");
            world.actor(name, move |me| {
                // Alice believes only if she comes first, so that the two exclude each other.
                let first = gate.with("come", |gate| std::mem::replace(gate, 1)) == 0;
                if first {
                    me.believe("lock", me.name(), None);
                    if during {
                        gate.with("look", |gate| *gate);
                    }
                    me.disbelieve("lock", me.name());
                }
            });
        }
    }
}

#[test]
fn a_belief_that_is_given_up_within_one_step_raises_the_alarm() {
    assert_alarm(&Believed { during: false }, &Vacuity::BriefBelief("lock".to_owned()));
    assert_none(&Believed { during: true });
}

/// Two clients of a server, and faults that have an occasion or not.
#[derive(Clone)]
struct Faulty {
    expires: bool,
    budgets: Budgets,
}

impl Scenario for Faulty {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, expires) = (world.redis("redis"), self.expires);
        let total = Arc::new(Shared::<R, u64>::new("total", 0));
        for name in ["alice", "bob"] {
            let (server, total) = (server.clone(), Arc::clone(&total));
            world.actor(name, move |_| {
                total.with("add 1", |total| *total += 1);
                if name == "alice" {
                    let mut command = cmd("SET");
                    command.arg("k").arg(1);
                    if expires {
                        command.arg("PX").arg(1_000);
                    }
                    let _: RedisResult<Value> = command.query(&mut server.connect());
                    total.with("add 1", |total| *total += 1);
                }
            });
        }
        world.finally(Property::ConservedBalance, || Ok(()));
    }

    fn budgets(&self) -> Budgets {
        self.budgets.clone()
    }
}

#[test]
fn a_fault_that_never_could_strike_raises_the_alarm() {
    for (budgets, fault) in [
        (Budgets::none().ticks(1), "clock"),
        (Budgets::none().lose_reply("bob", 1), "lose-reply:bob"),
        (Budgets::none().delay("bob", 1), "delay:bob"),
        (Budgets::none().lose_reply("alice", 1).lose_reply("bob", 1), "lose-reply:bob"),
    ] {
        for (engine, found) in all(&Faulty { expires: false, budgets }) {
            // loom has no faults, and does not say that they could not strike.
            let told = found.verdict == Verdict::Exhausted && engine != "loom";
            let alarm = told.then(|| Vacuity::IdleFault(fault.to_owned()));
            assert_eq!(found.vacuous, alarm, "{engine}, {fault}: {found}");
        }
    }
}

#[test]
fn a_fault_that_could_strike_raises_none() {
    for budgets in [
        Budgets::none().ticks(1),
        Budgets::none().lose_reply("alice", 1),
        Budgets::none().delay("alice", 2),
        Budgets::none().crash("bob"),
    ] {
        assert_none(&Faulty { expires: true, budgets });
    }
}
