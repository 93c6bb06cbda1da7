//! Obtaining a lock from a server that answers.

use super::*;
use crate::lock::AcquireError;

#[test]
fn one_set_takes_a_free_lock() {
    let mut lock = alice([("SET k alice:1 NX PX 100", 0, ok())]);
    let lease = lock.try_acquire("k", ms(100)).unwrap().unwrap();
    assert_eq!((lease.key(), lease.token().as_str()), ("k", "alice:1"));
    assert_eq!((lease.fence(), lease.valid_until()), (None, ms(97)));
}

#[test]
fn a_lock_that_is_taken_is_not_obtained() {
    let mut lock = alice([("SET k alice:1 NX PX 100", 0, nil())]);
    assert_eq!(lock.try_acquire("k", ms(100)).unwrap(), None);
}

#[test]
fn every_acquisition_has_a_token_of_its_own() {
    let mut lock =
        alice([("SET k alice:1 NX PX 100", 0, ok()), ("SET j alice:2 NX PX 100", 0, ok())]);
    let first = lock.acquire("k", ms(100)).unwrap();
    let second = lock.acquire("j", ms(100)).unwrap();
    assert_ne!(first.token(), second.token());
}

#[test]
fn validity_counts_from_before_the_request() {
    let mut lock = alice([("SET k alice:1 NX PX 100", 40, ok())]);
    lock.clock().advance_to(1_000);
    let lease = lock.acquire("k", ms(100)).unwrap();
    assert_eq!(lease.valid_until(), ms(1_097));
    assert_eq!(lease.remaining(lock.now()), ms(57));
}

#[test]
fn drift_is_as_the_caller_says() {
    let mut lock = alice([("SET k alice:1 NX PX 100", 0, ok())]).with_drift(Drift::NONE);
    assert_eq!(lock.acquire("k", ms(100)).unwrap().valid_until(), ms(100));
}

#[test]
fn an_answer_that_comes_just_in_time_is_a_lease() {
    let mut lock = alice([("SET k alice:1 NX PX 100", 96, ok())]);
    let lease = lock.acquire("k", ms(100)).unwrap();
    assert_eq!(lease.remaining(lock.now()), ms(1));
}

#[test]
fn an_answer_that_comes_too_late_is_no_lease_and_the_lock_is_released() {
    for takes in [97, 100, 12_000] {
        let mut lock =
            alice([("SET k alice:1 NX PX 100", takes, ok()), ("release k alice:1", 0, int(1))]);
        let (error, said) = record(|| lock.acquire("k", ms(100)).unwrap_err());
        assert!(
            matches!(&error, AcquireError::TooShort { ttl, drift, elapsed }
                if (*ttl, *drift, *elapsed) == (ms(100), ms(3), ms(takes))),
            "{error}"
        );
        assert!(!said.iter().any(|line| line.starts_with("believe")));
    }
}

#[test]
fn a_ttl_that_leaves_nothing_is_refused_before_the_server_is_asked() {
    for ttl in [Duration::ZERO, Duration::from_micros(999), ms(1), ms(2)] {
        let error = alice([]).acquire("k", ttl).unwrap_err();
        assert!(matches!(error, AcquireError::TooShort { .. }), "{error}");
    }
}

#[test]
fn a_fraction_of_a_millisecond_is_not_believed_in() {
    let mut lock = alice([("SET k alice:1 NX PX 100", 0, ok())]).with_drift(Drift::NONE);
    let lease = lock.acquire("k", Duration::from_micros(100_999)).unwrap();
    assert_eq!(lease.valid_until(), ms(100));
}

#[test]
fn a_taken_lock_is_asked_for_again_with_a_fresh_token() {
    let mut lock = alice([
        ("SET k alice:1 NX PX 100", 0, nil()),
        ("SET k alice:2 NX PX 100", 0, nil()),
        ("SET k alice:3 NX PX 100", 0, ok()),
    ])
    .with_retry(Retry::every(ms(40), 3));
    let lease = lock.acquire("k", ms(100)).unwrap();
    // The waiting is no part of the validity: the clock of this token started at 80.
    assert_eq!(lease.valid_until(), ms(177));
}

#[test]
fn giving_up_says_how_often_and_how_long() {
    let mut lock =
        alice([("SET k alice:1 NX PX 100", 5, nil()), ("SET k alice:2 NX PX 100", 5, nil())])
            .with_retry(Retry::every(ms(40), 2));
    let error = lock.acquire("k", ms(100)).unwrap_err();
    assert!(
        matches!(&error, AcquireError::Taken { key, attempts: 2, waited }
            if key == "k" && *waited == ms(40)),
        "{error}"
    );
    assert_eq!(lock.now(), ms(50));
}

#[test]
fn no_attempt_begins_after_the_deadline() {
    let retry = Retry { deadline: Some(ms(100)), ..Retry::every(ms(40), 9) };
    let mut lock =
        alice([("SET k alice:1 NX PX 100", 10, nil()), ("SET k alice:2 NX PX 100", 11, nil())])
            .with_retry(retry);
    // 10 + 40 + 11 + 40 is beyond it.
    let error = lock.acquire("k", ms(100)).unwrap_err();
    assert!(matches!(error, AcquireError::Taken { attempts: 2, .. }), "{error}");
    assert_eq!(lock.now(), ms(61));
}

#[test]
fn a_refusal_is_an_error_at_once() {
    let mut lock =
        alice([("SET k alice:1 NX PX 100", 0, refused())]).with_retry(Retry::every(ms(40), 9));
    let error = lock.acquire("k", ms(100)).unwrap_err();
    assert!(matches!(error, AcquireError::Refused(_)), "{error}");
}

#[test]
fn a_lease_is_believed_in_until_its_validity_ends() {
    let mut lock = alice([("SET k alice:1 NX PX 100", 10, ok())]);
    let (_, said) = record(|| lock.acquire("k", ms(100)).unwrap());
    assert_eq!(said, ["SET k alice:1 NX PX 100", "believe k alice:1 97"]);
}

#[test]
fn scripts_can_be_loaded_before_they_are_needed() {
    let mut lock = alice(scripts::ALL.map(|(_, script)| load(script)));
    lock.load_scripts().unwrap();
}
