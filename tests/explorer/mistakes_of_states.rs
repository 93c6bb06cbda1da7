//! Explorers that leave something out of the state which random programs hardly ever need: a program for
//! each.

use std::sync::Arc;

use lockproof::explore::Mutation;
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Runtime, Shared};
use redis::cmd;

use crate::mistakes_aimed_at::only_the_right_search_breaks;

/// Alice asks whether an answered command had its effect, and forgets how it went. If the reply was lost,
/// she is as far with one step less, and the budget is spent: that state is found before the one with the
/// budget left.
#[derive(Clone, Debug)]
struct AsksAgain;

impl Scenario for AsksAgain {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        let lost = Arc::new(Shared::<R, bool>::new("lost", false));
        let (bob, end) = (server.clone(), Arc::clone(&lost));
        world.actor("alice", move |me| {
            let mut redis = server.connect();
            if cmd("SET").arg("k").arg(1).exec(&mut redis).is_ok() {
                cmd("GET").arg("k").exec(&mut redis).ok();
            }
            me.local(&());
            if cmd("SET").arg("k").arg(1).exec(&mut redis).is_err() {
                lost.with("note", |lost| *lost = true);
            }
        });
        world.actor("bob", move |_| {
            cmd("GET").arg("k").exec(&mut bob.connect()).expect("an answer");
        });
        world.finally(Property::Linearizable, move || match end.peek(|lost| *lost) {
            true => Err("the second reply was lost".to_owned()),
            false => Ok(()),
        });
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().lose_reply("alice", 1)
    }
}

#[test]
fn forgetting_what_is_left_of_the_budgets_is_found_out() {
    only_the_right_search_breaks(&AsksAgain, Mutation::ForgetBudgets);
}

/// Two pairs of texts that are the same bytes once lengths are left out: 20 is what a text begins with.
const FIRST: [&str; 2] = ["x\u{14}y", "z"];
const OTHER: [&str; 2] = ["x", "y\u{14}z"];

/// The first to sign leaves one pair or the other, depending on who opened last.
#[derive(Clone, Debug)]
struct Signs;

#[derive(Clone, Debug, Default, Hash)]
struct Paper {
    opened: u64,
    last: String,
    texts: [String; 2],
    signed: u64,
    wrong: bool,
}

impl Scenario for Signs {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let paper = Arc::new(Shared::<R, _>::new("paper", Paper::default()));
        let end = Arc::clone(&paper);
        world.clients(2, move |me| {
            let [name, again] = [(); 2].map(|()| me.name().to_owned());
            paper.with("open", move |it| {
                it.opened += 1;
                it.last.clone_from(&name);
            });
            paper.with("sign", move |it| match (it.opened, it.signed) {
                (2, 0) => {
                    it.texts = if it.last == again { FIRST } else { OTHER }.map(str::to_owned);
                    it.last.clone_from(&again);
                    it.signed = 1;
                }
                (2, _) => it.wrong = it.texts == FIRST,
                _ => {}
            });
        });
        world.finally(Property::Linearizable, move || match end.peek(|it| it.wrong) {
            true => Err("the last to open was the first to sign".to_owned()),
            false => Ok(()),
        });
    }
}

#[test]
fn leaving_lengths_out_is_found_out() {
    only_the_right_search_breaks(&Signs, Mutation::NoLengths);
}
