//! Explorers with a mistake that random programs hardly meet: a program for each, aimed at it.

use std::sync::Arc;

use lockproof::explore::{Mutation, Search, Verdict, brute_force, exhaustive};
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::{Runtime, Shared};
use redis::{RedisResult, Value, cmd};

use crate::compare::{GRAPH, SEARCH};
use crate::judge::NAMES;

/// Which search finds what is wrong: the right one does, and the mutated one calls it exhausted.
#[track_caller]
pub fn only_the_right_search_breaks<S: Scenario>(scenario: &S, mutation: Mutation) {
    let search = Search { mutation: Some(mutation), ..SEARCH };
    let wrong = exhaustive(scenario, search);
    assert_eq!(wrong.verdict, Verdict::Exhausted, "{mutation:?}: {wrong}");
    for search in [GRAPH, SEARCH] {
        let right = exhaustive(scenario, search);
        assert!(right.violation().is_some(), "{right}");
    }
    assert!(brute_force(scenario, SEARCH).violation().is_some());
}

/// Alice loads a script, bob has all scripts forgotten, and carol runs it: that is all they have in common.
#[derive(Clone, Debug)]
struct Cached;

impl Scenario for Cached {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        let found = Arc::new(Shared::<R, bool>::new("found", false));
        let [alice, bob, carol] = [(); 3].map(|()| server.clone());
        world.actor("alice", move |_| {
            let loaded: RedisResult<Value> =
                cmd("SCRIPT").arg("LOAD").arg("return 1").query(&mut alice.connect());
            loaded.map(drop).expect("the script is loaded");
        });
        world.actor("bob", move |_| {
            let flushed: RedisResult<Value> = cmd("SCRIPT").arg("FLUSH").query(&mut bob.connect());
            flushed.map(drop).expect("the scripts are forgotten");
        });
        let note = Arc::clone(&found);
        world.actor("carol", move |_| {
            let mut connection = carol.connect();
            for _ in 0..3 {
                cmd("GET").arg("k").exec(&mut connection).expect("an answer");
            }
            let sha = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";
            let ran: RedisResult<Value> = cmd("EVALSHA").arg(sha).arg(0).query(&mut connection);
            let ran = ran.is_ok();
            note.with("note", |note| *note = ran);
        });
        world.finally(Property::Linearizable, move || match found.peek(|found| *found) {
            true => Err("the script was there".to_owned()),
            false => Ok(()),
        });
    }
}

#[test]
fn forgetting_which_scripts_are_cached_is_found_out() {
    only_the_right_search_breaks(&Cached, Mutation::ForgetScripts);
}

/// A number next to a client's name, and as great as that is long: (5, "alice") and (3, "bob") are not alike.
#[derive(Clone, Debug)]
struct Charge;

#[derive(Clone, Debug, Hash)]
struct Account {
    opened: u64,
    cents: u64,
    last: String,
}

impl Scenario for Charge {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let account = Account { opened: 0, cents: 0, last: String::new() };
        let account = Arc::new(Shared::<R, _>::new("account", account));
        let end = Arc::clone(&account);
        world.clients(2, move |me| {
            let [name, again] = [(); 2].map(|()| me.name().to_owned());
            account.with("open", move |it| {
                it.opened += 1;
                it.last.clone_from(&name);
            });
            account.with("charge", move |it| {
                if it.opened == 2 {
                    it.cents = match it.cents {
                        0 if it.last == again => 3,
                        0 => 5,
                        cents => cents + 10,
                    };
                    if it.cents < 10 {
                        it.last.clone_from(&again);
                    }
                }
            });
        });
        world.finally(Property::ConservedBalance, move || match end.peek(|it| it.cents) {
            13 => Err("the last to open was the first to be charged".to_owned()),
            _ => Ok(()),
        });
    }
}

#[test]
fn taking_a_number_for_the_length_of_the_name_after_it_is_found_out() {
    only_the_right_search_breaks(&Charge, Mutation::NumbersAsLengths);
}

/// Clients that are declared alike, and a property that means one of them.
#[derive(Clone, Debug)]
struct Meant {
    clients: usize,
    who: &'static str,
}

impl Scenario for Meant {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let last = Arc::new(Shared::<R, String>::new("last", String::new()));
        let (end, who) = (Arc::clone(&last), self.who);
        world.clients(self.clients, move |me| {
            let name = me.name().to_owned();
            last.with("write", move |last| last.clone_from(&name));
        });
        world.finally(Property::Linearizable, move || match end.peek(|last| last == who) {
            true => Err(format!("{who} was last")),
            false => Ok(()),
        });
    }
}

/// Only one end of those that are alike is judged by a search that judges each once.
#[test]
fn judging_one_of_the_ends_that_are_alike_is_found_out() {
    for clients in 2..=3 {
        let verdict = |who, search| exhaustive(&Meant { clients, who }, search).verdict;
        let who = &NAMES[..clients];
        assert!(who.iter().any(|who| verdict(*who, GRAPH) == Verdict::Exhausted));
        for who in who {
            let found = verdict(*who, SEARCH);
            assert!(matches!(found, Verdict::Broken(_)), "{who}: {found}");
        }
    }
}
