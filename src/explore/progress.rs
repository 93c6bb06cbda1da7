//! Progress reports of long searches, for a watcher.

use std::cell::RefCell;
use std::time::{Duration, Instant};

/// The current state of a search.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Pulse {
    /// The number of executions begun; 0 from searches of learned actors.
    pub executions: u64,
    /// The number of distinct states seen, by engines that remember them.
    pub states: Option<u64>,
    /// The number of choices on the current path, by engines that search depth first.
    pub depth: Option<usize>,
    /// The number of states that wait to be visited, by searches of learned actors.
    pub frontier: Option<usize>,
    /// Wall-clock time since the search began.
    pub elapsed: Duration,
}

/// A watcher of the searches of an OS thread.
struct Watcher {
    told: Box<dyn FnMut(&Pulse)>,
    interval: Duration,
    /// The start of the current search.
    begun: Instant,
    /// The time of the last pulse.
    last: Instant,
}

thread_local! {
    static WATCHER: RefCell<Option<Watcher>> = const { RefCell::new(None) };
}

/// The default interval: often enough for a person.
const INTERVAL: Duration = Duration::from_millis(100);

/// Calls `told` now and then while engines work on this OS thread, until the returned value is dropped.
/// Watching does not affect the findings.
#[must_use = "the watcher is dismissed when this is dropped"]
pub fn watch(told: impl FnMut(&Pulse) + 'static) -> Watching {
    watch_every(INTERVAL, told)
}

/// Watches as [`watch`] does, with at least `interval` between two calls; with zero, at every execution, and
/// at every 256th state.
#[must_use = "the watcher is dismissed when this is dropped"]
pub fn watch_every(interval: Duration, told: impl FnMut(&Pulse) + 'static) -> Watching {
    let now = Instant::now();
    WATCHER.set(Some(Watcher { told: Box::new(told), interval, begun: now, last: now }));
    Watching(())
}

/// A guard that dismisses the watcher when dropped.
#[derive(Debug)]
pub struct Watching(());

impl Drop for Watching {
    fn drop(&mut self) {
        WATCHER.set(None);
    }
}

/// Notes that a search begins, and counts its executions from 1.
pub(super) fn begin() {
    WATCHER.with_borrow_mut(|watcher| {
        if let Some(watcher) = watcher {
            watcher.begun = Instant::now();
            watcher.last = watcher.begun;
        }
    });
}

/// The interval between pulses that the watcher of this thread requests, if there is one.
pub(super) fn interval() -> Option<Duration> {
    WATCHER.with_borrow(|watcher| watcher.as_ref().map(|watcher| watcher.interval))
}

/// Passes a pulse from another thread to the watcher of this one.
pub(super) fn tell(pulse: &Pulse) {
    WATCHER.with_borrow_mut(|watcher| {
        if let Some(watcher) = watcher {
            (watcher.told)(pulse);
        }
    });
}

/// Reports that an execution of the search begins.
pub(super) fn beat(executions: u64, depth: Option<usize>) {
    report(|elapsed| Pulse { executions, states: None, depth, frontier: None, elapsed });
}

/// Reports the number of states found, and of those still to be visited.
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
