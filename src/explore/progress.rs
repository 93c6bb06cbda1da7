//! How far a long search has come, for whoever watches it.

use std::cell::RefCell;
use std::time::{Duration, Instant};

/// A search, as it is at the moment.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Pulse {
    /// How many executions were begun.
    pub executions: u64,
    /// How many distinct states were seen, by engines that remember them.
    pub states: Option<u64>,
    /// How many choices the current path has, by engines that search depth first.
    pub depth: Option<usize>,
    /// Wall-clock time since the search began.
    pub elapsed: Duration,
}

/// Somebody who watches the searches of an OS thread.
struct Watcher {
    told: Box<dyn FnMut(&Pulse)>,
    interval: Duration,
    /// When the current search began.
    begun: Instant,
    /// When there was a pulse last.
    last: Instant,
}

thread_local! {
    static WATCHER: RefCell<Option<Watcher>> = const { RefCell::new(None) };
}

/// Often enough for a person.
const INTERVAL: Duration = Duration::from_millis(100);

/// Calls `told` now and then while engines work on this OS thread, until the returned value is dropped.
/// What is found does not depend on it.
#[must_use = "the watcher is dismissed when this is dropped"]
pub fn watch(told: impl FnMut(&Pulse) + 'static) -> Watching {
    watch_every(INTERVAL, told)
}

/// As [`watch`], with at least `interval` between two calls; with none, every execution is told of.
#[must_use = "the watcher is dismissed when this is dropped"]
pub fn watch_every(interval: Duration, told: impl FnMut(&Pulse) + 'static) -> Watching {
    let now = Instant::now();
    WATCHER.set(Some(Watcher { told: Box::new(told), interval, begun: now, last: now }));
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

/// A search begins, and counts its executions from 1.
pub(super) fn begin() {
    WATCHER.with_borrow_mut(|watcher| {
        if let Some(watcher) = watcher {
            watcher.begun = Instant::now();
            watcher.last = watcher.begun;
        }
    });
}

/// An execution of it begins.
pub(super) fn beat(executions: u64, states: Option<u64>, depth: Option<usize>) {
    WATCHER.with_borrow_mut(|watcher| {
        let Some(Watcher { told, interval, begun, last }) = watcher else { return };
        let now = Instant::now();
        if now.duration_since(*last) >= *interval {
            *last = now;
            told(&Pulse { executions, states, depth, elapsed: now.duration_since(*begun) });
        }
    });
}
