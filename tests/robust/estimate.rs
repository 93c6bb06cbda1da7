//! What a search holds, by its own estimate, and by what the system says.

use std::sync::Arc;

use lockproof::explore::{Bound, Search, Verdict, exhaustive};
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::{Runtime, Shared};
use redis::Commands;

use crate::again;

/// Three actors edit something large, or much that is small.
#[derive(Clone, Copy, Debug)]
enum Large {
    Keys,
    Text,
    Locals,
}

#[derive(Clone)]
struct Edits(Large);

impl Scenario for Edits {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let (server, large) = (world.redis("redis"), self.0);
        if matches!(large, Large::Keys) {
            let mut connection = server.connect();
            for key in 0..300 {
                let _: () = connection.set(format!("key-{key}"), key).unwrap();
            }
        }
        let text = Arc::new(Shared::<R, String>::new("text", "x".repeat(10_000)));
        let number = Arc::new(Shared::<R, u64>::new("number", 0));
        for (at, name) in ["alice", "bob", "carol"].into_iter().enumerate() {
            let (server, text, number) = (server.clone(), Arc::clone(&text), Arc::clone(&number));
            world.actor(name, move |_| {
                for step in 0..40 {
                    match large {
                        Large::Keys => {
                            let mut connection = server.connect();
                            let _: () = connection.set(format!("key-{step}"), name).unwrap();
                        }
                        Large::Text => {
                            text.with("edit", |text| {
                                text.replace_range(step..=step, &name[..1]);
                            });
                        }
                        Large::Locals => {
                            number.with("mix", |number| {
                                *number = (*number * 3 + at as u64 + 1) % 1_000;
                                *number
                            });
                        }
                    }
                }
            });
        }
        world.finally(Property::ConservedBalance, || Ok(()));
    }
}

const MIB: u64 = 32;

#[test]
fn the_estimate_is_more_than_half_of_what_the_process_takes() {
    for large in ["keys", "text", "locals"] {
        let output = again::run("estimate::child_searches", &[("LARGE", large)]);
        let taken: u64 = again::said(&output)[0].parse().unwrap();
        println!("{large}: {taken} kB");
        assert!(taken < 2 * MIB * 1024, "{large}: {taken} kB for {MIB} MiB");
    }
}

#[test]
fn child_searches() {
    if !again::is_child() {
        return;
    }
    let large = match std::env::var("LARGE").as_deref() {
        Ok("keys") => Large::Keys,
        Ok("text") => Large::Text,
        _ => Large::Locals,
    };
    let before = peak();
    let found = exhaustive(&Edits(large), Search { max_memory: MIB << 20, ..Search::DEFAULT });
    assert_eq!(found.verdict, Verdict::BoundHit(Bound::Memory(MIB << 20)));
    println!("SAID {}", peak() - before);
}

/// The most that the process has held at once, in kB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("it is there");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}
