//! What loom cannot do is said as such, and what it adds of its own is not called a bug.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use lockproof::explore::{
    Exploration, LoomBounds, Search, Verdict, exhaustive, loom, loom_execution,
};
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Condvar, Mutex, Runtime, Shared, spawn};

pub fn by_loom(scenario: &impl Scenario) -> Exploration {
    loom(scenario, LoomBounds::default())
}

#[track_caller]
pub fn loom_says(sentence: &str, scenario: &impl Scenario) {
    assert_eq!(by_loom(scenario).verdict.to_string(), sentence);
}

/// Both engines see every interleaving, and come to the same.
#[track_caller]
pub fn both_say(sentence: &str, scenario: &impl Scenario) {
    let found = exhaustive(scenario, Search::default());
    assert_eq!(found.verdict.to_string(), sentence, "exhaustive: {found}");
    let found = by_loom(scenario);
    assert_eq!(found.verdict.to_string(), sentence, "loom: {:#?}", found.trace);
    assert!(found.executions > 0);
}

/// Some actors, of which the first has children.
#[derive(Clone)]
struct Many {
    clients: usize,
    children: usize,
    ticks: u32,
}

impl Scenario for Many {
    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(self.ticks)
    }

    fn run<R: Runtime>(&self, world: &World<R>) {
        let sum = Arc::new(Mutex::<R, u8>::new("sum", 0));
        let (of_children, children) = (Arc::clone(&sum), self.children);
        world.clients(self.clients, move |_| *sum.lock() += 1);
        if children > 0 {
            world.actor("parent", move |_| {
                for name in 0..children {
                    let sum = Arc::clone(&of_children);
                    spawn::<R, ()>(&format!("child{name}"), move || *sum.lock() += 1).join();
                }
            });
        }
    }
}

#[test]
fn more_than_four_actors_are_not_run() {
    for (clients, children, ticks, has) in
        [(5, 0, 0, 5), (7, 0, 0, 7), (4, 0, 1, 5), (4, 1, 0, 5), (1, 3, 0, 5), (2, 4, 0, 5)]
    {
        let scenario = Many { clients, children, ticks };
        let sentence = format!(
            "not run: loom takes four actors besides the main one, and this scenario has {has}"
        );
        loom_says(&sentence, &scenario);
        assert_eq!(loom_execution(&scenario, 1).verdict.to_string(), sentence);
    }
    for (clients, children) in [(2, 0), (1, 2)] {
        let found = by_loom(&Many { clients, children, ticks: 0 });
        assert_eq!(found.verdict, Verdict::Exhausted, "{found}");
    }
}

/// alice panics with a mutex.
#[derive(Clone)]
struct PanicsUnderLock {
    /// She catches it, and goes on.
    catches: bool,
    /// Her destructor takes the same mutex.
    again: bool,
    shared: bool,
}

struct Takes<R: Runtime>(Option<Arc<Mutex<R, u8>>>);

impl<R: Runtime> Drop for Takes<R> {
    fn drop(&mut self) {
        if let Some(mutex) = &self.0 {
            *mutex.lock() += 1;
        }
    }
}

impl Scenario for PanicsUnderLock {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let first = Arc::new(Mutex::<R, u8>::new("balance", 0));
        let (second, third) = (Arc::clone(&first), Arc::clone(&first));
        let cell = Arc::new(Shared::<R, u8>::new("cell", 0));
        let Self { catches, again, shared } = *self;
        world.actor("alice", move |_| {
            let work = || {
                let _takes = Takes(again.then(|| Arc::clone(&first)));
                let _guard = first.lock();
                if shared {
                    cell.with("add", |_| -> u8 { panic!("the account is closed") });
                }
                panic!("the account is closed");
            };
            match catches {
                true => drop(catch_unwind(AssertUnwindSafe(work))),
                false => work(),
            }
            *first.lock() += 1;
        });
        world.actor("bob", move |_| *second.lock() += 1);
        world.finally(Property::ConservedBalance, move || {
            let due = if again { 3 } else { 2 };
            (*third.lock() == due).then_some(()).ok_or_else(|| "something is lost".to_owned())
        });
    }
}

#[test]
fn a_panic_under_a_lock_is_the_violation() {
    for (again, shared) in [(false, false), (false, true), (true, false)] {
        let panics = PanicsUnderLock { catches: false, again, shared };
        both_say("broken: no-panic: alice panicked: the account is closed", &panics);
        let found = by_loom(&panics);
        let replayed = loom_execution(&panics, found.executions);
        assert_eq!((replayed.verdict, replayed.trace), (found.verdict, found.trace));
    }
}

#[test]
fn a_panic_that_is_caught_leaves_the_mutex_to_others() {
    both_say("exhausted", &PanicsUnderLock { catches: true, again: false, shared: false });
    // Where a destructor takes a step meanwhile, no actor can be run alone up to there and no further.
    let again = PanicsUnderLock { catches: true, again: true, shared: false };
    loom_says("exhausted", &again);
    let found = exhaustive(&again, Search::default());
    assert_eq!(
        found.verdict.to_string(),
        "not run: alice catches a panic during which a destructor takes a step, and that step cannot be \
         searched: catch nothing around it, or take the step before the panic"
    );
}

/// The main actor panics with a mutex that its child needs.
#[derive(Clone)]
struct MainPanicsUnderLock;

impl Scenario for MainPanicsUnderLock {
    fn run<R: Runtime>(&self, _: &World<R>) {
        let mutex = Arc::new(Mutex::<R, u8>::new("balance", 0));
        let _guard = mutex.lock();
        let same = Arc::clone(&mutex);
        let _child = spawn::<R, ()>("child", move || *same.lock() += 1);
        panic!("the account is closed");
    }
}

#[test]
fn a_panic_of_the_main_actor_under_a_lock_is_the_violation() {
    loom_says("broken: no-panic: main panicked: the account is closed", &MainPanicsUnderLock);
}

/// Two wait, one is notified; that the one who began to wait first is woken first is nobody's promise.
#[derive(Clone)]
struct WhoIsWoken;

impl Scenario for WhoIsWoken {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let queue = Mutex::<R, Vec<&'static str>>::new("queue", Vec::new());
        let both = Arc::new((queue, Condvar::<R>::new("told")));
        for name in ["alice", "bob"] {
            let both = Arc::clone(&both);
            world.actor(name, move |_| {
                let mut queue = both.0.lock();
                let place = queue.len();
                queue.push(name);
                queue = both.1.wait(queue);
                assert!(queue.len() > 2 || place == 0, "{name} came second and was woken first");
                queue.push("woken");
            });
        }
        world.actor("carol", move |_| {
            for _ in 0..2 {
                let _queue = both.0.lock();
                both.1.notify_one();
            }
        });
    }
}

/// Each takes what carol has put there.
#[derive(Clone)]
struct Handed {
    takers: usize,
    all: bool,
    breaks: bool,
}

impl Scenario for Handed {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let slots = Arc::new((Mutex::<R, usize>::new("slots", 0), Condvar::<R>::new("told")));
        let Self { takers, all, breaks } = *self;
        for name in &["alice", "bob"][..takers] {
            let slots = Arc::clone(&slots);
            world.actor(name, move |_| {
                let mut free = slots.0.lock();
                while *free == 0 {
                    free = slots.1.wait(free);
                }
                *free -= 1;
            });
        }
        let last = Arc::clone(&slots);
        world.actor("carol", move |_| {
            for _ in 0..takers {
                *slots.0.lock() += 1;
                if all { slots.1.notify_all() } else { slots.1.notify_one() }
            }
        });
        world.finally(Property::ConservedBalance, move || match *last.0.lock() {
            0 if breaks => Err("nothing is left".to_owned()),
            _ => Ok(()),
        });
    }
}

const CROWD: &str = "blind: loom wakes the longest waiting of several waiters only, and 2 actors waited on \
                     told at once";

#[test]
fn who_is_woken_of_several_waiters_is_not_seen() {
    loom_says(CROWD, &Handed { takers: 2, all: false, breaks: false });
    loom_says("exhausted", &Handed { takers: 2, all: true, breaks: false });
    loom_says("exhausted", &Handed { takers: 1, all: false, breaks: false });
    let broken = "broken: conserved-balance: nothing is left";
    loom_says(broken, &Handed { takers: 2, all: false, breaks: true });
    // Blindness outranks a bound.
    let found = loom(
        &Handed { takers: 2, all: false, breaks: false },
        LoomBounds { executions: 1_000_000, preemptions: Some(3) },
    );
    assert_eq!(found.verdict.to_string(), CROWD);
}

#[test]
fn what_a_wait_breaks_is_still_broken() {
    let found = by_loom(&WhoIsWoken);
    assert!(found.violation().is_some(), "{found}");
}
