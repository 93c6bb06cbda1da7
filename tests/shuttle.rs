//! Random exploration of the lock protocol on the simulated Redis.
#![cfg(not(loom))]

#[path = "shuttle/clients.rs"]
mod clients;
#[path = "shuttle/teller.rs"]
mod teller;

use lockproof::explore::{Sampling, pct, random, urw};
use lockproof::scenario::Budgets;

#[test]
fn try_it() {
    let s = Sampling {
        executions: 5000,
        ..Sampling::default()
    };
    for fenced in [true, false] {
        for i in 0..3 {
            let c = teller::Tellers {
                amounts: &[1000, -2000],
                fenced,
                budgets: Budgets::none().ticks(1),
            };
            let e = match i {
                0 => random(&c, s),
                1 => pct(&c, 3, s),
                _ => urw(&c, s),
            };
            println!("{e} longest {} {:?}", e.longest, e.elapsed);
            if let Some(t) = e.trace {
                for x in t.events {
                    println!("{} {:?}", t.actors[x.actor.index()], x.kind);
                }
            }
        }
    }
}
