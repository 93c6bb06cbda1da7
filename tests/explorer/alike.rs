//! Clients that are declared alike: those that are not are named, and what belongs to each is found by its
//! index.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use lockproof::explore::{Search, Verdict, brute_force, exhaustive, minimal};
use lockproof::scenario::{ClientIndex, PerClient, Property, Scenario, World};
use lockproof::sync::{Atomic, Mutex, Runtime, Shared};
use redis::Commands;

use crate::compare::SEARCH;

/// How clients that are declared alike differ.
#[derive(Clone, Copy, Debug)]
enum Differ {
    /// By the number that an atomic gets.
    Id,
    /// By how much they take.
    Amount,
    /// By what they call a step.
    Label,
    /// By the length of their names.
    Length,
    /// By what they return.
    Result,
    /// By the number of their index, in shared state.
    Index,
    /// By which of two objects they touch.
    Object,
}

/// Clients that differ, after so many steps.
#[derive(Clone, Debug)]
struct Unlike {
    clients: usize,
    differ: Differ,
    after: usize,
}

impl Scenario for Unlike {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let Self { clients, differ, after } = *self;
        let aside = Arc::new(Shared::<R, u64>::new("aside", 0));
        let id = Arc::new(Atomic::<R>::new("id", 0));
        let balances = Arc::new(["left", "right"].map(|name| Mutex::<R, usize>::new(name, 5)));
        world.clients(clients, move |me| {
            for _ in 0..after {
                aside.with("step", |_| ());
            }
            let is_alice = me.name() == "alice";
            let take = |at: usize, amount| {
                let mut balance = balances[at].lock();
                *balance = balance.saturating_sub(amount);
            };
            match differ {
                Differ::Id => drop(id.compare_exchange(0, i64::from(is_alice) + 1, SeqCst)),
                Differ::Amount => take(0, if is_alice { 5 } else { 3 }),
                Differ::Label => aside.with(if is_alice { "first" } else { "other" }, |_| ()),
                Differ::Length => take(0, me.name().len()),
                Differ::Index => take(0, me.index().number()),
                Differ::Object => take(usize::from(is_alice), 1),
                Differ::Result => aside.with("step", |_| ()),
            }
            matches!(differ, Differ::Result) && is_alice
        });
        world.finally(Property::ConservedBalance, || Ok(()));
    }
}

#[test]
fn clients_that_differ_are_named_however_they_do() {
    use Differ::{Amount, Id, Index, Label, Length, Object, Result};
    for differ in [Id, Amount, Label, Length, Result, Index, Object] {
        for (clients, after) in [(2, 0), (2, 2), (3, 1)] {
            let unlike = Unlike { clients, differ, after };
            for engine in [exhaustive::<Unlike>, minimal::<Unlike>] {
                let found = engine(&unlike, SEARCH);
                let said = found.to_string();
                let named = said.starts_with("uncontrolled: alice")
                    && said.contains(", declared alike, behave differently: ");
                assert!(named, "{unlike:?}: {said}");
            }
        }
    }
}

/// The world as set up names bob. Once a client has wiped that out, nothing tells the clients apart but what
/// they take.
#[derive(Clone, Debug)]
struct NamedAtFirst {
    alike: bool,
}

impl Scenario for NamedAtFirst {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let owner = Arc::new(Shared::<R, String>::new("owner", "bob".to_owned()));
        let balance = Arc::new(Mutex::<R, i64>::new("balance", 5));
        let (end, alike) = (Arc::clone(&balance), self.alike);
        world.clients(2, move |me| {
            owner.with("wipe", |owner| owner.clear());
            let amount = if alike || me.name() == "alice" { 5 } else { 3 };
            let mut balance = balance.lock();
            if *balance >= amount {
                *balance -= amount;
            }
        });
        world.finally(Property::ConservedBalance, move || match *end.lock() {
            0 => Ok(()),
            left => Err(format!("{left} is left")),
        });
    }
}

#[test]
fn clients_that_the_set_up_tells_apart_are_searched_one_by_one() {
    for engine in [exhaustive::<NamedAtFirst>, minimal::<NamedAtFirst>] {
        let found = engine(&NamedAtFirst { alike: false }, SEARCH);
        assert!(matches!(found.verdict, Verdict::Broken(_)), "{found}");
        let found = engine(&NamedAtFirst { alike: true }, SEARCH);
        assert_eq!(found.verdict, Verdict::Exhausted, "{found}");
    }
}

/// The filter lock's first level: a client may enter if no other one wants to, or if it is not the last that
/// came; `wrong` looks before it says that it wants to.
#[derive(Clone, Debug)]
struct Peterson {
    wrong: bool,
}

#[derive(Clone, Debug, Hash)]
struct Door {
    wants: PerClient<bool>,
    last: Option<ClientIndex>,
    inside: u32,
}

impl Scenario for Peterson {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (clients, wrong) = (2, self.wrong);
        let door = Door { wants: PerClient::new(clients, false), last: None, inside: 0 };
        let door = Arc::new(Shared::<R, Door>::new("door", door));
        world.clients(clients, move |me| {
            let index = me.index();
            let free = move |door: &Door| {
                let others = door.wants.iter().any(|(other, wants)| other != index && *wants);
                !others || door.last != Some(index)
            };
            let mut is_free = wrong && door.with("look", move |door| free(door));
            door.with("want", move |door| {
                door.wants[index] = true;
                door.last = Some(index);
            });
            is_free = is_free || door.with("look", move |door| free(door));
            if is_free {
                let inside = door.with("enter", |door| {
                    door.inside += 1;
                    door.inside
                });
                assert_eq!(inside, 1, "two are inside");
                door.with("leave", |door| door.inside -= 1);
            }
            door.with("give up", move |door| door.wants[index] = false);
        });
        world.finally(Property::ConservedBalance, || Ok(()));
    }
}

/// Each client has an account of its own, and pays in twice; `wrong` loses what is paid in between.
#[derive(Clone, Debug)]
struct Accounts {
    wrong: bool,
}

impl Scenario for Accounts {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (clients, wrong) = (3, self.wrong);
        let accounts = Arc::new(Mutex::<R, _>::new("accounts", PerClient::new(clients, 0_u64)));
        let end = Arc::clone(&accounts);
        world.clients(clients, move |me| {
            let index = me.index();
            let copy = accounts.lock().clone();
            let mut all = accounts.lock();
            if wrong {
                *all = copy;
            }
            all[index] += 1;
        });
        world.finally(Property::ConservedBalance, move || match end.lock().values().sum() {
            3_u64 => Ok(()),
            sum => Err(format!("{sum} is left")),
        });
    }
}

/// The same on a server, where each account has a key, opened before anybody begins.
#[derive(Clone, Debug)]
struct Keys {
    wrong: bool,
}

impl Scenario for Keys {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, wrong) = (world.redis("redis"), self.wrong);
        let mut set_up = server.connect();
        for name in ["alice", "bob", "carol"] {
            server.watch(&format!("account:{name}"));
            let _: () = set_up.set(format!("account:{name}"), 1).expect("an answer");
        }
        let end = server.clone();
        world.clients(3, move |me| {
            let (mut connection, key) = (server.connect(), format!("account:{}", me.name()));
            let read: u64 = connection.get(&key).expect("an answer");
            let total: u64 = connection.incr("total", read).expect("an answer");
            let last = if wrong && total == 3 { 1 } else { 0 };
            let _: u64 = connection.incr(&key, last).expect("an answer");
        });
        world.finally(Property::ConservedBalance, move || {
            let mut connection = end.connect();
            let sum: u64 = ["alice", "bob", "carol"]
                .map(|name| connection.get::<_, u64>(format!("account:{name}")).expect("an answer"))
                .iter()
                .sum();
            if sum == 3 { Ok(()) } else { Err(format!("{sum} in all")) }
        });
    }
}

fn agrees<S: Scenario>(right: &S, wrong: &S) {
    let unreduced = Search { symmetry: false, ..SEARCH };
    let [reduced, all] = [SEARCH, unreduced].map(|search| exhaustive(right, search));
    assert_eq!(reduced.verdict, Verdict::Exhausted, "{reduced}");
    assert_eq!(all.verdict, Verdict::Exhausted, "{all}");
    assert!(reduced.states < all.states, "{:?} of {:?}", reduced.states, all.states);
    assert_eq!(brute_force(right, SEARCH).verdict, Verdict::Exhausted);
    for search in [SEARCH, unreduced] {
        for engine in [exhaustive::<S>, minimal::<S>] {
            let found = engine(wrong, search);
            assert!(matches!(found.verdict, Verdict::Broken(_)), "{found}");
        }
    }
    assert!(matches!(brute_force(wrong, SEARCH).verdict, Verdict::Broken(_)));
}

#[test]
fn arrays_that_are_indexed_by_client_are_searched_under_symmetry() {
    agrees(&Peterson { wrong: false }, &Peterson { wrong: true });
    agrees(&Accounts { wrong: false }, &Accounts { wrong: true });
    agrees(&Keys { wrong: false }, &Keys { wrong: true });
}

/// An actor that is no client asks for its index.
#[derive(Clone, Debug)]
struct NoClient;

impl Scenario for NoClient {
    fn run<R: Runtime>(&self, world: &World<R>) {
        world.actor("alice", |me| me.index().number());
    }
}

#[test]
fn only_clients_have_an_index() {
    let said = exhaustive(&NoClient, SEARCH).to_string();
    let expected = "broken: no-panic: alice panicked: alice has no index: only actors that World::clients \
                    adds have one";
    assert!(said.starts_with(expected), "{said}");
}

/// Clients that differ only after one rare history. Symmetry leaves it to alice: she is the first to count.
#[derive(Clone, Debug)]
struct UnlikeRarely;

impl Scenario for UnlikeRarely {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let count = Arc::new(Shared::<R, u64>::new("count", 0));
        let aside = Arc::new(Shared::<R, u64>::new("aside", 0));
        world.clients(3, move |me| {
            let add = |count: &mut u64| {
                *count += 1;
                *count
            };
            let counted = [(); 4].map(|()| count.with("count", add));
            let is_other = counted == [1, 4, 7, 10] && me.name() != "alice";
            aside.with("step", |aside| *aside += 1 + u64::from(is_other));
        });
        world.finally(Property::ConservedBalance, || Ok(()));
    }
}

#[test]
fn clients_that_differ_after_one_rare_history_are_named() {
    let found = exhaustive(&UnlikeRarely, SEARCH);
    let said = found.to_string();
    let named = said.starts_with("uncontrolled: alice, bob and carol, declared alike, ");
    assert!(named, "{said}");
}
