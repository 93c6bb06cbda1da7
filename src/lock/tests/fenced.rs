//! Fencing tokens: minted with the lock, presented to the store.

use super::*;
use crate::lock::{AcquireError, FenceError, read_fenced, write_fenced};

const ACQUIRE: &str = "acquire_fenced k k:fence alice:1 100";

#[test]
fn the_fence_comes_with_the_lock() {
    let mut lock = alice([(ACQUIRE, 10, int(7))]);
    let lease = lock.acquire_fenced("k", "k:fence", ms(100)).unwrap();
    assert_eq!((lease.fence(), lease.valid_until()), (Some(7), ms(97)));
}

#[test]
fn a_taken_lock_mints_nothing() {
    let mut lock = alice([(ACQUIRE, 0, nil()), ("acquire_fenced k k:fence alice:2 100", 0, nil())]);
    let found = lock.try_acquire_fenced("k", "k:fence", ms(100)).unwrap();
    assert_eq!(found, None);
    let error = lock.acquire_fenced("k", "k:fence", ms(100)).unwrap_err();
    assert!(matches!(error, AcquireError::Taken { .. }), "{error}");
}

#[test]
fn a_lost_reply_is_asked_for_again_and_the_fence_read_from_the_counter() {
    let mut lock = alice([(ACQUIRE, 10, lost()), (ACQUIRE, 10, text("7"))]);
    let lease = lock.acquire_fenced("k", "k:fence", ms(100)).unwrap();
    assert_eq!((lease.fence(), lease.valid_until()), (Some(7), ms(97)));
    assert!(lease.resent);
}

#[test]
fn a_token_that_was_not_there_counts_from_when_it_was_asked_for_again() {
    let mut lock = alice([
        (ACQUIRE, 10, lost()),
        (ACQUIRE, 10, nil()), // asked at 10: not there
        (ACQUIRE, 10, int(8)),
    ])
    .with_retry(Retry::every(ms(40), 2));
    let lease = lock.acquire_fenced("k", "k:fence", ms(100)).unwrap();
    assert_eq!((lease.fence(), lease.valid_until()), (Some(8), ms(107)));
}

#[test]
fn a_script_the_server_does_not_know_is_sent_to_it() {
    let no_script = Err((ErrorKind::Server(ServerErrorKind::NoScript), "no").into());
    let mut lock =
        alice([(ACQUIRE, 0, no_script), load(&scripts::ACQUIRE_FENCED), (ACQUIRE, 0, int(1))]);
    let lease = lock.acquire_fenced("k", "k:fence", ms(100)).unwrap();
    assert!(!lease.resent, "an unknown script had no effect: there is no doubt");
}

#[test]
fn reads_and_writes_present_the_fence() {
    let mut lock = alice([
        ("read_fenced b b:mark 7", 0, Ok(Value::Array(vec![Value::Int(1), text("100").unwrap()]))),
        ("read_fenced b b:mark 7", 0, Ok(Value::Array(vec![Value::Int(1), Value::Nil]))),
        ("write_fenced b b:mark 7 90", 0, Ok(Value::Array(vec![Value::Int(1), Value::Nil]))),
    ]);
    let connection = lock.connection_mut();
    let read = read_fenced::<i64>(connection, "b", "b:mark", 7).unwrap();
    assert_eq!(read, Some(100));
    let read = read_fenced::<i64>(connection, "b", "b:mark", 7).unwrap();
    assert_eq!(read, None);
    write_fenced(connection, "b", "b:mark", 7, 90).unwrap();
}

#[test]
fn a_stale_fence_is_told_the_mark() {
    let stale = || Ok(Value::Array(vec![Value::Int(0), text("8").unwrap()]));
    let mut lock =
        alice([("read_fenced b b:mark 7", 0, stale()), ("write_fenced b b:mark 7 90", 0, stale())]);
    let connection = lock.connection_mut();
    let read = read_fenced::<i64>(connection, "b", "b:mark", 7).unwrap_err();
    let write = write_fenced(connection, "b", "b:mark", 7, 90).unwrap_err();
    for error in [read, write] {
        assert!(matches!(error, FenceError::Stale { fence: 7, mark: 8 }), "{error}");
    }
}

#[test]
fn an_unanswered_write_is_unknown_and_a_refused_one_is_not() {
    let mut lock = alice([
        ("write_fenced b b:mark 7 90", 0, lost()),
        ("write_fenced b b:mark 7 90", 0, refused()),
        ("read_fenced b b:mark 7", 0, Ok(Value::Array(vec![Value::Int(1), text("x").unwrap()]))),
    ]);
    let connection = lock.connection_mut();
    let error = write_fenced(connection, "b", "b:mark", 7, 90).unwrap_err();
    assert!(matches!(error, FenceError::Unknown(_)), "{error}");
    let error = write_fenced(connection, "b", "b:mark", 7, 90).unwrap_err();
    assert!(matches!(error, FenceError::Refused(_)), "{error}");
    let error = read_fenced::<i64>(connection, "b", "b:mark", 7).unwrap_err();
    assert!(matches!(error, FenceError::Unknown(_)), "{error}");
}
