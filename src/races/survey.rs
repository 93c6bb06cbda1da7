//! Many searches at once: the tools, and the bugs that each finds.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use super::{Race, Which};
use crate::explore::{Engine, Exploration, Options};

/// One search: a variant of a race on an engine.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// The race.
    pub race: &'static Race,
    /// Its variant.
    pub which: Which,
    /// The number of clients.
    pub clients: usize,
    /// The engine.
    pub engine: Engine,
}

impl Search {
    /// Every variant of these races on every engine, with the fewest clients.
    #[must_use]
    pub fn all(races: &[&'static Race]) -> Vec<Self> {
        let variants = races.iter().flat_map(|race| Which::BOTH.map(|which| (*race, which)));
        let searches = variants.flat_map(|(race, which)| {
            let clients = *race.clients.start();
            Engine::ALL.map(|engine| Self { race, which, clients, engine })
        });
        searches.collect()
    }
}

/// Runs the searches, as many at a time as the machine has processors, and hands over the result of each, in
/// the order of `searches`. `stress` runs those on real threads, which may deadlock: it has a process for
/// them. `begin` is called on each thread that searches, and its result lives as long as that thread
/// searches.
///
/// # Errors
///
/// The first error of `stress` or `each`.
pub fn survey<W, E: Send>(
    searches: &[Search],
    options: &Options,
    begin: impl Fn() -> W + Sync,
    stress: impl Fn(&Search) -> Result<Exploration, E> + Sync,
    mut each: impl FnMut(&Search, Exploration) -> Result<(), E>,
) -> Result<(), E> {
    let queues = Queues::of(searches);
    let (found, results) = mpsc::channel();
    let work = |found: mpsc::Sender<(usize, Result<Exploration, E>)>| {
        let _begun = begin();
        while let Some(due) = queues.next() {
            let search = &searches[due.at];
            let result = match search.engine {
                Engine::Stress => stress(search),
                _ => Ok(search.race.explore(search.which, search.clients, search.engine, options)),
            };
            // The receiver is gone once one of them has failed.
            if found.send((due.at, result)).is_err() {
                break;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let found = found.clone();
            scope.spawn(|| work(found));
        }
        drop(found);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (at, result) in results {
            early.insert(at, result);
            while let Some(result) = early.remove(&due) {
                each(&searches[due], result?)?;
                due += 1;
            }
        }
        Ok(())
    })
}

/// The searches that are left. loom has a queue of its own, out of which one search runs at a time: it maps
/// and unmaps a stack for each thread of each execution, for which the threads of a process queue up in the
/// kernel. Two such searches at once take twice as long as one after the other.
struct Queues {
    loom: Mutex<VecDeque<usize>>,
    others: Mutex<VecDeque<usize>>,
}

/// The next search.
struct Due<'a> {
    at: usize,
    /// No other thread takes one of loom's as long as this is held.
    _alone: Option<MutexGuard<'a, VecDeque<usize>>>,
}

impl Queues {
    fn of(searches: &[Search]) -> Self {
        let is_loom = |at: &usize| searches[*at].engine == Engine::Loom;
        let (loom, others) = (0..searches.len()).partition(is_loom);
        Self { loom: Mutex::new(loom), others: Mutex::new(others) }
    }

    /// loom's are the longest, so they come first. A thread that finds only those of a queue at which another
    /// thread works is not needed any more.
    fn next(&self) -> Option<Due<'_>> {
        if let Ok(mut loom) = self.loom.try_lock()
            && let Some(at) = loom.pop_front()
        {
            return Some(Due { at, _alone: Some(loom) });
        }
        let at = self.others.lock().unwrap_or_else(PoisonError::into_inner).pop_front()?;
        Some(Due { at, _alone: None })
    }
}
