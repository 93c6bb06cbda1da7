//! Keeping a lock, and giving it up.

use super::*;
use crate::lock::{Release, Renewal};

#[test]
fn a_renewed_lease_lasts_from_when_the_renewal_was_sent() {
    let (mut lock, mut lease) = leased([("renew k alice:1 200", 10, int(1))]);
    lock.clock().advance_to(50);
    let (renewal, said) = record(|| lock.renew(&mut lease, ms(200)));
    assert_eq!(renewal, Renewal::Renewed);
    assert_eq!(lease.valid_until(), ms(246)); // 50 + 200 - 4
    assert_eq!(said, ["renew k alice:1 200", "believe k alice:1 246"]);
}

#[test]
fn a_renewal_never_makes_a_lease_shorter() {
    for ttl in [ms(20), ms(1), Duration::from_micros(10), Duration::ZERO] {
        let (mut lock, mut lease) = leased([]);
        let command: &str = if ttl == ms(20) { "renew k alice:1 20" } else { "renew k alice:1 1" };
        lock.connection_mut().lines.push_back((command, 0, int(1)));
        lock.clock().advance_to(50);
        assert_eq!(lock.renew(&mut lease, ttl), Renewal::Renewed);
        assert_eq!(lease.valid_until(), ms(97));
    }
}

#[test]
fn a_lock_that_is_gone_is_lost_and_not_taken_again() {
    let (mut lock, mut lease) =
        leased([("renew k alice:1 200", 0, int(0)), ("release k alice:1", 0, int(0))]);
    let (renewal, said) = record(|| lock.renew(&mut lease, ms(200)));
    assert_eq!(renewal, Renewal::Lost);
    assert!(!lease.is_valid(lock.now()));
    assert_eq!(said, ["renew k alice:1 200", "disbelieve k alice:1"]);
    // Nothing is left to give up, nor to disbelieve again.
    let (release, said) = record(|| lock.release(lease));
    assert_eq!((release, said), (Release::NotHeld, vec!["release k alice:1".to_owned()]));
}

#[test]
fn a_renewal_without_an_answer_changes_nothing() {
    for no_answer in [lost(), refused()] {
        let (mut lock, mut lease) = leased([("renew k alice:1 200", 10, no_answer)]);
        let (renewal, said) = record(|| lock.renew(&mut lease, ms(200)));
        assert!(matches!(renewal, Renewal::Unknown(_)));
        assert_eq!(lease.valid_until(), ms(97));
        assert_eq!(said, ["renew k alice:1 200"]);
    }
}

#[test]
fn a_confirmation_that_outlasts_what_it_confirms_is_a_loss() {
    for (takes, expected) in [(195, Renewal::Renewed), (196, Renewal::Lost)] {
        let (mut lock, mut lease) = leased([("renew k alice:1 200", takes, int(1))]);
        assert_eq!(lock.renew(&mut lease, ms(200)), expected);
        assert_eq!(lease.is_valid(lock.now()), expected == Renewal::Renewed);
    }
}

#[test]
fn a_lapsed_lease_that_nobody_took_can_be_renewed() {
    let (mut lock, mut lease) = leased([("renew k alice:1 200", 0, int(1))]);
    lock.clock().advance_to(99);
    assert_eq!(lock.renew(&mut lease, ms(200)), Renewal::Renewed);
    assert_eq!(lease.valid_until(), ms(295));
}

/// Sent twice: the late one may have set the lock again after another client held it.
#[test]
fn a_lapsed_lease_whose_token_may_have_come_back_is_lost() {
    for (at, expected) in [(96, Renewal::Renewed), (97, Renewal::Lost)] {
        let (mut lock, mut lease) = leased_after_doubt([("renew k alice:1 200", 0, int(1))]);
        lock.clock().advance_to(at);
        assert_eq!(lock.renew(&mut lease, ms(200)), expected);
    }
}

#[test]
fn a_release_tells_a_lock_that_was_held_from_one_that_was_not() {
    for (deleted, expected) in [(1, Release::Released), (0, Release::NotHeld)] {
        let (mut lock, lease) = leased([("release k alice:1", 0, int(deleted))]);
        assert_eq!(lock.release(lease), expected);
    }
}

#[test]
fn a_client_stops_believing_before_it_asks_for_release() {
    let (mut lock, lease) = leased([("release k alice:1", 0, int(1))]);
    let (_, said) = record(|| lock.release(lease));
    assert_eq!(said, ["disbelieve k alice:1", "release k alice:1"]);
}

#[test]
fn a_release_without_an_answer_is_asked_for_again() {
    let after = |again| {
        let (mut lock, lease) =
            leased([("release k alice:1", 0, lost()), ("release k alice:1", 0, again)]);
        lock.release(lease)
    };
    assert_eq!(after(int(1)), Release::Released);
    // Gone: by the first request, or lost before it. The replies cannot tell.
    assert!(matches!(after(int(0)), Release::Unknown(_)));
    assert!(matches!(after(lost()), Release::Unknown(_)));
}

#[test]
fn a_refused_release_is_not_asked_for_again() {
    let (mut lock, lease) = leased([("release k alice:1", 0, refused())]);
    assert!(matches!(lock.release(lease), Release::Unknown(_)));
}
