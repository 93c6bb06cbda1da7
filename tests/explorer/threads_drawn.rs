//! Random programs of threads.

use proptest::prelude::*;

use crate::cast::{actors, longest};
use crate::compare::interleavings;
use crate::judge::Judge;
use crate::threads::{Step, Threads};

/// What programs are about: those in which all meets all seldom get far with anything.
#[derive(Clone, Copy, Debug)]
enum About {
    Everything,
    Sleeping,
    Children,
    Waiting,
}

fn step(about: About) -> impl Strategy<Value = Step> {
    let leaf = leaf(about);
    let child = proptest::collection::vec(leaf.clone(), 1..=3).prop_map(Step::Spawn);
    match about {
        About::Everything => prop_oneof![9 => leaf, 1 => child].boxed(),
        About::Children => prop_oneof![4 => leaf, 1 => child].boxed(),
        About::Sleeping | About::Waiting => leaf,
    }
}

/// A step that is no child.
fn leaf(about: About) -> BoxedStrategy<Step> {
    let two = || 0..2_usize;
    let cells = prop_oneof![
        2 => (two(), 1..3_i64).prop_map(|(cell, n)| Step::Add(cell, n)),
        1 => (two(), 1..3_i64).prop_map(|(cell, n)| Step::Put(cell, n)),
    ];
    let mutexes = prop_oneof![4 => two().prop_map(Step::Lock), 1 => Just(Step::Unlock)];
    let atomics = prop_oneof![
        two().prop_map(Step::Load),
        (two(), 1..3_i64).prop_map(|(atomic, n)| Step::Store(atomic, n)),
        (two(), 1..3_i64).prop_map(|(atomic, n)| Step::FetchAdd(atomic, n)),
        (two(), 0..2_i64, 1..3_i64).prop_map(|(p, old, new)| Step::CompareExchange(p, old, new)),
    ];
    let waiting = prop_oneof![
        2 => Just(Step::Lock(0)),
        2 => Just(Step::Wait(0)),
        1 => any::<bool>().prop_map(|all| Step::Notify(0, all)),
        1 => Just(Step::Unlock),
    ];
    let family = prop_oneof![(1..3_i64).prop_map(Step::AddOwn), Just(Step::Join)];
    let time = prop_oneof![
        1 => Just(Step::Now),
        2 => (1..=2_u64).prop_map(|seconds| Step::Sleep(seconds * 1_000)),
    ];
    match about {
        About::Everything => prop_oneof![cells, mutexes, atomics, waiting, family, time].boxed(),
        About::Sleeping => prop_oneof![cells, time].boxed(),
        About::Children => prop_oneof![2 => cells, 1 => family].boxed(),
        About::Waiting => prop_oneof![1 => cells, 3 => waiting].boxed(),
    }
}

/// Only mutexes and additions: what loom explores without blind spots.
fn plain_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..2_usize).prop_map(Step::Lock),
        2 => Just(Step::Unlock),
        1 => (0..2_usize, 1..3_i64).prop_map(|(atomic, n)| Step::FetchAdd(atomic, n)),
    ]
}

fn program(
    step: impl Strategy<Value = Step>,
    faults: bool,
    most: f64,
) -> impl Strategy<Value = Threads> {
    let crash = proptest::option::weighted(0.2, 0..2_usize);
    let crash = crash.prop_map(move |victim| victim.filter(|_| faults));
    let ticks = proptest::bool::weighted(0.6).prop_map(move |it| u32::from(it && faults));
    (actors(step, most), ticks, crash).prop_map(move |((mut actors, alike), ticks, crash)| {
        while size(&actors, alike, [ticks as usize, crash.iter().count()]) > most {
            let longest = if alike { 0 } else { longest(&actors) };
            actors[longest].pop();
        }
        Threads { actors, alike, ticks, crash, judge: Judge::default() }
    })
}

fn size(actors: &[Vec<Step>], alike: bool, faults: [usize; 2]) -> f64 {
    let own = actors.iter().map(|steps| if alike { &actors[0] } else { steps });
    let children = own.clone().flatten().filter_map(|step| match step {
        Step::Spawn(steps) => Some(visible(steps)),
        _ => None,
    });
    interleavings(own.map(|steps| visible(steps)).chain(children).chain(faults))
}

fn visible(steps: &[Step]) -> usize {
    let invisible = |step: &&Step| matches!(step, Step::Unlock | Step::Spawn(_) | Step::Join);
    let waits = steps.iter().filter(|step| matches!(step, Step::Wait(_))).count();
    steps.len() + 2 * waits - steps.iter().filter(invisible).count()
}

/// Programs that brute force gets through in at most about `most` executions.
pub fn threads(most: f64) -> impl Strategy<Value = Threads> {
    use About::{Children, Everything, Sleeping, Waiting};
    let about = proptest::sample::select(vec![Everything, Sleeping, Children, Waiting]);
    about.prop_flat_map(move |about| program(step(about), true, most))
}

/// The same, of sleeps and of steps between them, with no tick to spend.
pub fn sleeps(most: f64) -> impl Strategy<Value = Threads> {
    let step = prop_oneof![3 => step(About::Sleeping), 1 => plain_step()];
    program(step, false, most).prop_map(|mut threads| {
        threads.actors.iter_mut().for_each(in_order);
        threads
    })
}

/// The same, of mutexes and of additions. Some have deadlocks.
pub fn tangled_mutexes(most: f64) -> impl Strategy<Value = Threads> {
    program(plain_step(), false, most)
}

/// The same, of mutexes that are never taken in two orders: nothing keeps any of them from ending.
pub fn mutexes(most: f64) -> impl Strategy<Value = Threads> {
    tangled_mutexes(most).prop_map(|mut threads| {
        threads.actors.iter_mut().for_each(in_order);
        threads
    })
}

/// Leaves out each lock that could be part of a deadlock.
fn in_order(steps: &mut Vec<Step>) {
    let mut held = Vec::new();
    steps.retain(|step| match step {
        Step::Lock(mutex) if held.last().is_some_and(|last| last >= mutex) => false,
        Step::Lock(mutex) => {
            held.push(*mutex);
            true
        }
        Step::Unlock => held.pop().is_some(),
        _ => true,
    });
}
