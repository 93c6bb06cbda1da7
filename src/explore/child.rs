//! Real threads in a separate process. `std` cannot tell a deadlock from a slow thread, and a thread cannot
//! be killed; a process can.
//!
//! A scenario is a Rust value and cannot be passed to another process. The caller supplies a command that
//! builds the same scenario again, runs [`stress`](super::stress()) on it and prints the [`verdict_line`]:
//! the program itself with a hidden subcommand, or a test binary with the name of a hidden test. If the
//! command also prints a [`progress_line`] for each execution, the parent knows how far it had come when it
//! was killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::evidence::Evidence;
use super::progress::Pulse;
use super::{Bound, Exploration, Vacuity, Verdict};
use crate::scenario::{Budgets, Fault, Property, Violation};

/// Runs `command`, which stresses a scenario and prints a [`verdict_line`], for at most `limit`.
///
/// At the time limit the process is killed, and the verdict is [`Verdict::BoundHit`]: a run that did not end
/// does not prove a deadlock. This is the one bound that is not a count. The result then has no trace,
/// because the trace ended with the process, and counts the executions that the process reported as begun.
#[must_use]
pub fn stress_in_child(command: Command, limit: Duration) -> Exploration {
    let begun = Instant::now();
    let told = Arc::new(AtomicU64::new(0));
    match run(command, limit, &told) {
        Ok(exploration) => Exploration { elapsed: begun.elapsed(), ..exploration },
        Err(verdict) => {
            let executions = told.load(Ordering::SeqCst);
            Exploration { executions, ..Exploration::of(verdict, begun) }
        }
    }
}

/// Waits for the verdict of the child. `told` counts the executions that it has begun by then.
fn run(
    mut command: Command,
    limit: Duration,
    told: &Arc<AtomicU64>,
) -> Result<Exploration, Verdict> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn().map_err(|error| {
        let program = command.get_program().to_string_lossy().into_owned();
        Verdict::NotRun(format!("{program}, which was to run it, cannot be started: {error}"))
    })?;
    let mut child = Killed(child);
    let (found, answer) = mpsc::channel();
    let lines = child.0.stdout.take().map(BufReader::new);
    let noted = Arc::clone(told);
    // This thread ends with the child, whose death closes the pipe.
    thread::spawn(move || {
        let lines = lines.into_iter().flat_map(BufRead::lines).map_while(Result::ok);
        let note = |line: &String| {
            if let Some(executions) = begun_by(line) {
                noted.store(executions, Ordering::SeqCst);
            }
        };
        let _ = lines.inspect(note).filter_map(|it| parse(&it)).all(|it| found.send(it).is_ok());
    });
    answer.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => Verdict::BoundHit(Bound::Engine(format!(
            "did not end within {} s{}: deadlocked, or slow",
            limit.as_secs_f64(),
            if told.load(Ordering::SeqCst) == 0 { ", and told of no execution" } else { "" }
        ))),
        RecvTimeoutError::Disconnected => {
            let status = child.0.wait();
            let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
            Verdict::BoundHit(Bound::Engine(format!("ended without a verdict: {status}")))
        }
    })
}

/// A child process that is killed when this value is dropped.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The prefix that distinguishes the verdict line from the rest of the output.
const MARK: &str = "lockproof-stress";

/// The prefix of a line that reports only progress.
const BEGUN: &str = "lockproof-execution";

/// The progress of a stressed scenario, as one line for the parent process. The child may print one for each
/// pulse of [`watch_every`](super::progress::watch_every()), with an interval of zero.
#[must_use]
pub fn progress_line(pulse: &Pulse) -> String {
    format!("{BEGUN}\t{}", pulse.executions)
}

fn begun_by(line: &str) -> Option<u64> {
    line[line.find(BEGUN)?..].split('\t').nth(1)?.parse().ok()
}

/// The verdict on a stressed scenario, as one line for the parent process.
#[must_use]
pub fn verdict_line(exploration: &Exploration) -> String {
    let (verdict, property, detail) = match &exploration.verdict {
        Verdict::Broken(violation) => {
            ("broken", violation.property.name(), violation.detail.as_str())
        }
        Verdict::NotRun(why) => ("not-run", "", why.as_str()),
        _ => ("sampled", "", ""),
    };
    // The other alarms are raised for exhausted searches only.
    let vacuous = match exploration.vacuous {
        Some(Vacuity::NoContention) => "no-contention",
        Some(Vacuity::NoProperty) => "no-property",
        _ => "",
    };
    let Exploration { executions, longest, budgets, .. } = exploration;
    let budgets = budgets.iter().flat_map(Budgets::faults);
    let budgets = joined(budgets.map(|(fault, times)| format!("{fault}={times}")));
    let instants = joined(exploration.instants_ms());
    let detail = detail.replace(char::is_control, " ");
    format!(
        "{MARK}\t{verdict}\t{executions}\t{longest}\t{vacuous}\t{budgets}\t{instants}\t{property}\t{detail}"
    )
}

fn joined(all: impl Iterator<Item = impl ToString>) -> String {
    all.map(|it| it.to_string()).collect::<Vec<_>>().join(" ")
}

fn budgets_of(text: &str) -> Option<Budgets> {
    text.split_whitespace().try_fold(Budgets::none(), |budgets, fault| {
        let (fault, times) = fault.rsplit_once('=')?;
        let times = times.parse().ok()?;
        Some(match fault.parse().ok()? {
            Fault::Clock => budgets.ticks(times),
            Fault::Crash(name) => budgets.crash(&name),
            Fault::LoseReply(name) => budgets.lose_reply(&name, times),
            Fault::Delay(name) => budgets.delay(&name, times),
            // Delivery comes with the delay.
            Fault::Deliver(..) => budgets,
        })
    })
}

fn parse(line: &str) -> Option<Exploration> {
    // A test harness may have written the start of the line.
    let fields = &line[line.find(MARK)?..];
    let fields: Vec<&str> = fields.split('\t').collect();
    let [_, verdict, executions, longest, vacuous, budgets, instants, property, detail] =
        fields[..]
    else {
        return None;
    };
    let mut shown = Evidence::default();
    shown.stopped_at(instants.split_whitespace().filter_map(|at| at.parse().ok()));
    let detail = detail.to_owned();
    let verdict = match verdict {
        "broken" => Verdict::Broken(Violation { property: Property::named(property)?, detail }),
        "not-run" => Verdict::NotRun(detail),
        "sampled" => Verdict::Sampled,
        _ => return None,
    };
    Some(Exploration {
        shown,
        budgets: Some(budgets_of(budgets)?),
        executions: executions.parse().ok()?,
        longest: longest.parse().ok()?,
        vacuous: match vacuous {
            "no-contention" => Some(Vacuity::NoContention),
            "no-property" => Some(Vacuity::NoProperty),
            _ => None,
        },
        ..Exploration::of(verdict, Instant::now())
    })
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_survives_the_way_from_process_to_process() {
        let detail = "alice read 100,\n\tand bob too".to_owned();
        let violation = Violation { property: Property::ConservedBalance, detail };
        let why = Verdict::NotRun("no".to_owned());
        for verdict in [Verdict::Broken(violation), why, Verdict::Sampled] {
            let mut shown = Evidence::default();
            shown.stopped_at([10_000, 5_000]);
            let budgets = Budgets::none().ticks(2).crash("alice").lose_reply("bob", 3);
            let sent = Exploration {
                shown,
                budgets: Some(budgets.delay("alice", 1)),
                executions: 17,
                longest: 4,
                vacuous: Some(Vacuity::NoContention),
                ..Exploration::of(verdict, Instant::now())
            };
            let line = verdict_line(&sent);
            assert_eq!(line.lines().count(), 1, "{line}");
            let got = parse(&format!("test hidden ... {line}")).expect("a line");
            assert_eq!(got.instants_ms().collect::<Vec<_>>(), [5_000, 10_000]);
            assert_eq!(got.budgets, sent.budgets);
            assert_eq!((got.executions, got.longest, got.vacuous), (17, 4, sent.vacuous));
            let in_one_line = sent.verdict.to_string().replace(char::is_control, " ");
            assert_eq!(got.verdict.to_string(), in_one_line);
        }
    }

    #[test]
    fn other_lines_are_no_verdict() {
        for line in ["", "running 1 test", "lockproof-stress\tfine\t1\t2\t\t\t\t\t"] {
            assert!(parse(line).is_none(), "{line}");
        }
    }
}
