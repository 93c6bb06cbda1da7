//! The time for which a lease may be trusted: never longer than the server holds it.

use std::time::Duration;

/// The drift that two clocks may have while a lease lasts: the client's, on which the validity is measured,
/// and the server's, which expires the key.
///
/// The default is the one of the [Redis page][page]: a hundredth of the TTL, for clocks that run at
/// different rates, and 2 ms, for the precision of expiry. A clock that *jumps* is covered by no
/// allowance: Redis expires by the wall clock.
///
/// [page]: https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Drift {
    /// Hundredths of the TTL.
    pub percent: u32,
    /// The addition to that, whatever the TTL.
    pub plus: Duration,
}

impl Drift {
    /// No allowance: for models in which clients and server read the same clock, which is exact.
    pub const NONE: Self = Self { percent: 0, plus: Duration::ZERO };

    /// The allowance for a lease of `ttl`.
    #[must_use]
    pub const fn of(self, ttl: Duration) -> Duration {
        ttl.saturating_mul(self.percent)
            .checked_div(100)
            .expect("a hundred is not zero")
            .saturating_add(self.plus)
    }

    /// The rest of a lease of `ttl`, `elapsed` after it was first asked for; `None` if nothing is left.
    ///
    /// Each subtraction is checked: with wrapping ones a lease that ended long ago would last for
    /// ages. (The crate `redlock` 2.0.0 reports a validity of 18446744073709549514 ms.)
    #[must_use]
    pub fn left(self, ttl: Duration, elapsed: Duration) -> Option<Duration> {
        ttl.checked_sub(elapsed)?.checked_sub(self.of(ttl)).filter(|left| !left.is_zero())
    }
}

impl Default for Drift {
    fn default() -> Self {
        Self { percent: 1, plus: Duration::from_millis(2) }
    }
}

/// A time to live as it is sent to the server: whole milliseconds, rounded down, because a lease must not
/// outlast its key. Redis itself rejects a value that is too long for it, with an error reply.
pub(super) fn whole_millis(ttl: Duration) -> Duration {
    let longest = u64::try_from(i64::MAX).expect("a positive number has no sign to lose");
    Duration::from_millis(millis(ttl).min(longest))
}

/// Whole milliseconds, rounded down.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn elapsed_time_and_drift_are_subtracted() {
        let drift = Drift::default();
        assert_eq!(drift.of(ms(10_000)), ms(102));
        assert_eq!(drift.left(ms(10_000), ms(0)), Some(ms(9_898)));
        assert_eq!(drift.left(ms(10_000), ms(98)), Some(ms(9_800)));
        assert_eq!(Drift::NONE.left(ms(10), ms(9)), Some(ms(1)));
    }

    #[test]
    fn nothing_is_left_of_a_lease_that_is_over_and_no_subtraction_wraps() {
        let drift = Drift::default();
        assert_eq!(drift.left(ms(10_000), ms(9_898)), None);
        assert_eq!(drift.left(ms(10_000), ms(12_000)), None);
        assert_eq!(drift.left(ms(10_000), Duration::MAX), None);
        assert_eq!(drift.left(ms(2), ms(0)), None);
        assert_eq!(Drift::NONE.left(ms(10), ms(10)), None);
    }

    #[test]
    fn what_the_server_is_told_is_never_more_than_what_was_asked() {
        assert_eq!(whole_millis(Duration::from_micros(1_999)), ms(1));
        assert_eq!(whole_millis(Duration::from_micros(999)), ms(0));
        assert_eq!(millis(whole_millis(Duration::MAX)), i64::MAX as u64);
    }
}
