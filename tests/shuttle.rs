//! Random exploration of the lock protocol on the simulated Redis.
#![cfg(not(loom))]

#[path = "shuttle/clients.rs"]
mod clients;

use clients::Clients;
use lockproof::explore::{Sampling, pct, random, urw};
use lockproof::scenario::Budgets;

#[test]
fn try_it() {
    let s = Sampling::default();
    for i in 0..3 {
        let c = Clients::new(3, Budgets::none().ticks(1));
        let e = match i {
            0 => random(&c, s),
            1 => pct(&c, 3, s),
            _ => urw(&c, s),
        };
        println!("{e} longest {} {:?} {:?}", e.longest, e.elapsed, c.seen);
        if let Some(t) = e.trace {
            for x in t.events {
                println!("{} {:?}", t.actors[x.actor.index()], x.kind);
            }
        }
    }
}
