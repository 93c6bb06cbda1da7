//! Schedules as text: the actors' names in the order in which they take their steps.

use std::fmt;
use std::str::FromStr;

/// An interleaving by name. `alice alice bob` and `2*alice bob` are the same schedule.
///
/// ```
/// use lockproof::explore::Schedule;
///
/// let schedule: Schedule = "2*alice  # reads, and is preempted\nbob alice".parse()?;
/// assert_eq!(schedule.to_string(), "alice alice bob alice");
/// assert_eq!(schedule.len(), 4);
/// # Ok::<(), lockproof::explore::ScheduleError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Schedule(Vec<String>);

/// The maximum number of steps of a schedule written by hand: a typing error in a count should be an error,
/// and not exhaust memory.
const MOST_STEPS: usize = 1_000_000;

impl Schedule {
    /// The actors' names, one a step.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The number of steps.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the schedule has no steps.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<S: Into<String>> FromIterator<S> for Schedule {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// The error in the text of a schedule, and its position.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line} of the schedule: expected an actor's name or COUNT*NAME (with a count of at \
    least 1, and at most {MOST_STEPS} steps in all), found \"{found}\""
)]
pub struct ScheduleError {
    /// The line, counted from 1.
    pub line: usize,
    /// The word that could not be parsed.
    pub found: String,
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let mut names = Vec::new();
        // Some editors begin a file with a byte order mark, which is invisible.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            let code = line.split_once('#').map_or(line, |(code, _)| code);
            for word in code.split_whitespace() {
                let error = || ScheduleError { line: index + 1, found: word.to_owned() };
                let (count, name) = match word.split_once('*') {
                    Some((count, name)) => (count.parse().map_err(|_| error())?, name),
                    None => (1, word),
                };
                if count == 0
                    || name.is_empty()
                    || name.contains('*')
                    || count > MOST_STEPS - names.len()
                {
                    return Err(error());
                }
                names.extend(std::iter::repeat_n(name.to_owned(), count));
            }
        }
        Ok(Self(names))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Schedule;

    fn error(text: &str) -> String {
        text.parse::<Schedule>().expect_err("is refused").to_string()
    }

    #[test]
    fn runs_comments_and_lines_are_only_ways_to_write_it() {
        let plain: Schedule = "a a b crash:a".parse().expect("a schedule");
        let fancy: Schedule =
            "\u{feff}# two of a\r\n 2*a\tb # then\n\ncrash:a".parse().expect("a schedule");
        assert_eq!(plain, fancy);
        assert_eq!(plain.to_string().parse(), Ok(plain));
    }

    #[test]
    fn nonsense_is_refused_with_its_line() {
        assert!(error("a\nb 0*c").starts_with("line 2 "));
        for text in ["x*a", "3*", "*a", "1*2*a", "-1*a", "99999999*a", "999999*a 2*b"] {
            let error = error(text);
            assert!(error.contains("COUNT*NAME"), "{text}: {error}");
        }
    }
}
