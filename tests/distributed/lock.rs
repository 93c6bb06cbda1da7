//! The lock protocol, one bad moment at a time.

use lockproof::lock::{
    AcquireError, FenceError, Lease, Release, Renewal, Retry, read_fenced, write_fenced,
};

use crate::connection::Fate::{After, Fine, Late, ReplyLost, RequestLost};
use crate::connection::{Server, ms};

const NOBODY: Option<String> = None;

fn holder(server: &Server) -> Option<String> {
    server.ask("GET k")
}

/// The server holds the lock at least as long as the client believes.
#[track_caller]
fn is_honest(server: &Server, lease: &Lease) {
    let kept = server.ask::<i64>("PTTL k");
    let believed = lease.remaining(ms(server.clock.peek_ms()));
    assert!(believed.as_millis() as i64 <= kept, "{believed:?} > {kept}");
}

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
    assert_eq!(holder(&server).as_deref(), Some("bob:1"));
    assert_eq!(bob.release(lease), Release::Released);
}

#[test]
fn a_release_whose_reply_was_lost_is_unknown_and_has_released() {
    let server = Server::new();
    let (mut alice, wire) = server.client("alice");
    let lease = alice.acquire("k", ms(100)).unwrap();
    wire.plan([ReplyLost]);
    assert!(matches!(alice.release(lease), Release::Unknown(_)));
    assert_eq!(holder(&server), NOBODY);

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
        is_honest(&server, &lease);
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
    assert_eq!(holder(&server), NOBODY);
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
        assert!(matches!(
            alice.renew(&mut lease, ms(200)),
            Renewal::Unknown(_)
        ));
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
    assert!(matches!(
        alice.renew(&mut lease, ms(120)),
        Renewal::Unknown(_)
    ));
    assert_eq!(alice.renew(&mut lease, ms(500)), Renewal::Renewed);
    assert_eq!(wire.deliver(), 1);
    is_honest(&server, &lease);
}

#[test]
fn a_lock_whose_reply_was_lost_is_our_own() {
    let server = Server::new();
    let (mut alice, wire) = server.client("alice");
    for fate in [ReplyLost, RequestLost] {
        wire.plan([fate]);
        let lease = alice.try_acquire("k", ms(100)).unwrap().unwrap();
        is_honest(&server, &lease);
        assert_eq!(holder(&server).as_deref(), Some(lease.token().as_str()));
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
        for waits in [
            [30, 0, 0],
            [0, 30, 0],
            [0, 0, 30],
            [20, 20, 20],
            [0, 60, 60],
        ] {
            let server = Server::new();
            let (mut alice, wire) = server.client("alice");
            let late = |millis| {
                let clock = server.clock.clone();
                After(Box::new(move || clock.advance_to(clock.peek_ms() + millis)))
            };
            let first = if request_arrives {
                ReplyLost
            } else {
                RequestLost
            };
            server.pass(waits[0]);
            wire.plan([first, late(waits[1]), late(waits[2])]);
            match alice.acquire("k", ms(100)) {
                Ok(lease) => is_honest(&server, &lease),
                Err(AcquireError::TooShort { .. } | AcquireError::Taken { .. }) => {
                    assert_eq!(holder(&server), NOBODY);
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn fences_rise_with_each_acquisition_and_not_with_failed_ones() {
    let server = Server::new();
    let ((mut alice, _), (mut bob, _)) = (server.client("alice"), server.client("bob"));
    let first = alice.acquire_fenced("k", "k:fence", ms(100)).unwrap();
    assert_eq!(
        bob.try_acquire_fenced("k", "k:fence", ms(100)).unwrap(),
        None
    );
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
    assert_eq!(
        (lease.fence(), server.ask::<u64>("GET k:fence")),
        (Some(1), 1)
    );
    is_honest(&server, &lease);
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
    assert_eq!((holder(&server), server.ask("GET k:fence")), (NOBODY, 3));
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
    assert_eq!(
        (lease.fence(), lease.token().as_str()),
        (Some(2), "alice:1")
    );
    assert_eq!(lease.valid_until(), ms(100));
    is_honest(&server, &lease);
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
    assert_eq!(holder(&server).as_deref(), Some("alice:1"));
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

#[test]
fn a_counter_that_cannot_count_leaves_no_lock_behind() {
    let server = Server::new();
    let (mut alice, _) = server.client("alice");
    server.ask::<()>("SET k:fence nonsense");
    let error = alice.acquire_fenced("k", "k:fence", ms(100)).unwrap_err();
    assert!(matches!(error, AcquireError::Refused(_)), "{error}");
    assert_eq!(holder(&server), NOBODY);
}

#[test]
fn a_counter_that_is_gone_is_an_error_and_no_fence() {
    let server = Server::new();
    let (mut alice, wire) = server.client("alice");
    let lose = {
        let node = server.node.clone();
        After(Box::new(move || {
            let mut connection = node.connect();
            redis::cmd("DEL")
                .arg("k:fence")
                .exec(&mut connection)
                .unwrap();
        }))
    };
    wire.plan([ReplyLost, lose]);
    let error = alice.acquire_fenced("k", "k:fence", ms(100)).unwrap_err();
    assert!(
        error.to_string().contains("fence counter is gone"),
        "{error}"
    );
    assert_eq!(holder(&server), NOBODY, "the lock is withdrawn");
}

#[test]
fn a_read_keeps_earlier_holders_from_writing() {
    let server = Server::new();
    let mut store = server.node.connect();
    write_fenced(&mut store, "b", "b:mark", 33, 100).unwrap();
    assert_eq!(
        read_fenced(&mut store, "b", "b:mark", 34).unwrap(),
        Some(100)
    );
    let late = write_fenced(&mut store, "b", "b:mark", 33, 0).unwrap_err();
    assert!(matches!(
        late,
        FenceError::Stale {
            fence: 33,
            mark: 34
        }
    ));
    let late = read_fenced::<i64>(&mut store, "b", "b:mark", 33).unwrap_err();
    assert!(matches!(
        late,
        FenceError::Stale {
            fence: 33,
            mark: 34
        }
    ));
    write_fenced(&mut store, "b", "b:mark", 34, 90).unwrap();
    assert_eq!(server.ask::<i64>("GET b"), 90);
}

#[test]
fn a_fence_is_compared_as_a_number() {
    let server = Server::new();
    let mut store = server.node.connect();
    assert_eq!(
        read_fenced::<i64>(&mut store, "b", "b:mark", 9).unwrap(),
        None
    );
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
