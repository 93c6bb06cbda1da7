//! Obtaining a lock from a server whose answers get lost: each row of the table in `acquire.rs`.

use super::*;
use crate::lock::AcquireError;

const SET: &str = "SET k alice:1 NX PX 100";

#[test]
fn ours_when_the_request_never_arrived() {
    let mut lock = alice([(SET, 10, lost()), (SET, 10, ok())]);
    let lease = lock.acquire("k", ms(100)).unwrap();
    // The lock may have been taken by either of the two: it counts from the first.
    assert_eq!((lease.valid_until(), lock.now()), (ms(97), ms(20)));
}

#[test]
fn ours_when_only_the_reply_was_lost() {
    let mut lock = alice([(SET, 10, lost()), (SET, 10, nil()), ("GET k", 10, text("alice:1"))]);
    let (lease, said) = record(|| lock.acquire("k", ms(100)).unwrap());
    assert_eq!((lease.token().as_str(), lease.valid_until()), ("alice:1", ms(97)));
    assert_eq!(said.last().unwrap(), "believe k alice:1 97");
}

#[test]
fn nothing_is_left_when_it_takes_a_ttl_to_find_out() {
    let mut lock = alice([(SET, 90, lost()), (SET, 7, ok()), ("release k alice:1", 0, int(1))]);
    let error = lock.acquire("k", ms(100)).unwrap_err();
    assert!(matches!(error, AcquireError::TooShort { .. }), "{error}");
}

#[test]
fn not_ours_when_another_holds_it_or_nobody_does_any_more() {
    for holder in [text("bob:1"), nil(), text("alice:12"), text("")] {
        let mut lock = alice([(SET, 0, lost()), (SET, 0, nil()), ("GET k", 0, holder)]);
        assert_eq!(lock.try_acquire("k", ms(100)).unwrap(), None);
    }
}

#[test]
fn a_token_that_may_yet_arrive_is_sent_again_and_counts_from_when_it_was_not_there() {
    let mut lock = alice([
        (SET, 10, lost()),
        (SET, 10, nil()),
        ("GET k", 10, text("bob:1")), // asked at 20: ours is not there
        (SET, 10, nil()),             // asked at 70
        ("GET k", 10, text("alice:1")),
    ])
    .with_retry(Retry::every(ms(40), 2));
    let lease = lock.acquire("k", ms(100)).unwrap();
    assert_eq!(lease.token().as_str(), "alice:1");
    assert_eq!((lease.valid_until(), lock.now()), (ms(117), ms(90)));
}

#[test]
fn a_token_too_old_to_give_a_lease_is_withdrawn_and_replaced() {
    let mut lock = alice([
        (SET, 50, lost()),
        (SET, 50, lost()),
        ("release k alice:1", 0, int(0)),
        ("SET k alice:2 NX PX 100", 0, ok()),
    ])
    .with_retry(Retry::every(ms(10), 2));
    let lease = lock.acquire("k", ms(100)).unwrap();
    assert_eq!((lease.token().as_str(), lease.valid_until()), ("alice:2", ms(207)));
    assert!(!lease.resent);
}

#[test]
fn a_token_that_cannot_be_withdrawn_is_kept() {
    let mut lock = alice([
        (SET, 50, lost()),
        (SET, 50, lost()),
        ("release k alice:1", 0, lost()),
        (SET, 0, nil()),
        ("GET k", 0, text("alice:1")),
        ("release k alice:1", 0, int(1)),
    ])
    .with_retry(Retry::every(ms(10), 2));
    let error = lock.acquire("k", ms(100)).unwrap_err();
    assert!(matches!(error, AcquireError::TooShort { .. }), "{error}");
}

#[test]
fn a_server_that_stays_silent_is_unknown_and_the_token_is_withdrawn_if_it_can_be() {
    let mut lock = alice([
        (SET, 0, lost()),
        (SET, 0, lost()),
        (SET, 0, lost()),
        (SET, 0, lost()),
        ("release k alice:1", 0, lost()),
    ])
    .with_retry(Retry::every(ms(40), 2));
    let error = lock.acquire("k", ms(100)).unwrap_err();
    assert!(matches!(error, AcquireError::Unknown(_)), "{error}");
    assert_eq!(lock.now(), ms(40));
}

#[test]
fn a_lost_answer_to_whose_it_is_leaves_it_unknown() {
    let mut lock = alice([
        (SET, 0, lost()),
        (SET, 0, nil()),
        ("GET k", 0, lost()),
        ("release k alice:1", 0, int(1)),
    ]);
    let error = lock.try_acquire("k", ms(100)).unwrap_err();
    assert!(matches!(error, AcquireError::Unknown(_)), "{error}");
}

#[test]
fn a_refusal_after_a_lost_reply_withdraws_what_may_be_there() {
    let mut lock =
        alice([(SET, 0, lost()), (SET, 0, refused()), ("release k alice:1", 0, refused())])
            .with_retry(Retry::every(ms(40), 2));
    let error = lock.acquire("k", ms(100)).unwrap_err();
    assert!(matches!(error, AcquireError::Refused(_)), "{error}");
}

#[test]
fn an_answer_that_makes_no_sense_proves_nothing() {
    let mut lock =
        alice([(SET, 0, text("QUEUED")), (SET, 0, nil()), ("GET k", 0, text("alice:1"))]);
    assert!(lock.try_acquire("k", ms(100)).unwrap().is_some());
}
