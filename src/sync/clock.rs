//! Time: the machine's monotonic clock, or virtual time that a model advances.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::home::{Home, Thing};
#[cfg(feature = "model")]
use super::model::session;
use super::{Runtime, Shared, inert};
use crate::trace::Kind;

/// A monotonic clock. Clones show the same time.
///
/// In a model, time is virtual, counted in whole milliseconds, and stands still but for the steps in
/// which the clock actor advances it to the next *interesting* instant: the end of a sleep, an alarm,
/// a key's deadline. So an expiry can fall between any two steps, and a search stays finite.
pub struct Clock<R: Runtime> {
    source: Source<R>,
    home: Home,
}

enum Source<R: Runtime> {
    Monotonic(Instant),
    /// The machine's time.
    #[cfg(feature = "model")]
    Model,
    Virtual(Arc<Shared<R, Timeline>>),
}

/// Virtual time, and the instants for which waiting actors have set an alarm.
#[derive(Clone, Debug, Default, Hash)]
struct Timeline {
    now: u64,
    /// The number of waiters for each instant. Instants are milliseconds since the execution began.
    alarms: BTreeMap<u64, u32>,
}

impl<R: Runtime> Clock<R> {
    /// The machine's monotonic clock ([`Instant`]), counted from now.
    #[must_use]
    pub fn monotonic() -> Self {
        Self { source: Source::Monotonic(Instant::now()), home: Home::new(None, Thing::Clock) }
    }

    /// Virtual time, which starts at zero and goes on only by [`Clock::advance_to`].
    #[must_use]
    pub fn virtual_time() -> Self {
        let home = Home::new(R::place(), Thing::Clock);
        #[cfg(feature = "model")]
        if R::MODEL {
            return Self { source: Source::Model, home };
        }
        let timeline = Arc::new(Shared::new("clock", Timeline::default()));
        Self { source: Source::Virtual(timeline), home }
    }

    /// Where the time comes from, for whom it may be.
    fn source(&self) -> &Source<R> {
        self.home.check();
        &self.source
    }

    /// The time since the clock began. In a model this is a step: the clock may go on just before it.
    #[must_use]
    pub fn now(&self) -> Duration {
        match self.source() {
            Source::Monotonic(origin) => origin.elapsed(),
            #[cfg(feature = "model")]
            Source::Model => Duration::from_millis(model::now(true)),
            Source::Virtual(timeline) => {
                if !inert() {
                    R::point();
                }
                let now = timeline.peek(|timeline| timeline.now);
                if !inert() {
                    R::record(R::me(), || Kind::Now(now));
                }
                Duration::from_millis(now)
            }
        }
    }

    /// The time in milliseconds since the clock began, as part of the step that the caller took last; for
    /// what has a step of its own there is [`Clock::now`].
    #[must_use]
    pub fn peek_ms(&self) -> u64 {
        match self.source() {
            Source::Monotonic(origin) => millis(origin.elapsed()),
            #[cfg(feature = "model")]
            Source::Model => model::now(false),
            Source::Virtual(timeline) => timeline.peek(|timeline| timeline.now),
        }
    }

    /// Sleeps for at least `duration`. In a model the actor cannot be scheduled until the clock has reached
    /// the instant; a runtime that has no such notion advances the clock to it instead.
    pub fn sleep(&self, duration: Duration) {
        match self.source() {
            Source::Monotonic(_) => thread::sleep(duration),
            #[cfg(feature = "model")]
            Source::Model => model::sleep(millis(duration)),
            Source::Virtual(_) if inert() => {}
            Source::Virtual(timeline) => {
                // A sleep is recorded when it is over, and whatever it is part of began before it.
                R::reveal();
                let until = self.peek_ms().saturating_add(millis(duration));
                let _alarm = self.alarm(until);
                let watched = Arc::clone(timeline);
                R::block_until(
                    Cow::Borrowed("the end of its sleep"),
                    move || watched.peek(|timeline| timeline.now >= until),
                    || self.advance_to(until),
                );
                R::record(R::me(), || Kind::Slept(until));
            }
        }
    }

    /// Sets an alarm for an instant, in milliseconds, until the returned value is dropped.
    pub(crate) fn alarm(&self, at: u64) -> Alarm<'_, R> {
        if let Source::Virtual(timeline) = self.source() {
            timeline.amend(|timeline| timeline.set_alarm(at));
        }
        Alarm { clock: self, at }
    }

    /// The first instant after now for which an actor waits, in milliseconds; none on a real clock.
    #[must_use]
    pub fn next_alarm(&self) -> Option<u64> {
        match self.source() {
            Source::Monotonic(_) => None,
            #[cfg(feature = "model")]
            Source::Model => model::next_alarm(),
            Source::Virtual(timeline) => timeline.peek(Timeline::next_alarm),
        }
    }

    /// Lets virtual time go on to `at` (milliseconds); time never goes back, and a real clock cannot be
    /// moved. It is part of the step that the caller took last.
    pub fn advance_to(&self, at: u64) {
        match self.source() {
            Source::Monotonic(_) => {}
            #[cfg(feature = "model")]
            Source::Model => session::advance(at),
            Source::Virtual(timeline) => timeline.amend(|timeline| {
                timeline.now = timeline.now.max(at);
                // Before any actor can see it: no actor acts at a time that is not recorded yet.
                R::record(R::me(), || Kind::Tick(timeline.now));
            }),
        }
    }
}

/// An instant for which an actor waits.
pub(crate) struct Alarm<'a, R: Runtime> {
    clock: &'a Clock<R>,
    at: u64,
}

impl<R: Runtime> Drop for Alarm<'_, R> {
    fn drop(&mut self) {
        // Where the checker itself gave up, nothing of it may be touched.
        if let Source::Virtual(timeline) = &self.clock.source
            && !R::collapsed()
        {
            timeline.amend(|timeline| timeline.cancel_alarm(self.at));
        }
    }
}

/// Reads the clock of the machine.
#[cfg(feature = "model")]
mod model {
    use crate::machine::resources::time::{NextAlarm, Now, Until};
    use crate::sync::model::session;

    /// The time in milliseconds, in a step or as part of the one before.
    pub(super) fn now(step: bool) -> u64 {
        if session::is_inert() {
            return 0;
        }
        let seen = if step { session::step(Now { step }) } else { session::ask(Now { step }) };
        let now: u64 = seen.get().copied().unwrap_or_default();
        session::observe(&now);
        now
    }

    pub(super) fn sleep(ms: u64) {
        if !session::is_inert() {
            // A sleep is recorded when it is over, and whatever it is part of began before it.
            session::reveal();
            session::step(Until(now(false).saturating_add(ms)));
        }
    }

    pub(super) fn next_alarm() -> Option<u64> {
        if session::is_inert() {
            return None;
        }
        let alarm = session::ask(NextAlarm).get().copied().unwrap_or_default();
        session::observe(&alarm);
        alarm
    }
}

impl Timeline {
    fn set_alarm(&mut self, at: u64) {
        *self.alarms.entry(at).or_default() += 1;
    }

    fn cancel_alarm(&mut self, at: u64) {
        if let Some(count) = self.alarms.get_mut(&at) {
            *count -= 1;
            if *count == 0 {
                self.alarms.remove(&at);
            }
        }
    }

    fn next_alarm(&self) -> Option<u64> {
        self.alarms.range(self.now + 1..).next().map(|(at, _)| *at)
    }
}

/// Whole milliseconds, rounded up so that a sleep is never cut short.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

impl<R: Runtime> Clone for Clock<R> {
    fn clone(&self) -> Self {
        let source = match &self.source {
            Source::Monotonic(origin) => Source::Monotonic(*origin),
            #[cfg(feature = "model")]
            Source::Model => Source::Model,
            Source::Virtual(timeline) => Source::Virtual(Arc::clone(timeline)),
        };
        Self { source, home: self.home.clone() }
    }
}

impl<R: Runtime> fmt::Debug for Clock<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Monotonic(origin) => f.debug_tuple("Monotonic").field(origin).finish(),
            #[cfg(feature = "model")]
            Source::Model => f.write_str("Model"),
            Source::Virtual(timeline) => f.debug_tuple("Virtual").field(timeline).finish(),
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::sync::Std;
    use crate::trace::{self, Event, Recorder, Trace, Watcher};

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
