//! The number of attempts for a lock that is taken, and the waits between them.

use std::time::Duration;

/// The policy for a lock that is taken, or a server that cannot be reached: try again after a wait
/// that doubles each time.
///
/// Under any policy giving up is an error: nothing ever goes on without the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Retry {
    /// The number of attempts in all; 0 counts as 1.
    pub attempts: u32,
    /// The longest first wait. The second is at most twice as long, and so on.
    pub base: Duration,
    /// No wait is longer than this.
    pub cap: Duration,
    /// The spread of the waits, so that two clients do not meet again and again.
    pub jitter: Jitter,
    /// No attempt begins later than this after the first; `None` is no limit. An attempt that has
    /// begun lasts as long as the connection lets it: give the connection a read timeout.
    pub deadline: Option<Duration>,
}

impl Retry {
    /// One attempt, and no more.
    #[must_use]
    pub const fn once() -> Self {
        Self::every(Duration::ZERO, 1)
    }

    /// `attempts` attempts, each `wait` after the one before, with no jitter and no deadline.
    #[must_use]
    pub const fn every(wait: Duration, attempts: u32) -> Self {
        Self { attempts, base: wait, cap: wait, jitter: Jitter::Off, deadline: None }
    }

    /// The waits of one acquisition.
    pub(super) const fn backoff(self) -> Backoff {
        Backoff {
            retry: self,
            attempts: 1,
            waited: Duration::ZERO,
            dice: match self.jitter {
                Jitter::Seeded(seed) => Dice(seed),
                Jitter::Off | Jitter::Random => Dice(0),
            },
        }
    }
}

/// 64 attempts, waits of up to 5, 10, 20 … 250 ms with random jitter, within 5 s.
impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 64,
            base: Duration::from_millis(5),
            cap: Duration::from_millis(250),
            jitter: Jitter::Random,
            deadline: Some(Duration::from_secs(5)),
        }
    }
}

/// The spread of the waits. "Full jitter" draws each between nothing and its longest: clients that lost the
/// same race do not run the next one in step. (Brooker, [Exponential backoff and jitter][aws].)
///
/// [aws]: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Jitter {
    /// Each wait has its full length: deterministic, and in step with every other client.
    Off,
    /// Full jitter from the operating system's randomness.
    Random,
    /// Full jitter, the same for the same seed at each acquisition: for models. Give each client a
    /// seed of its own.
    Seeded(u64),
}

/// The waits of one acquisition: the number of attempts begun, and the time slept between them.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    retry: Retry,
    /// Begun so far.
    pub(super) attempts: u32,
    /// Slept so far.
    pub(super) waited: Duration,
    dice: Dice,
}

impl Backoff {
    /// The wait before the next attempt; `None` to give up. `spent` returns the time since the first attempt
    /// began, and is called only if there is a deadline: in a model, reading the clock is a step.
    pub(super) fn next(&mut self, spent: impl FnOnce() -> Duration) -> Option<Duration> {
        if self.attempts >= self.retry.attempts {
            return None;
        }
        let wait = self.draw();
        if let Some(deadline) = self.retry.deadline
            && spent().saturating_add(wait) > deadline
        {
            return None;
        }
        self.attempts += 1;
        self.waited = self.waited.saturating_add(wait);
        Some(wait)
    }

    fn draw(&mut self) -> Duration {
        let doublings = (self.attempts - 1).min(31);
        let longest = self.retry.base.saturating_mul(1 << doublings).min(self.retry.cap);
        let drawn = match self.retry.jitter {
            Jitter::Off => return longest,
            // Without randomness no token could be had either; the wait need not fail for it.
            Jitter::Random => getrandom::u64().unwrap_or(u64::MAX),
            Jitter::Seeded(_) => self.dice.roll(),
        };
        let nanos = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(scale(drawn, nanos))
    }
}

/// Maps 0 … `u64::MAX` to 0 … `most`, evenly.
fn scale(drawn: u64, most: u64) -> u64 {
    let scaled = (u128::from(drawn) * (u128::from(most) + 1)) >> 64;
    u64::try_from(scaled).expect("the upper half of a product of 64 bits with 64 bits has 64 bits")
}

/// SplitMix64 (Steele, Lea and Flood, 2014): five lines, and good enough to spread waits.
#[derive(Clone, Debug)]
struct Dice(u64);

impl Dice {
    const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn waits(retry: Retry) -> Vec<Duration> {
        let mut backoff = retry.backoff();
        std::iter::from_fn(|| backoff.next(|| Duration::ZERO)).collect()
    }

    #[test]
    fn waits_double_up_to_the_cap_and_are_one_fewer_than_the_attempts() {
        let retry =
            Retry { attempts: 6, base: ms(10), cap: ms(50), jitter: Jitter::Off, deadline: None };
        assert_eq!(waits(retry), [10, 20, 40, 50, 50].map(ms));
        assert_eq!(waits(Retry::every(ms(100), 3)), [ms(100), ms(100)]);
        assert!(waits(Retry::once()).is_empty());
        assert!(waits(Retry::every(ms(1), 0)).is_empty());
    }

    #[test]
    fn a_hundred_doublings_stay_at_the_cap() {
        let retry =
            Retry { attempts: 100, base: ms(1), cap: ms(7), jitter: Jitter::Off, deadline: None };
        assert_eq!(waits(retry).last(), Some(&ms(7)));
    }

    #[test]
    fn no_wait_reaches_beyond_the_deadline() {
        let retry = Retry { deadline: Some(ms(100)), ..Retry::every(ms(40), 9) };
        let mut backoff = retry.backoff();
        assert_eq!(backoff.next(|| ms(60)), Some(ms(40)));
        assert_eq!(backoff.next(|| ms(61)), None);
        assert_eq!((backoff.attempts, backoff.waited), (2, ms(40)));
    }

    #[test]
    fn full_jitter_stays_within_each_wait_and_repeats_for_the_same_seed() {
        let retry = |jitter| Retry { attempts: 64, jitter, ..Retry::every(ms(100), 64) };
        let drawn = waits(retry(Jitter::Seeded(7)));
        assert!(drawn.iter().all(|wait| *wait <= ms(100)));
        assert!(drawn.iter().any(|wait| *wait < ms(20)));
        assert!(drawn.iter().any(|wait| *wait > ms(80)));
        assert_eq!(drawn, waits(retry(Jitter::Seeded(7))));
        assert_ne!(drawn, waits(retry(Jitter::Seeded(8))));
        assert!(waits(retry(Jitter::Random)).iter().all(|w| *w <= ms(100)));
    }

    #[test]
    fn splitmix_gives_the_published_numbers() {
        let mut dice = Dice(1_234_567);
        assert_eq!(dice.roll(), 6_457_827_717_110_365_317);
        assert_eq!(dice.roll(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn draws_are_scaled_to_the_whole_range() {
        assert_eq!(scale(0, 9), 0);
        assert_eq!(scale(u64::MAX, 9), 9);
        assert_eq!(scale(u64::MAX, u64::MAX), u64::MAX);
        assert_eq!(scale(u64::MAX, 0), 0);
    }
}
