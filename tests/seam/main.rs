//! The cost of the seam: an execution of a scenario, beside an execution of the same body that is written on
//! shuttle, or on loom. Processor time is compared, in pairs that alternate, so that what else goes on in the
//! machine falls on both.
//!
//! It is a program of its own, because all its threads count, and it makes sense only of optimised code.
#![cfg(not(loom))]

use std::fs;
use std::sync::Arc;

use lockproof::explore::{LoomBounds, Sampling, Verdict};
use lockproof::scenario::{Property, Scenario, World};
use lockproof::sync::{Mutex, Runtime};

/// Actors that add to a number under a mutex.
#[derive(Clone, Copy, Debug)]
struct Adding {
    actors: usize,
    times: u64,
}

impl Adding {
    const fn sum(self) -> u64 {
        self.actors as u64 * self.times
    }
}

impl Scenario for Adding {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let number = Arc::new(Mutex::<R, u64>::new("number", 0));
        for name in &["alice", "bob", "carol"][..self.actors] {
            let (number, times) = (Arc::clone(&number), self.times);
            world.actor(name, move |_| (0..times).for_each(|_| *number.lock() += 1));
        }
        let sum = self.sum();
        world.finally(Property::ConservedBalance, move || match *number.lock() {
            it if it == sum => Ok(()),
            other => Err(format!("{other} and not {sum}")),
        });
    }
}

/// The same body, on the primitives of `shuttle` or of `loom`.
macro_rules! adds {
    ($library:ident, $adding:expr) => {{
        use $library::{sync::Mutex, thread};
        let Adding { actors, times } = $adding;
        let number = Arc::new(Mutex::new(0));
        let adds = |_| {
            let number = Arc::clone(&number);
            thread::spawn(move || (0..times).for_each(|_| *number.lock().unwrap() += 1))
        };
        let handles: Vec<_> = (0..actors).map(adds).collect();
        handles.into_iter().for_each(|handle| handle.join().unwrap());
        assert_eq!(*number.lock().unwrap(), $adding.sum());
    }};
}

fn our_shuttle(adding: Adding, executions: u64) -> u64 {
    let sampling = Sampling { seed: 1, executions, ..Sampling::default() };
    let found = lockproof::explore::random(&adding, sampling);
    assert_eq!(found.verdict, Verdict::Sampled, "{found}");
    found.executions
}

fn plain_shuttle(adding: Adding, executions: u64) -> u64 {
    let mut config = shuttle::Config::new();
    config.failure_persistence = shuttle::FailurePersistence::None;
    let random = shuttle::scheduler::RandomScheduler::new_from_seed(1, executions as usize);
    shuttle::Runner::new(random, config).run(move || adds!(shuttle, adding));
    executions
}

/// All executions there are, so often that they are `executions`.
fn our_loom(adding: Adding, executions: u64) -> u64 {
    repeat(executions, || {
        let found = lockproof::explore::loom(&adding, LoomBounds::default());
        assert_eq!(found.verdict, Verdict::Exhausted, "{found}");
        found.executions
    })
}

fn plain_loom(adding: Adding, executions: u64) -> u64 {
    repeat(executions, || {
        let count = Arc::new(std::sync::atomic::AtomicU64::new(0));
        let counted = Arc::clone(&count);
        loom::model(move || {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            adds!(loom, adding);
        });
        count.load(std::sync::atomic::Ordering::Relaxed)
    })
}

fn repeat(executions: u64, search: impl Fn() -> u64) -> u64 {
    let mut done = 0;
    while done < executions {
        done += search();
    }
    done
}

/// The processor time that this process has taken so far, in ticks of the system, mostly 10 ms.
fn ticks() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux tells");
    let (_, rest) = stat.rsplit_once(") ").expect("the name is in parentheses");
    let fields = rest.split(' ').skip(11).take(2);
    fields.map(|field| field.parse::<u64>().expect("a number")).sum()
}

type Run = fn(Adding, u64) -> u64;

/// Ticks an execution.
fn cost(run: Run, adding: Adding, executions: u64) -> f64 {
    let before = ticks();
    let executions = run(adding, executions);
    (ticks() - before) as f64 / executions as f64
}

/// How many times as much an execution costs with the seam as without: the median of five pairs.
fn ratio(adding: Adding, [with, without]: [Run; 2]) -> f64 {
    // So many executions that each takes about half a second.
    let sample = 500;
    let each = cost(without, adding, sample).max(1.0 / sample as f64);
    let executions = (50.0 / each) as u64;
    let mut pairs: Vec<f64> = (0..5)
        .map(|_| cost(with, adding, executions) / cost(without, adding, executions))
        .collect();
    pairs.sort_by(f64::total_cmp);
    pairs[pairs.len() / 2]
}

/// The ratios of several bodies, sorted.
fn ratios(name: &str, runs: [Run; 2]) -> Vec<f64> {
    let bodies = [(2, 1), (2, 2), (2, 4), (3, 1), (3, 2)];
    let mut ratios = bodies.map(|(actors, times)| {
        let ratio = ratio(Adding { actors, times }, runs);
        println!("{name}, {actors} actors, {times} times: {ratio:.2}");
        ratio
    });
    ratios.sort_by(f64::total_cmp);
    ratios.to_vec()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "it is about optimised code")]
fn an_execution_costs_little_more_with_the_seam() {
    let found = [
        ("shuttle", ratios("shuttle", [our_shuttle, plain_shuttle])),
        ("loom", ratios("loom", [our_loom, plain_loom])),
    ];
    for (name, ratios) in &found {
        let [median, most] = [ratios[ratios.len() / 2], ratios[ratios.len() - 1]];
        println!("{name}: median {median:.2}, at most {most:.2}");
    }
    for (name, ratios) in found {
        let [median, most] = [ratios[ratios.len() / 2], ratios[ratios.len() - 1]];
        // Measured: 1.67 and 1.73 on shuttle, 1.60 and 1.74 on loom. It is to come down to 1.2 and 1.5.
        assert!(median <= 1.9 && most <= 2.2, "{name}: {ratios:?}");
    }
}
