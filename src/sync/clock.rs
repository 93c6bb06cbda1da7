//! Time: the machine's monotonic clock, or virtual time that a model advances.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::tape::Tape;
use super::{Runtime, Shared, inert};
use crate::trace::{self, Kind};

/// A monotonic clock. Clones show the same time.
///
/// In a model, time is virtual, counted in whole milliseconds, and stands still but for the steps in
/// which the clock actor advances it to the next *interesting* instant: the end of a sleep, an alarm,
/// a key's deadline. So an expiry can fall between any two steps, and a search stays finite.
pub struct Clock<R: Runtime>(Source<R>);

enum Source<R: Runtime> {
    Monotonic(Instant),
    Virtual(Arc<Shared<R, Timeline>>),
}

/// Virtual time, and the instants at which somebody wants to be woken.
#[derive(Clone, Debug, Default, Hash)]
struct Timeline {
    now: u64,
    /// How many want each instant. Instants are milliseconds since the execution began.
    alarms: BTreeMap<u64, u32>,
}

impl<R: Runtime> Clock<R> {
    /// The machine's monotonic clock ([`Instant`]), counted from now.
    #[must_use]
    pub fn monotonic() -> Self {
        Self(Source::Monotonic(Instant::now()))
    }

    /// Virtual time, which starts at zero and goes on only by [`Clock::advance_to`].
    #[must_use]
    pub fn virtual_time() -> Self {
        Self(Source::Virtual(Arc::new(Shared::new("clock", Timeline::default()))))
    }

    /// The time since the clock began. In a model this is a step: the clock may go on just before it.
    #[must_use]
    pub fn now(&self) -> Duration {
        match &self.0 {
            Source::Monotonic(origin) => origin.elapsed(),
            Source::Virtual(timeline) => {
                if !inert() {
                    R::point();
                }
                let now = timeline.look(|timeline| timeline.now);
                if !inert() {
                    R::observe(|| Tape::of(&now));
                    trace::record(R::me(), || Kind::Now(now));
                }
                Duration::from_millis(now)
            }
        }
    }

    /// The time in milliseconds since the clock began, as part of the step that the caller took last; for
    /// what has a step of its own there is [`Clock::now`].
    #[must_use]
    pub fn peek_ms(&self) -> u64 {
        self.seen(self.look_ms())
    }

    /// The same, where the calling actor does not learn it.
    pub(crate) fn look_ms(&self) -> u64 {
        match &self.0 {
            Source::Monotonic(origin) => millis(origin.elapsed()),
            Source::Virtual(timeline) => timeline.look(|timeline| timeline.now),
        }
    }

    /// Sleeps for at least `duration`. In a model the actor cannot be scheduled until the clock has
    /// reached the instant; a runtime that has no such notion advances the clock to it instead.
    pub fn sleep(&self, duration: Duration) {
        match &self.0 {
            Source::Monotonic(_) => thread::sleep(duration),
            Source::Virtual(_) if inert() => {}
            Source::Virtual(timeline) => {
                // A sleep is recorded when it is over, and whatever it is part of began before it.
                trace::reveal(R::me());
                let until = timeline.look(|timeline| timeline.now).saturating_add(millis(duration));
                self.set_alarm(until);
                // Which of the alarms is whose is nowhere else.
                R::observe(|| Tape::of(&until));
                let watched = Arc::clone(timeline);
                R::block_until(
                    Cow::Borrowed("the end of its sleep"),
                    move || watched.look(|timeline| timeline.now >= until),
                    || self.advance_to(until),
                );
                self.cancel_alarm(until);
                trace::record(R::me(), || Kind::Slept(until));
            }
        }
    }

    /// Makes an instant (in milliseconds) interesting: the clock actor will stop there. Nothing to do on
    /// a real clock.
    pub fn set_alarm(&self, at: u64) {
        if let Source::Virtual(timeline) = &self.0 {
            timeline.amend(|timeline| *timeline.alarms.entry(at).or_default() += 1);
        }
    }

    /// Takes back one [`Clock::set_alarm`] for the same instant.
    pub fn cancel_alarm(&self, at: u64) {
        if let Source::Virtual(timeline) = &self.0 {
            timeline.amend(|timeline| {
                if let Some(count) = timeline.alarms.get_mut(&at) {
                    *count -= 1;
                    if *count == 0 {
                        timeline.alarms.remove(&at);
                    }
                }
            });
        }
    }

    /// The first instant after now that somebody set an alarm for, in milliseconds; none on a real clock.
    #[must_use]
    pub fn next_alarm(&self) -> Option<u64> {
        self.seen(self.look_for_alarm())
    }

    /// The same, where the calling actor does not learn it.
    pub(crate) fn look_for_alarm(&self) -> Option<u64> {
        match &self.0 {
            Source::Monotonic(_) => None,
            Source::Virtual(timeline) => timeline.look(|timeline| {
                timeline.alarms.range(timeline.now + 1..).next().map(|(at, _)| *at)
            }),
        }
    }

    /// Notes that the calling actor has seen this of a virtual clock.
    fn seen<U: Hash>(&self, what: U) -> U {
        if matches!(self.0, Source::Virtual(_)) && !inert() {
            R::observe(|| Tape::of(&what));
        }
        what
    }

    /// Lets virtual time go on to `at` (milliseconds); time never goes back, and a real clock cannot be
    /// moved.
    pub fn advance_to(&self, at: u64) {
        if let Source::Virtual(timeline) = &self.0 {
            timeline.amend(|timeline| {
                timeline.now = timeline.now.max(at);
                // Before anybody can see it: nobody acts at a time that is not recorded yet.
                trace::record(R::me(), || Kind::Tick(timeline.now));
            });
        }
    }
}

/// Whole milliseconds, rounded up so that a sleep is never cut short.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

impl<R: Runtime> Clone for Clock<R> {
    fn clone(&self) -> Self {
        Self(match &self.0 {
            Source::Monotonic(origin) => Source::Monotonic(*origin),
            Source::Virtual(timeline) => Source::Virtual(Arc::clone(timeline)),
        })
    }
}

impl<R: Runtime> fmt::Debug for Clock<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Monotonic(origin) => f.debug_tuple("Monotonic").field(origin).finish(),
            Source::Virtual(timeline) => f.debug_tuple("Virtual").field(timeline).finish(),
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::hash::Hasher;
    use std::sync::mpsc;

    use super::*;
    use crate::sync::Std;
    use crate::trace::{Event, Recorder, Trace, Watcher};

    /// While a tick is being recorded, looks at the clock from another thread.
    struct Impatient(Clock<Std>, mpsc::Sender<Option<u64>>);

    impl Watcher for Impatient {
        fn saw(&mut self, event: &Event, _: &Trace) -> bool {
            if matches!(event.kind, Kind::Tick(_)) {
                let (clock, (found, finds)) = (self.0.clone(), mpsc::channel());
                thread::spawn(move || found.send(clock.peek_ms()));
                let seen = finds.recv_timeout(Duration::from_millis(50)).ok();
                self.1.send(seen).expect("the test waits");
            }
            false
        }

        fn remember(&self, _: &mut dyn Hasher) {}
    }

    #[test]
    fn nobody_sees_a_time_before_it_is_recorded() {
        let recorder = Recorder::new();
        let _scope = trace::enter(Some(recorder.clone()));
        let clock = Clock::<Std>::virtual_time();
        let (seen, sees) = mpsc::channel();
        recorder.watch(Impatient(clock.clone(), seen));
        clock.advance_to(7);
        assert_eq!(sees.recv(), Ok(None));
        assert_eq!(clock.peek_ms(), 7);
    }
}
