//! The lock protocol, one bad moment at a time.

use lockproof::lock::{AcquireError, Release, Renewal, Retry};

use crate::connection::Fate::{After, Late, ReplyLost, RequestLost};
use crate::connection::{Server, ms};

#[test]
fn a_lock_is_held_by_one_client_at_a_time() {
    let server = Server::new();
    let ((mut alice, _), (mut bob, _)) = (server.client("alice"), server.client("bob"));
    let lease = alice.try_acquire("k", ms(100)).unwrap().unwrap();
    assert_eq!(bob.try_acquire("k", ms(100)).unwrap(), None);
    assert_eq!(alice.release(lease), Release::Released);
    assert!(bob.try_acquire("k", ms(100)).unwrap().is_some());
}

#[test]
fn a_lock_that_is_never_released_is_free_when_its_ttl_is_over() {
    let server = Server::new();
    let ((mut alice, _), (mut bob, _)) = (server.client("alice"), server.client("bob"));
    let lease = alice.acquire("k", ms(100)).unwrap();
    server.pass(99);
    assert!(lease.is_valid(alice.now()));
    assert_eq!(bob.try_acquire("k", ms(100)).unwrap(), None);
    server.pass(1);
    assert!(!lease.is_valid(alice.now()));
    assert!(bob.try_acquire("k", ms(100)).unwrap().is_some());
}

#[test]
fn a_waiter_gets_the_lock_once_it_is_free() {
    let server = Server::new();
    let ((mut alice, _), (bob, _)) = (server.client("alice"), server.client("bob"));
    let _gone = alice.acquire("k", ms(100)).unwrap();
    let mut bob = bob.with_retry(Retry::every(ms(40), 9));
    let lease = bob.acquire("k", ms(100)).unwrap();
    assert_eq!((bob.now(), lease.valid_until()), (ms(120), ms(220)));
}

#[test]
fn a_late_release_leaves_the_next_holder_alone() {
    let server = Server::new();
    let ((mut alice, _), (mut bob, _)) = (server.client("alice"), server.client("bob"));
    let late = alice.acquire("k", ms(100)).unwrap();
    server.pass(100);
    let lease = bob.acquire("k", ms(100)).unwrap();
    assert_eq!(alice.release(late), Release::NotHeld);
    assert_eq!(server.holder().as_deref(), Some("bob:1"));
    assert_eq!(bob.release(lease), Release::Released);
}

#[test]
fn a_release_whose_reply_was_lost_is_unknown_and_has_released() {
    let server = Server::new();
    let (mut alice, wire) = server.client("alice");
    let lease = alice.acquire("k", ms(100)).unwrap();
    wire.plan([ReplyLost]);
    assert!(matches!(alice.release(lease), Release::Unknown(_)));
    assert_eq!(server.holder(), None);

    let lease = alice.acquire("k", ms(100)).unwrap();
    wire.plan([RequestLost]);
    assert_eq!(alice.release(lease), Release::Released);
}

#[test]
fn a_renewal_extends_what_the_server_holds_and_never_shortens_it() {
    let server = Server::new();
    let (mut alice, _) = server.client("alice");
    let mut lease = alice.acquire("k", ms(100)).unwrap();
    server.pass(50);
    assert_eq!(alice.renew(&mut lease, ms(200)), Renewal::Renewed);
    assert_eq!(server.ask::<i64>("PTTL k"), 200);
    assert_eq!(lease.valid_until(), ms(250));
    for shorter in [ms(20), ms(0)] {
        assert_eq!(alice.renew(&mut lease, shorter), Renewal::Renewed);
        assert_eq!(server.ask::<i64>("PTTL k"), 200);
        server.keeps(&lease);
    }
}

#[test]
fn a_renewal_gives_a_lock_that_was_made_permanent_an_end_again() {
    let server = Server::new();
    let (mut alice, _) = server.client("alice");
    let mut lease = alice.acquire("k", ms(100)).unwrap();
    assert_eq!(server.ask::<i64>("PERSIST k"), 1);
    assert_eq!(alice.renew(&mut lease, ms(0)), Renewal::Renewed);
    assert_eq!(server.ask::<i64>("PTTL k"), 1);
}

#[test]
fn a_lock_that_expired_is_lost_also_when_nobody_took_it() {
    let server = Server::new();
    let (mut alice, _) = server.client("alice");
    let mut lease = alice.acquire("k", ms(100)).unwrap();
    server.pass(100);
    assert_eq!(alice.renew(&mut lease, ms(100)), Renewal::Lost);
    assert_eq!(server.holder(), None);
}

#[test]
fn a_lock_that_is_anothers_is_lost_and_stays_theirs() {
    let server = Server::new();
    let ((mut alice, _), (mut bob, _)) = (server.client("alice"), server.client("bob"));
    let mut late = alice.acquire("k", ms(100)).unwrap();
    server.pass(100);
    let lease = bob.acquire("k", ms(100)).unwrap();
    assert_eq!(alice.renew(&mut late, ms(500)), Renewal::Lost);
    assert_eq!(server.ask::<i64>("PTTL k"), 100);
    assert_eq!(bob.release(lease), Release::Released);
}

#[test]
fn a_failed_renewal_changes_nothing() {
    let server = Server::new();
    let (mut alice, wire) = server.client("alice");
    let mut lease = alice.acquire("k", ms(100)).unwrap();
    for (fate, kept) in [(RequestLost, 100), (ReplyLost, 200)] {
        wire.plan([fate]);
        assert!(matches!(alice.renew(&mut lease, ms(200)), Renewal::Unknown(_)));
        assert_eq!(lease.valid_until(), ms(100));
        assert_eq!(server.ask::<i64>("PTTL k"), kept);
    }
}

/// A short renewal is late, and arrives after a long one: the long one stands.
#[test]
fn a_late_renewal_does_not_end_a_later_one_early() {
    let server = Server::new();
    let (mut alice, wire) = server.client("alice");
    let mut lease = alice.acquire("k", ms(100)).unwrap();
    wire.plan([Late]);
    assert!(matches!(alice.renew(&mut lease, ms(120)), Renewal::Unknown(_)));
    assert_eq!(alice.renew(&mut lease, ms(500)), Renewal::Renewed);
    assert_eq!(wire.deliver(), 1);
    server.keeps(&lease);
}

#[test]
fn a_lock_whose_reply_was_lost_is_our_own() {
    let server = Server::new();
    let (mut alice, wire) = server.client("alice");
    for fate in [ReplyLost, RequestLost] {
        wire.plan([fate]);
        let lease = alice.try_acquire("k", ms(100)).unwrap().unwrap();
        server.keeps(&lease);
        assert_eq!(server.holder().as_deref(), Some(lease.token().as_str()));
        assert_eq!(alice.release(lease), Release::Released);
    }
}

#[test]
fn another_clients_lock_is_not_taken_for_our_own() {
    let server = Server::new();
    let ((mut alice, _), (mut bob, wire)) = (server.client("alice"), server.client("bob"));
    let _held = alice.acquire("k", ms(100)).unwrap();
    for fate in [ReplyLost, RequestLost] {
        wire.plan([fate]);
        assert_eq!(bob.try_acquire("k", ms(100)).unwrap(), None);
    }
}

/// Wherever time passes during an acquisition, and whatever is lost, the lease ends before the lock.
#[test]
fn validity_is_honest_wherever_time_passes() {
    for request_arrives in [true, false] {
        for waits in [[30, 0, 0], [0, 30, 0], [0, 0, 30], [20, 20, 20], [0, 60, 60]] {
            let server = Server::new();
            let (mut alice, wire) = server.client("alice");
            let late = |millis| {
                let clock = server.clock.clone();
                After(Box::new(move || clock.advance_to(clock.peek_ms() + millis)))
            };
            let first = if request_arrives { ReplyLost } else { RequestLost };
            server.pass(waits[0]);
            wire.plan([first, late(waits[1]), late(waits[2])]);
            match alice.acquire("k", ms(100)) {
                Ok(lease) => server.keeps(&lease),
                Err(AcquireError::TooShort { .. } | AcquireError::Taken { .. }) => {
                    assert_eq!(server.holder(), None);
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// alice's SET is late, and takes the lock again after bob's turn: to the server it is hers.
#[test]
fn a_renewal_is_not_fooled_by_a_late_request_of_the_same_token() {
    let server = Server::new();
    let ((mut alice, wire), (mut bob, _)) = (server.client("alice"), server.client("bob"));
    wire.plan([Late]);
    let mut lease = alice.acquire("k", ms(100)).unwrap();
    server.pass(100);
    let theirs = bob.acquire("k", ms(50)).unwrap();
    assert_eq!(bob.release(theirs), Release::Released);
    assert_eq!(wire.deliver(), 1);
    assert_eq!(server.holder().as_deref(), Some("alice:1"));
    assert_eq!(alice.renew(&mut lease, ms(100)), Renewal::Lost);
    assert_eq!(alice.release(lease), Release::Released);
}

#[test]
fn a_request_that_arrives_after_the_release_blocks_for_a_ttl_and_no_longer() {
    let server = Server::new();
    let ((mut alice, wire), (mut bob, _)) = (server.client("alice"), server.client("bob"));
    wire.plan([Late]);
    let lease = alice.acquire("k", ms(100)).unwrap();
    assert_eq!(alice.release(lease), Release::Released);
    assert_eq!(wire.deliver(), 1);
    assert_eq!(bob.try_acquire("k", ms(100)).unwrap(), None);
    server.pass(100);
    assert!(bob.try_acquire("k", ms(100)).unwrap().is_some());
}
