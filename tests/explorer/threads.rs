//! Random threads that share cells, mutexes, condition variables and atomics, and start children.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{
    Atomic, Clock, Condvar, JoinHandle, Mutex, MutexGuard, Runtime, Shared, spawn,
};
use proptest::prelude::*;

use crate::compare::{Program, interleavings};
use crate::judge::{Book, Judge, NAMES};
use crate::redis::longest;

/// One thing that a thread does. Numbers say to which of two.
#[derive(Clone, Debug)]
pub enum Step {
    Add(usize, i64),
    Put(usize, i64),
    Lock(usize),
    Unlock,
    /// Waits with the mutex that was taken last, or takes one.
    Wait(usize),
    Notify(usize, bool),
    Load(usize),
    Store(usize, i64),
    FetchAdd(usize, i64),
    CompareExchange(usize, i64, i64),
    /// Starts a child, which has a cell of its own in common with its parent.
    Spawn(Vec<Step>),
    AddOwn(i64),
    Join,
    Now,
    Sleep(u64),
}

/// The programs, as a value.
#[derive(Clone, Debug)]
pub struct Threads {
    pub actors: Vec<Vec<Step>>,
    pub alike: bool,
    pub ticks: u32,
    pub crash: Option<usize>,
    pub judge: Judge,
}

struct Objects<R: Runtime> {
    cells: [Shared<R, i64>; 2],
    mutexes: [Mutex<R, i64>; 2],
    condvars: [Condvar<R>; 2],
    atomics: [Atomic<R>; 2],
    clock: Clock<R>,
    book: Book,
}

impl Program for Threads {
    fn alike(&self) -> &[&'static str] {
        if self.alike { &NAMES[..self.actors.len()] } else { &[] }
    }

    fn judged(self, judge: Judge) -> Self {
        Self { judge, ..self }
    }
}

impl Scenario for Threads {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let objects = Arc::new(Objects::<R> {
            cells: ["x", "y"].map(|name| Shared::new(name, 0)),
            mutexes: ["m", "n"].map(|name| Mutex::new(name, 0)),
            condvars: ["c", "d"].map(Condvar::new),
            atomics: ["p", "q"].map(|name| Atomic::new(name, 0)),
            clock: world.clock(),
            book: Book::default(),
        });
        if self.alike {
            let (steps, objects) = (self.actors[0].clone(), Arc::clone(&objects));
            world.clients(self.actors.len(), move |me| run(me.name(), &objects, None, &steps));
        } else {
            for (name, steps) in NAMES.iter().zip(self.actors.clone()) {
                let objects = Arc::clone(&objects);
                world.actor(name, move |me| run(me.name(), &objects, None, &steps));
            }
        }
        let judge = self.judge.clone();
        world.finally(Property::Linearizable, move || {
            let mut lines = objects.book.lines();
            lines.push(format!(
                "x, y: {:?}",
                objects.cells.each_ref().map(|cell| cell.peek(|x| *x))
            ));
            judge.of(lines.join("\n"))
        });
    }

    fn budgets(&self) -> Budgets {
        let budgets = Budgets::none().ticks(self.ticks);
        match self.crash {
            Some(victim) => budgets.crash(NAMES[victim]),
            None => budgets,
        }
    }
}

/// What a thread has in its hands.
struct Hands<'a, R: Runtime> {
    objects: &'a Arc<Objects<R>>,
    own: Option<Arc<Shared<R, i64>>>,
    guards: Vec<MutexGuard<'a, R, i64>>,
    children: Vec<JoinHandle<R, Vec<String>>>,
    name: &'a str,
}

fn run<R: Runtime>(
    name: &str,
    objects: &Arc<Objects<R>>,
    own: Option<Arc<Shared<R, i64>>>,
    steps: &[Step],
) -> Vec<String> {
    let mut hands = Hands { objects, own, guards: Vec::new(), children: Vec::new(), name };
    let see = |step: &Step| {
        let saw = hands.take(step);
        objects.book.note(name, saw.clone());
        saw
    };
    steps.iter().map(see).collect()
}

impl<R: Runtime> Hands<'_, R> {
    fn take(&mut self, step: &Step) -> String {
        let objects = self.objects;
        match step {
            Step::Add(cell, n) => add(&objects.cells[*cell], *n),
            Step::AddOwn(n) => self.own.as_ref().map_or_else(String::new, |cell| add(cell, *n)),
            Step::Put(cell, n) => {
                objects.cells[*cell].with("put", |cell| *cell = *n);
                String::new()
            }
            Step::Lock(mutex) => {
                self.guards.push(objects.mutexes[*mutex].lock());
                self.count()
            }
            Step::Unlock => self.guards.pop().map_or_else(String::new, |guard| guard.to_string()),
            Step::Wait(condvar) => {
                let guard = self.guards.pop().unwrap_or_else(|| objects.mutexes[0].lock());
                self.guards.push(objects.condvars[*condvar].wait(guard));
                self.count()
            }
            Step::Notify(condvar, true) => done(|| objects.condvars[*condvar].notify_all()),
            Step::Notify(condvar, false) => done(|| objects.condvars[*condvar].notify_one()),
            Step::Now => format!("{:?}", objects.clock.now()),
            Step::Sleep(ms) => done(|| objects.clock.sleep(Duration::from_millis(*ms))),
            Step::Load(_) | Step::Store(..) | Step::FetchAdd(..) | Step::CompareExchange(..) => {
                atomic(&objects.atomics, step)
            }
            Step::Spawn(steps) => done(|| self.spawn(steps.clone())),
            Step::Join => {
                self.children.pop().map_or_else(String::new, |child| child.join().join("+"))
            }
        }
    }

    /// One more in the mutex that was taken last.
    fn count(&mut self) -> String {
        let Some(guard) = self.guards.last_mut() else { return String::new() };
        **guard += 1;
        guard.to_string()
    }

    fn spawn(&mut self, steps: Vec<Step>) {
        let own = Arc::new(Shared::new("own", 0));
        self.own = Some(Arc::clone(&own));
        let name = format!("{}.{}", self.name, self.children.len());
        let (objects, child) = (Arc::clone(self.objects), name.clone());
        self.children.push(spawn(&name, move || run(&child, &objects, Some(own), &steps)));
    }
}

fn add<R: Runtime>(cell: &Shared<R, i64>, n: i64) -> String {
    let add = |cell: &mut i64| {
        *cell += n;
        *cell
    };
    cell.with("add", add).to_string()
}

fn atomic<R: Runtime>(atomics: &[Atomic<R>; 2], step: &Step) -> String {
    match step {
        Step::Load(atomic) => atomics[*atomic].load(SeqCst).to_string(),
        Step::Store(atomic, n) => done(|| atomics[*atomic].store(*n, SeqCst)),
        Step::FetchAdd(atomic, n) => atomics[*atomic].fetch_add(*n, SeqCst).to_string(),
        Step::CompareExchange(atomic, old, new) => {
            format!("{:?}", atomics[*atomic].compare_exchange(*old, *new, SeqCst))
        }
        _ => String::new(),
    }
}

fn done(work: impl FnOnce()) -> String {
    work();
    String::new()
}

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

/// Only mutexes, taken in one order, and additions: what loom explores without blind spots.
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
    let steps = proptest::collection::vec(step, 1..=5);
    let actors = proptest::collection::vec(steps, 2..=3);
    let crash = proptest::option::weighted(0.2, 0..2_usize);
    let crash = crash.prop_map(move |victim| victim.filter(|_| faults));
    let ticks = 0..=u32::from(faults);
    (actors, proptest::bool::weighted(0.4), ticks, crash).prop_map(
        move |(mut actors, alike, ticks, crash)| {
            while size(&actors, alike, [ticks as usize, crash.iter().count()]) > most {
                let longest = if alike { 0 } else { longest(&actors) };
                actors[longest].pop();
            }
            Threads { actors, alike, ticks, crash, judge: Judge::default() }
        },
    )
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
    steps.len() + waits - steps.iter().filter(invisible).count()
}

/// Programs that brute force gets through in at most about `most` executions.
pub fn threads(most: f64) -> impl Strategy<Value = Threads> {
    use About::{Children, Everything, Sleeping, Waiting};
    let about = proptest::sample::select(vec![Everything, Sleeping, Children, Waiting]);
    about.prop_flat_map(move |about| program(step(about), true, most))
}

/// The same, of mutexes that are never taken in two orders, and of additions.
pub fn mutexes(most: f64) -> impl Strategy<Value = Threads> {
    program(plain_step(), false, most).prop_map(|mut threads| {
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
