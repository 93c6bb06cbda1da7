//! How far a long search has come, for whoever watches it.

use std::cell::RefCell;
use std::time::{Duration, Instant};

/// A search, as it is at the moment.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    /// How many executions were begun.
    pub executions: u64,
    /// How many distinct states were seen, by engines that remember them.
    pub states: Option<u64>,
    /// How many choices the current path has, by engines that search depth first.
    pub depth: Option<usize>,
    /// Wall-clock time since the first of these executions.
    pub elapsed: Duration,
}

type Watcher = Box<dyn FnMut(&Pulse)>;

thread_local! {
    static WATCHER: RefCell<Option<(Instant, Watcher)>> = const { RefCell::new(None) };
}

/// Calls `watcher` now and then while engines work on this OS thread, until the returned value is dropped.
/// What is found does not depend on it.
#[must_use = "the watcher is dismissed when this is dropped"]
pub fn watch(watcher: impl FnMut(&Pulse) + 'static) -> Watching {
    WATCHER.set(Some((Instant::now(), Box::new(watcher))));
    Watching(())
}

/// Dismisses the watcher when dropped.
#[derive(Debug)]
pub struct Watching(());

impl Drop for Watching {
    fn drop(&mut self) {
        WATCHER.set(None);
    }
}

/// How many executions lie between two pulses.
pub const BETWEEN: u64 = 1_024;

/// An execution begins.
pub(super) fn beat(executions: u64, states: Option<u64>, depth: Option<usize>) {
    if !executions.is_multiple_of(BETWEEN) {
        return;
    }
    WATCHER.with_borrow_mut(|watcher| {
        if let Some((begun, watcher)) = watcher {
            watcher(&Pulse { executions, states, depth, elapsed: begun.elapsed() });
        }
    });
}
