//! Both sides: histories that are accepted, and histories that are rejected.

use super::super::Monitor;
use super::super::futures::{Random, check};
use super::super::told::{ALICE, BOB, crash, told};
use super::Linearizable;
use super::histories::Coin::{self, Count, Put, Take};
use super::histories::Purse;
use crate::trace::{ActorId, Datum, Event, Kind, ObjectId};

const PURSE: ObjectId = ObjectId(0);
const CAROL: ActorId = ActorId(3);

/// An event in the life of the purse.
#[derive(Clone, Copy)]
enum Happened {
    Asks(ActorId, Coin),
    IsTold(ActorId, Option<u8>),
    Fails(ActorId),
    Crashes(ActorId),
}

use Happened::{Asks, Crashes, Fails, IsTold};

/// A monitor of a purse with one coin, after all this.
fn after(happened: &[Happened]) -> (Linearizable<Purse>, Result<(), String>) {
    let mut monitor = Linearizable::new(PURSE, Purse(1));
    let verdict = told(&mut monitor, happened.iter().copied().map(event));
    (monitor, verdict)
}

fn judge(happened: &[Happened]) -> Result<(), String> {
    after(happened).1
}

fn fingerprint(happened: &[Happened]) -> u64 {
    let (monitor, verdict) = after(happened);
    assert_eq!(verdict, Ok(()));
    monitor.fingerprint()
}

fn event(happened: Happened) -> Event {
    let returns = |actor, reply| Event { actor, kind: Kind::Return { object: PURSE, reply } };
    match happened {
        Asks(actor, request) => {
            let request = Datum::new(request);
            Event { actor, kind: Kind::Invoke { object: PURSE, request } }
        }
        IsTold(actor, reply) => returns(actor, Ok(Datum::new(reply))),
        Fails(actor) => returns(actor, Err("lost".to_owned())),
        Crashes(actor) => crash(actor),
    }
}

#[test]
fn accepts_one_call_after_the_other() {
    let calls = [
        Asks(ALICE, Put),
        IsTold(ALICE, Some(2)),
        Asks(BOB, Take),
        IsTold(BOB, Some(1)),
        Asks(ALICE, Count),
        IsTold(ALICE, Some(1)),
    ];
    assert_eq!(judge(&calls), Ok(()));
}

#[test]
fn accepts_calls_that_overlap_in_either_order() {
    let overlap = |alices, bobs| {
        let both = [Asks(ALICE, Take), Asks(BOB, Take), IsTold(ALICE, alices), IsTold(BOB, bobs)];
        judge(&both)
    };
    assert_eq!(overlap(Some(0), None), Ok(()));
    assert_eq!(overlap(None, Some(0)), Ok(()));
    assert!(overlap(Some(0), Some(0)).is_err());
    assert!(overlap(None, None).is_err());
}

#[test]
fn accepts_that_a_call_takes_effect_before_it_is_answered() {
    let seen_early = [
        Asks(ALICE, Put),
        Asks(BOB, Count),
        IsTold(BOB, Some(2)),
        Asks(BOB, Take),
        IsTold(BOB, Some(1)),
        IsTold(ALICE, Some(2)),
    ];
    assert_eq!(judge(&seen_early), Ok(()));
}

#[test]
fn accepts_a_call_of_a_crashed_caller_at_once_later_and_never() {
    let crashed = [Asks(ALICE, Put), Crashes(ALICE), Asks(BOB, Count)];
    let then = |more: &[Happened]| judge(&[&crashed, more].concat());
    assert_eq!(then(&[IsTold(BOB, Some(2))]), Ok(()));
    let later = [IsTold(BOB, Some(1)), Asks(BOB, Count), IsTold(BOB, Some(2))];
    assert_eq!(then(&later), Ok(()));
    let never = [IsTold(BOB, Some(1)), Asks(BOB, Take), IsTold(BOB, Some(0))];
    assert_eq!(then(&never), Ok(()));
}

#[test]
fn accepts_a_failed_call_as_done_or_not_and_its_caller_goes_on() {
    let failed = [Asks(ALICE, Put), Fails(ALICE), Asks(ALICE, Count)];
    for seen in [1, 2] {
        assert_eq!(judge(&[&failed[..], &[IsTold(ALICE, Some(seen))]].concat()), Ok(()));
    }
}

#[test]
fn rejects_a_lost_update() {
    let lost = [Asks(ALICE, Put), Asks(BOB, Put), IsTold(ALICE, Some(2)), IsTold(BOB, Some(2))];
    let said = "r1 answered bob's \"Put\" with \"Some(2)\", which no order of the calls explains; \
                expected \"Some(3)\"";
    assert_eq!(judge(&lost), Err(said.to_owned()));
}

#[test]
fn rejects_a_stale_read_after_a_completed_write() {
    let stale = [Asks(ALICE, Put), IsTold(ALICE, Some(2)), Asks(BOB, Count), IsTold(BOB, Some(1))];
    assert!(judge(&stale).is_err());
    let overlaps =
        [Asks(ALICE, Put), Asks(BOB, Count), IsTold(ALICE, Some(2)), IsTold(BOB, Some(1))];
    assert_eq!(judge(&overlaps), Ok(()), "it may have come first");
}

#[test]
fn rejects_two_reads_that_go_back_in_time() {
    let back = [
        Asks(ALICE, Put),
        Asks(BOB, Count),
        IsTold(BOB, Some(2)),
        Asks(CAROL, Count),
        IsTold(CAROL, Some(1)),
    ];
    assert!(judge(&back).is_err(), "although alice was not answered yet");
}

#[test]
fn rejects_what_the_call_of_a_crashed_caller_does_twice() {
    let twice = [
        Asks(ALICE, Put),
        Crashes(ALICE),
        Asks(BOB, Take),
        IsTold(BOB, Some(1)),
        Asks(BOB, Count),
        IsTold(BOB, Some(2)),
    ];
    assert!(judge(&twice).is_err());
    let undone = [
        Asks(ALICE, Put),
        Crashes(ALICE),
        Asks(BOB, Count),
        IsTold(BOB, Some(2)),
        Asks(BOB, Count),
        IsTold(BOB, Some(1)),
    ];
    assert!(judge(&undone).is_err());
}

#[test]
fn remembers_what_can_still_matter_and_nothing_else() {
    let fresh = fingerprint(&[]);
    let there_and_back =
        [Asks(ALICE, Put), IsTold(ALICE, Some(2)), Asks(BOB, Take), IsTold(BOB, Some(1))];
    assert_eq!(fingerprint(&there_and_back), fresh, "who did it does not matter any more");
    assert_ne!(fingerprint(&there_and_back[..2]), fresh);
    let open = fingerprint(&[Asks(ALICE, Put)]);
    assert_ne!(open, fresh);
    assert_ne!(open, fingerprint(&[Asks(BOB, Put)]), "it is alice who is to be answered");
    assert_ne!(open, fingerprint(&[Asks(ALICE, Put), Crashes(ALICE)]), "or not at all");
    let orders = [
        [Asks(ALICE, Put), Asks(BOB, Count), Crashes(ALICE), Crashes(BOB)],
        [Asks(BOB, Count), Asks(ALICE, Put), Crashes(BOB), Crashes(ALICE)],
    ];
    assert_eq!(fingerprint(&orders[0]), fingerprint(&orders[1]));
}

#[test]
fn remembers_one_explanation_where_the_others_follow_from_it() {
    let all_open = [Asks(ALICE, Put), Asks(BOB, Put), Asks(CAROL, Count)];
    let (monitor, _) = after(&all_open);
    assert_eq!(monitor.configurations.len(), 1);
    let (monitor, _) = after(&[&all_open[..], &[IsTold(CAROL, Some(2))]].concat());
    assert_eq!(monitor.configurations.len(), 2, "either may have been first");
    let (monitor, _) = after(&[&all_open[..], &[IsTold(CAROL, Some(3))]].concat());
    assert_eq!(monitor.configurations.len(), 2, "both were, in either order");
}

#[test]
#[should_panic(expected = "7 is not a")]
fn refuses_a_request_of_another_type() {
    let kind = Kind::Invoke { object: PURSE, request: Datum::new(7) };
    let mut monitor = Linearizable::new(PURSE, Purse(1));
    let _ = told(&mut monitor, [Event { actor: ALICE, kind }]);
}

#[test]
fn a_clone_goes_its_own_way() {
    let (mut monitor, _) = after(&[Asks(ALICE, Put), Asks(BOB, Put)]);
    let mut clone = monitor.clone();
    assert_eq!(told(&mut monitor, [event(IsTold(ALICE, Some(2)))]), Ok(()));
    assert!(told(&mut monitor, [event(IsTold(BOB, Some(2)))]).is_err());
    assert_eq!(told(&mut clone, [event(IsTold(BOB, Some(2)))]), Ok(()));
}

#[test]
fn equal_memories_have_equal_futures() {
    let calls = |random: &mut Random, _| {
        let actor = random.pick(&[ALICE, BOB, CAROL]);
        let reply = random.pick(&[None, Some(0), Some(1), Some(2)]);
        event(match random.below(8) {
            0..3 => Asks(actor, random.pick(&[Put, Take, Count])),
            3..6 => IsTold(actor, reply),
            6 => Fails(actor),
            _ => Crashes(actor),
        })
    };
    check(&Linearizable::new(PURSE, Purse(1)), calls);
}
