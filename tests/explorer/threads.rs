//! Random threads that share cells, mutexes, condition variables and atomics, and start children.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{
    Atomic, Clock, Condvar, JoinHandle, Mutex, MutexGuard, Runtime, Shared, spawn,
};

use crate::compare::{Program, Traits};
use crate::judge::{Book, Judge, NAMES};

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

    fn traits(&self) -> Traits {
        Traits { faults: self.crash.is_some() || self.ticks > 0, commands: false }
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
