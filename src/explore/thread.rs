//! A separate thread for each search: whatever the code of a scenario does there, the caller gets a verdict.

use std::fs;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::progress::{self, Pulse};
use super::quiet::Quiet;
use super::verdict::{Exploration, Verdict};
use crate::sync::model::vitals::Vitals;

/// The stack size in bytes; lazily mapped. Actors that are run alone run on this stack.
const STACK: usize = 64 * 1024 * 1024;

/// The time for which a thread may neither take a step nor use the processor.
const PATIENCE: Duration = Duration::from_secs(5);

/// The interval between two inspections of a thread.
const INTERVAL: Duration = Duration::from_millis(250);

/// The result of a search, including one that cannot be run.
pub(super) trait Answer: Send + 'static {
    /// The result of a search that did not run, with the reason.
    fn not_run(why: String) -> Self;
}

impl Answer for Exploration {
    fn not_run(why: String) -> Self {
        Self::of(Verdict::NotRun(why), Instant::now())
    }
}

impl<T: Answer, E: Send + 'static> Answer for Result<T, E> {
    fn not_run(why: String) -> Self {
        Ok(T::not_run(why))
    }
}

/// A message from a search to its caller.
enum Message<T> {
    Pulse(Pulse),
    GaveUp(String),
    Done(T),
}

/// Runs a search on a thread of its own, and returns its result. A thread that blocks outside lockproof, or
/// gives up, is abandoned.
pub(super) fn on_own_thread<T: Answer>(search: impl FnOnce() -> T + Send + 'static) -> T {
    if Vitals::is_installed() {
        return search();
    }
    progress::begin();
    let (send, receive) = mpsc::channel();
    let vitals = Vitals::default();
    let interval = progress::interval();
    let (own, own_vitals) =
        (thread::Builder::new().name("lockproof".to_owned()).stack_size(STACK), vitals.clone());
    let begun = own.spawn(move || {
        let gives_up = send.clone();
        let give_up = move |why| gives_up.send(Message::GaveUp(why)).is_ok();
        own_vitals.install(give_up, thread_number());
        let _quiet = Quiet::new();
        let pulses = send.clone();
        let _watching = interval.map(|interval| {
            progress::watch_every(interval, move |pulse| drop(pulses.send(Message::Pulse(*pulse))))
        });
        let found = search();
        crate::sync::model::session::end();
        drop(send.send(Message::Done(found)));
    });
    let handle = match begun {
        Ok(handle) => handle,
        Err(error) => {
            return T::not_run(format!("no thread can be started for the search: {error}"));
        }
    };
    let mut watchdog = Watchdog::new();
    loop {
        match receive.recv_timeout(INTERVAL) {
            Ok(Message::Pulse(pulse)) => progress::tell(&pulse),
            Ok(Message::GaveUp(why)) => return T::not_run(why),
            Ok(Message::Done(found)) => {
                drop(handle.join());
                return found;
            }
            Err(RecvTimeoutError::Disconnected) => return without_answer(handle),
            Err(RecvTimeoutError::Timeout) => {
                // Objects that actors share, and that outlive the search, may still hold the sending end.
                if handle.is_finished() {
                    return receive
                        .try_iter()
                        .find_map(Message::answer)
                        .unwrap_or_else(|| without_answer(handle));
                }
                if watchdog.is_blocked(&vitals) {
                    return T::not_run(blocked(&vitals));
                }
            }
        }
    }
}

impl<T: Answer> Message<T> {
    fn answer(self) -> Option<T> {
        match self {
            Self::Pulse(_) => None,
            Self::GaveUp(why) => Some(T::not_run(why)),
            Self::Done(found) => Some(found),
        }
    }
}

/// Handles a search that panicked: that is a defect of the engine, and must not be silent.
fn without_answer<T: Answer>(handle: JoinHandle<()>) -> T {
    match handle.join() {
        Err(payload) => std::panic::resume_unwind(payload),
        Ok(()) => T::not_run("the search ended without an answer".to_owned()),
    }
}

fn blocked(vitals: &Vitals) -> String {
    let who = vitals.name().filter(|name| !name.is_empty()).unwrap_or_else(|| "main".to_owned());
    format!(
        "{who} has blocked the thread outside lockproof: share what actors wait for (mutexes, channels, \
         joins) through lockproof::sync, and hold no std mutex across a step"
    )
}

/// A watchdog that notices an idle thread.
struct Watchdog {
    steps: u64,
    used: Option<u64>,
    since: Instant,
}

impl Watchdog {
    fn new() -> Self {
        Self { steps: 0, used: None, since: Instant::now() }
    }

    fn is_blocked(&mut self, vitals: &Vitals) -> bool {
        let (steps, used) = (vitals.steps(), vitals.thread().and_then(processor_time));
        if steps != self.steps || used != self.used {
            (self.steps, self.used, self.since) = (steps, used, Instant::now());
        }
        // Where the system does not report a thread's usage, only a search that takes no step for long counts
        // as blocked.
        let patience = if used.is_some() { PATIENCE } else { 12 * PATIENCE };
        self.since.elapsed() > patience
    }
}

/// The number of the calling thread, where the system reports it.
fn thread_number() -> Option<u64> {
    let link = fs::read_link("/proc/thread-self").ok()?;
    link.file_name()?.to_str()?.parse().ok()
}

/// The processor time of a thread, in ticks of the system.
fn processor_time(thread: u64) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/self/task/{thread}/stat")).ok()?;
    // The name, in parentheses, may contain spaces.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}
