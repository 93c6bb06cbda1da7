//! The simulated Redis against a plain sequential model, reply by reply, while time passes. (Against a
//! real server, which has no virtual clock, it is compared in `tests/redis_server/main.rs`.)

use lockproof::redis::{Keyspace, Value, execute};
use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};

use super::config::config;

mod model;
mod request;

use model::{Flaw, Model};
use request::{Lifetime, Request, Step, steps};

/// Takes the steps on both sides, and compares each reply, and at the end what can be seen.
fn compare(steps: &[Step], flaw: Option<Flaw>) -> Result<(), TestCaseError> {
    let mut keyspace = Keyspace::default();
    let mut model = Model { flaw, ..Model::default() };
    let mut now = 0;
    for step in steps {
        match step {
            Step::Pass(milliseconds) => now += milliseconds,
            Step::PassToDeadline { short_by } => {
                now = model.next_deadline(now).map_or(now, |deadline| deadline - short_by);
            }
            Step::Ask(request) => {
                model.pass_to(now);
                let expected = model.answer(request);
                let reply = execute(&mut keyspace, now, &request.words()).unwrap();
                prop_assert_eq!(reply, expected, "at {} ms: {:?}", now, request);
            }
        }
    }
    model.pass_to(now);
    prop_assert_eq!(visible(&keyspace, now), listed(&model), "left at {} ms", now);
    Ok(())
}

type Contents = Vec<(String, String, Option<u64>)>;

fn visible(keyspace: &Keyspace, now: u64) -> Contents {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let entries = keyspace.entries(now).map(|(key, entry)| match &entry.value {
        Value::String(value) => (text(key), text(value), entry.deadline),
        Value::List(_) => unreachable!("nobody made a list"),
    });
    entries.collect()
}

fn listed(model: &Model) -> Contents {
    let mut rows = model.rows.clone();
    rows.sort();
    rows.into_iter().map(|(key, value, deadline)| (key.to_owned(), value, deadline)).collect()
}

proptest! {
    #![proptest_config(config(2_048))]

    #[test]
    fn any_sequence_of_commands_is_answered_as_by_the_model(steps in steps()) {
        compare(&steps, None)?;
    }
}

/// What is left of the first sequence that tells the flawed model from the engine.
fn found(flaw: Flaw) -> Vec<Step> {
    let outcome = TestRunner::new(config(2_048)).run(&steps(), |steps| compare(&steps, Some(flaw)));
    match outcome {
        Err(TestError::Fail(_, steps)) => steps,
        other => panic!("{flaw:?} was not noticed: {other:?}"),
    }
}

#[test]
fn the_comparison_rejects_every_flaw_in_a_few_steps() {
    for flaw in [
        Flaw::ExpiresOneLate,
        Flaw::ExpiresOneEarly,
        Flaw::IgnoresNx,
        Flaw::IgnoresXx,
        Flaw::SetKeepsTtl,
        Flaw::KeepTtlForgets,
        Flaw::RefusedSetAnswersNil,
        Flaw::CountsKeysOnce,
        Flaw::DeletesUncompared,
        Flaw::AddsForEver,
        Flaw::NeverPersists,
        Flaw::KeepsKeyOfThePast,
        Flaw::WrapsAround,
    ] {
        let steps = found(flaw);
        println!("{flaw:?}: {steps:?}");
        assert!(steps.len() <= 3, "{flaw:?} takes {steps:?}");
        assert!(compare(&steps, None).is_ok(), "the fault is the flaw's");
    }
}

fn lock(value: &str, life: Lifetime) -> Step {
    let (value, nx) = (value.to_owned(), true);
    Step::Ask(Request::Set { key: "a", value, nx, xx: false, life, get: false })
}

#[test]
fn the_instant_of_the_deadline_tells_one_late_and_one_early_apart() {
    let at = |now| [lock("v", Lifetime::For(7)), Step::Pass(now), Step::Ask(Request::Get("a"))];
    for (now, late, early) in [(5, true, true), (6, true, false), (7, false, true), (8, true, true)]
    {
        let agrees = |flaw| compare(&at(now), flaw).is_ok();
        assert!(agrees(None), "at {now} ms");
        assert_eq!(agrees(Some(Flaw::ExpiresOneLate)), late, "one late, at {now} ms");
        assert_eq!(agrees(Some(Flaw::ExpiresOneEarly)), early, "one early, at {now} ms");
    }
}

#[test]
fn a_second_lock_tells_who_ignores_nx() {
    let twice = [lock("v", Lifetime::For(7)), lock("w", Lifetime::For(7))];
    assert!(compare(&twice, None).is_ok());
    let said = compare(&twice, Some(Flaw::IgnoresNx)).unwrap_err().to_string();
    assert!(said.contains("at 0 ms: Set"), "{said}");
}

#[test]
fn contents_that_no_reply_showed_are_compared_at_the_end() {
    let set = |life| {
        let value = "w".to_owned();
        Step::Ask(Request::Set { key: "a", value, nx: false, xx: false, life, get: false })
    };
    let replaced = [lock("v", Lifetime::For(7)), set(Lifetime::Forever)];
    assert!(compare(&replaced, None).is_ok());
    let said = compare(&replaced, Some(Flaw::SetKeepsTtl)).unwrap_err().to_string();
    assert!(said.contains("left at 0 ms"), "{said}");
}
