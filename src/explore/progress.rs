//! How far a long search has come, for whoever watches it.

use std::cell::RefCell;
use std::time::{Duration, Instant};

/// A search, as it is at the moment.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Pulse {
    /// How many executions were begun; 0 from searches of learned actors.
    pub executions: u64,
    /// How many distinct states were seen, by engines that remember them.
    pub states: Option<u64>,
    /// How many choices the current path has, by engines that search depth first.
    pub depth: Option<usize>,
    /// How many states wait to be visited, by searches of learned actors.
    pub frontier: Option<usize>,
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

/// As [`watch`], with at least `interval` between two calls; with none, of every execution, and of every
/// 256th state.
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

/// How often the watcher of this thread wants to be told, if there is one.
pub(super) fn interval() -> Option<Duration> {
    WATCHER.with_borrow(|watcher| watcher.as_ref().map(|watcher| watcher.interval))
}

/// Tells the watcher of this thread what happens on another one.
pub(super) fn tell(pulse: &Pulse) {
    WATCHER.with_borrow_mut(|watcher| {
        if let Some(watcher) = watcher {
            (watcher.told)(pulse);
        }
    });
}

/// An execution of it begins.
pub(super) fn beat(executions: u64, depth: Option<usize>) {
    report(|elapsed| Pulse { executions, states: None, depth, frontier: None, elapsed });
}

/// It has found so many states, and is to visit so many of them still.
pub(super) fn found(states: u64, frontier: usize) {
    report(|elapsed| Pulse {
        executions: 0,
        states: Some(states),
        depth: None,
        frontier: Some(frontier),
        elapsed,
    });
}

fn report(pulse: impl FnOnce(Duration) -> Pulse) {
    WATCHER.with_borrow_mut(|watcher| {
        let Some(Watcher { told, interval, begun, last }) = watcher else { return };
        let now = Instant::now();
        if now.duration_since(*last) >= *interval {
            *last = now;
            told(&pulse(now.duration_since(*begun)));
        }
    });
}
