//! Fencing tokens: minted with the lock, and presented to the store.

use lockproof::lock::{
    AcquireError, FenceError, Release, Renewal, Retry, read_fenced, write_fenced,
};

use crate::connection::Fate::{After, Fine, Late, ReplyLost};
use crate::connection::{Server, ms};

#[test]
fn fences_rise_with_each_acquisition_and_not_with_failed_ones() {
    let server = Server::new();
    let ((mut alice, _), (mut bob, _)) = (server.client("alice"), server.client("bob"));
    let first = alice.acquire_fenced("k", "k:fence", ms(100)).unwrap();
    assert_eq!(bob.try_acquire_fenced("k", "k:fence", ms(100)).unwrap(), None);
    server.pass(100);
    let second = bob.acquire_fenced("k", "k:fence", ms(100)).unwrap();
    assert_eq!((first.fence(), second.fence()), (Some(1), Some(2)));
    assert_eq!(server.ask::<i64>("PTTL k:fence"), -1);
}

#[test]
fn a_fenced_lock_whose_reply_was_lost_is_our_own_with_the_same_fence() {
    let server = Server::new();
    let (mut alice, wire) = server.client("alice");
    wire.plan([ReplyLost]);
    let lease = alice.acquire_fenced("k", "k:fence", ms(100)).unwrap();
    assert_eq!((lease.fence(), server.ask::<u64>("GET k:fence")), (Some(1), 1));
    server.keeps(&lease);
}

/// The reasoning behind reading the fence off the counter, in its worst case: our first request took
/// effect and expired, bob came and went, and a late copy of ours took the lock again.
#[test]
fn a_fence_read_off_the_counter_is_the_one_minted_with_the_lock() {
    let server = Server::new();
    let ((alice, wire), (mut bob, _)) = (server.client("alice"), server.client("bob"));
    let mut alice = alice.with_retry(Retry::every(ms(0), 2));
    wire.plan([ReplyLost, Late, {
        let (clock, late) = (server.clock.clone(), wire.clone());
        After(Box::new(move || {
            clock.advance_to(50);
            let theirs = bob.try_acquire_fenced("k", "k:fence", ms(40)).unwrap();
            assert_eq!(theirs, None, "alice's first request holds the lock");
            clock.advance_to(100);
            let theirs = bob.acquire_fenced("k", "k:fence", ms(40)).unwrap();
            assert_eq!(theirs.fence(), Some(2));
            assert_eq!(bob.release(theirs), Release::Released);
            assert_eq!(late.deliver(), 1);
        }))
    }]);
    // Asked from 0 on, and answered at 100: no validity is left, whatever the fence.
    let error = alice.acquire_fenced("k", "k:fence", ms(100)).unwrap_err();
    assert!(matches!(error, AcquireError::TooShort { .. }), "{error}");
    assert_eq!((server.holder(), server.ask("GET k:fence")), (None, 3));
}

/// alice's first request arrives after bob's turn, and she finds the lock taken by herself.
#[test]
fn a_late_request_is_our_own_lock_with_the_fence_it_minted() {
    let server = Server::new();
    let ((alice, wire), (mut bob, _)) = (server.client("alice"), server.client("bob"));
    let mut alice = alice.with_retry(Retry::every(ms(10), 2));
    let theirs = bob.acquire_fenced("k", "k:fence", ms(100)).unwrap();
    let late = wire.clone();
    wire.plan([
        Late,
        Fine,
        After(Box::new(move || {
            assert_eq!(bob.release(theirs), Release::Released);
            assert_eq!(late.deliver(), 1);
        })),
    ]);
    let lease = alice.acquire_fenced("k", "k:fence", ms(100)).unwrap();
    assert_eq!((lease.fence(), lease.token().as_str()), (Some(2), "alice:1"));
    assert_eq!(lease.valid_until(), ms(100));
    server.keeps(&lease);
}

#[test]
fn a_counter_that_cannot_count_leaves_no_lock_behind() {
    let server = Server::new();
    let (mut alice, _) = server.client("alice");
    server.ask::<()>("SET k:fence nonsense");
    let error = alice.acquire_fenced("k", "k:fence", ms(100)).unwrap_err();
    assert!(matches!(error, AcquireError::Refused(_)), "{error}");
    assert_eq!(server.holder(), None);
}

#[test]
fn a_counter_that_is_gone_is_an_error_and_no_fence() {
    let server = Server::new();
    let (mut alice, wire) = server.client("alice");
    let lose = {
        let node = server.node.clone();
        After(Box::new(move || {
            let mut connection = node.connect();
            redis::cmd("DEL").arg("k:fence").exec(&mut connection).unwrap();
        }))
    };
    wire.plan([ReplyLost, lose]);
    let error = alice.acquire_fenced("k", "k:fence", ms(100)).unwrap_err();
    assert!(error.to_string().contains("fence counter is gone"), "{error}");
    assert_eq!(server.holder(), None, "the lock is withdrawn");
}

#[test]
fn a_read_keeps_earlier_holders_from_writing() {
    let server = Server::new();
    let mut store = server.node.connect();
    write_fenced(&mut store, "b", "b:mark", 33, 100).unwrap();
    assert_eq!(read_fenced(&mut store, "b", "b:mark", 34).unwrap(), Some(100));
    let late = write_fenced(&mut store, "b", "b:mark", 33, 0).unwrap_err();
    assert!(matches!(late, FenceError::Stale { fence: 33, mark: 34 }));
    let late = read_fenced::<i64>(&mut store, "b", "b:mark", 33).unwrap_err();
    assert!(matches!(late, FenceError::Stale { fence: 33, mark: 34 }));
    write_fenced(&mut store, "b", "b:mark", 34, 90).unwrap();
    assert_eq!(server.ask::<i64>("GET b"), 90);
}

#[test]
fn a_fence_is_compared_as_a_number() {
    let server = Server::new();
    let mut store = server.node.connect();
    assert_eq!(read_fenced::<i64>(&mut store, "b", "b:mark", 9).unwrap(), None);
    write_fenced(&mut store, "b", "b:mark", 10, 1).unwrap();
    let late = write_fenced(&mut store, "b", "b:mark", 9, 0).unwrap_err();
    assert!(matches!(late, FenceError::Stale { fence: 9, mark: 10 }));
}

#[test]
fn scripts_that_the_server_forgot_are_sent_again() {
    let server = Server::new();
    let (mut alice, _) = server.client("alice");
    server.ask::<()>("SCRIPT FLUSH");
    let mut lease = alice.acquire_fenced("k", "k:fence", ms(100)).unwrap();
    assert_eq!(lease.fence(), Some(1));
    assert_eq!(alice.renew(&mut lease, ms(200)), Renewal::Renewed);
    assert_eq!(alice.release(lease), Release::Released);
}
