//! Clients that are not alike, or that are known by their names, and names that are parts of others.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use lockproof::scenario::monitors::Monitor;
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Mutex, Runtime, Shared};
use lockproof::trace::{Event, Kind, Trace};

use super::{Results, agrees, is_noticed, note, told};

scenario!(
    /// One of the clients behaves in another way.
    Special,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, Vec<u32>>::new("x", Vec::new()));
        let shown = Arc::clone(&x);
        world.clients(3, move |me| {
            let name = me.name().to_owned();
            x.with("step", |x| if name == "carol" && x.is_empty() { x.push(7) } else { x.push(1) });
            x.with("again", |x| x.push(2));
        });
        told(world, move || shown.peek(Clone::clone));
    }
);

scenario!(
    /// One of the clients behaves in another way, at a moment that hardly ever comes.
    SpecialAtLast,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, u32>::new("x", 0));
        let bad = Arc::new(Shared::<R, bool>::new("bad", false));
        let shown = Arc::clone(&bad);
        world.clients(3, move |me| {
            let mut wins = 0;
            for round in 0..2 {
                let name = me.name().to_owned();
                let first = x.with("step", |x| {
                    *x += 1;
                    *x
                });
                wins += u32::from(first == 1 || first == 2);
                if name == "carol" && wins == 2 && round == 1 {
                    bad.with("bad", |bad| *bad = true);
                }
            }
        });
        told(world, move || shown.peek(Clone::clone));
    }
);

scenario!(
    /// What judges knows the clients by their names.
    Judged,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, String>::new("x", String::new()));
        let shown = Arc::clone(&x);
        world.clients(3, move |me| {
            let name = me.name().to_owned();
            x.with("step", |x| *x = name.clone());
        });
        world.finally(Property::ConservedBalance, move || match shown.peek(|x| x == "bob") {
            true => Err("it was bob".to_owned()),
            false => Ok(()),
        });
    }
);

/// Carol is not the first to acquire the lock.
#[derive(Clone, Hash)]
struct NotCarol;

impl Monitor for NotCarol {
    fn property(&self) -> Property {
        Property::MutualExclusion
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        match &event.kind {
            Kind::Believe { token, .. } if token == "1" && names.actor(event.actor) == "carol" => {
                Err("carol was first".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn remember(&self, mut memory: &mut dyn Hasher) {
        self.hash(&mut memory);
    }
}

scenario!(
    /// A monitor knows the clients by their names.
    Watched,
    Budgets::none(),
    |world| {
        world.monitor(NotCarol);
        let x = Arc::new(Shared::<R, u32>::new("x", 0));
        world.clients(3, move |me| {
            let nth = x.with("step", |x| {
                *x += 1;
                *x
            });
            me.believe("lock", &nth.to_string(), None);
        });
    }
);

scenario!(
    /// An actor that is no client knows the name of one.
    Malice,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, String>::new("x", "nobody".into()));
        let y = Arc::new(Shared::<R, u32>::new("y", 0));
        let shown = Arc::clone(&y);
        let told_to = Arc::clone(&x);
        world.actor("malice", move |me| {
            let name = me.name().to_owned();
            told_to.with("say", |x| *x = name.clone());
        });
        world.clients(2, move |me| {
            let nth = y.with("first", |y| {
                *y += 1;
                *y
            });
            let name = format!("m{}", me.name());
            let mine = x.with("mine", |x| *x == name);
            let ours = x.with("ours", |x| *x == "malice");
            y.with("then", |y| *y += nth * 10 + if mine { 100 * nth } else { 0 } + u32::from(ours) * 1000);
        });
        told(world, move || shown.peek(|y| *y));
    }
);

scenario!(
    /// The name of a client as bytes, which nobody takes for a name.
    Bytes,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, (Vec<u8>, u32)>::new("x", (b"bob".to_vec(), 0)));
        let shown = Arc::clone(&x);
        world.clients(2, move |me| {
            let name = me.name().as_bytes().to_vec();
            x.with("step", |x| x.1 = x.1 * 10 + if x.0 == name { 2 } else { 1 });
        });
        told(world, move || shown.peek(|x| x.1));
    }
);

scenario!(
    /// The length of the name.
    Length,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, Vec<usize>>::new("x", Vec::new()));
        let shown = Arc::clone(&x);
        world.clients(2, move |me| {
            let length = me.name().len();
            x.with("step", |x| x.push(length));
        });
        told(world, move || shown.peek(Clone::clone));
    }
);

scenario!(
    /// What it holds is the first client's from the beginning.
    Given,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, (String, u32)>::new("x", ("the token of bob".into(), 0)));
        let shown = Arc::clone(&x);
        world.clients(3, move |me| {
            let name = me.name().to_owned();
            x.with("step", |x| x.1 = x.1 * 10 + if x.0.ends_with(&name) { 2 } else { 1 });
        });
        told(world, move || shown.peek(|x| x.1));
    }
);

tests! { is_noticed:
    a_client_that_is_special Special;
    a_client_that_is_special_at_last SpecialAtLast;
    a_judge_that_knows_names Judged;
    a_monitor_that_knows_names Watched;
    another_actor_that_knows_names Malice;
    names_as_bytes Bytes;
    lengths_of_names Length;
    a_name_that_was_there_before Given;
}

scenario!(
    /// Clients say whom they saw before them.
    Others,
    Budgets::none(),
    |world| {
        let results = Results::default();
        let x = Arc::new(Mutex::<R, Vec<(u8, String)>>::new("x", Vec::new()));
        let told_in = Arc::clone(&results);
        world.clients(3, move |me| {
            let mut x = x.lock();
            let before = x.last().cloned();
            let nth = x.len() as u8;
            x.push((nth, format!("{}-{nth}", me.name())));
            drop(x);
            note(&told_in, me.name(), before)
        });
        told(world, move || results.lock().unwrap().clone());
    }
);

scenario!(
    /// Actors whose names are part of each other.
    Parts,
    Budgets::none().crash("al"),
    |world| {
        let x = Arc::new(Shared::<R, String>::new("x", String::new()));
        let shown = Arc::clone(&x);
        for name in ["al", "ali", "alice2"] {
            let x = Arc::clone(&x);
            world.actor(name, move |me| {
                let name = me.name().to_owned();
                x.with("step", |x| x.push_str(&name));
                x.with("read", |x| x.len())
            });
        }
        world.clients(2, move |me| {
            let name = me.name().to_owned();
            x.with("step", |x| x.push_str(&name));
        });
        told(world, move || shown.peek(Clone::clone));
    }
);

tests! { agrees:
    results_that_name_others Others;
    names_that_are_parts_of_others Parts;
}
