//! The bank in Redis, one bad moment at a time.

use lockproof::bank::{Account, AccountNumber, BankError, Money, Outcome, RemoteBank, Transaction};
use lockproof::lock::AcquireError;
use lockproof::redis::Node;
use lockproof::sync::Std;

use crate::connection::Fate::{After, Fine, Late, ReplyLost, RequestLost};
use crate::connection::{Fate, Server, Wire, ms};

fn account(number: &str, minor: i64) -> Account {
    Account::new(number.parse().unwrap(), Money::from_minor(minor))
}

fn transaction(account: &str, minor: i64) -> Transaction {
    Transaction::new(account.parse().unwrap(), Money::from_minor(minor))
}

fn applied(minor: i64) -> Outcome {
    let balance = Money::from_minor(minor);
    Outcome::Applied { balance }
}

/// A server on which account 11111 has 1000 minor units.
fn server() -> Server {
    let server = Server::new();
    let (mut bank, _) = client(&server, "teller");
    bank.open(&[account("11111", 1000)]).unwrap();
    server
}

fn client(server: &Server, name: &str) -> (RemoteBank<Wire>, Wire) {
    let (lock, wire) = server.client(name);
    (RemoteBank::new(lock).with_ttl(ms(100)), wire)
}

fn balance(node: &Node<Std>) -> i64 {
    let mut connection = node.connect();
    let get = redis::cmd("GET").arg("account:11111:balance").query(&mut connection);
    get.unwrap()
}

/// alice's client stands still for longer than her TTL, and bob withdraws 300 meanwhile.
fn bobs_turn(server: &Server) -> Fate {
    let (mut bob, _) = client(server, "bob");
    let clock = server.clock.clone();
    After(Box::new(move || {
        clock.advance_to(clock.peek_ms() + 100);
        let outcome = bob.apply(&transaction("11111", -300)).unwrap();
        assert!(outcome.is_applied());
    }))
}

#[test]
fn the_five_transactions_of_the_seed_end_as_they_do_there() {
    let server = Server::new();
    let (mut bank, _) = client(&server, "teller");
    let opening = [account("11111", 100_000), account("22222", 200_000)];
    bank.open(&opening).unwrap();
    let batch = [
        ("11111", -20_000, applied(80_000)),
        ("11111", 30_000, applied(110_000)),
        ("22222", -50_000, applied(150_000)),
        ("22222", -300_000, Outcome::InsufficientFunds { balance: Money::from_minor(150_000) }),
        ("11111", 10_000, applied(120_000)),
    ];
    for (account, amount, outcome) in batch {
        let transaction = transaction(account, amount);
        assert_eq!(bank.apply(&transaction).unwrap(), outcome);
    }
    let numbers: Vec<AccountNumber> = opening.map(|account| account.number).into();
    let audit = bank.balances(&numbers).unwrap();
    let minor: Vec<i64> = audit.balances.iter().map(|(_, balance)| balance.minor()).collect();
    assert_eq!(minor, [120_000, 150_000]);
    assert_eq!(server.ask::<i64>("EXISTS account:11111:lock account:22222:lock"), 0);
}

#[test]
fn what_the_bank_refuses_changes_nothing() {
    let server = server();
    let (mut bank, _) = client(&server, "teller");
    let unknown = bank.apply(&transaction("99999", 5)).unwrap();
    assert_eq!(unknown, Outcome::UnknownAccount);
    let balance_1000 = Money::from_minor(1000);
    let overflow = bank.apply(&transaction("11111", i64::MAX)).unwrap();
    assert_eq!(overflow, Outcome::Overflow { balance: balance_1000 });
    assert_eq!(balance(&server.node), 1000);
    assert_eq!(server.ask::<i64>("EXISTS account:99999:balance account:11111:lock"), 0);
}

#[test]
fn accounts_are_opened_all_or_none_and_never_twice() {
    let server = server();
    let (mut bank, _) = client(&server, "teller");
    let error = bank.open(&[account("22222", 1), account("11111", 5)]).unwrap_err();
    assert_eq!(error.to_string(), "account 11111 exists already; none was opened");
    assert_eq!(balance(&server.node), 1000);
    let error = bank.balances(&["22222".parse().unwrap()]).unwrap_err();
    assert!(matches!(error, BankError::NotOpen(number) if number.as_str() == "22222"));
    bank.open(&[]).unwrap();
    assert!(bank.balances(&[]).unwrap().balances.is_empty());
    bank.reset(&[account("11111", 7)]).unwrap();
    assert_eq!(balance(&server.node), 7);
}

#[test]
fn an_account_that_is_locked_is_an_error_and_nothing_is_dropped_in_silence() {
    let server = server();
    let ((mut bank, _), (mut other, _)) = (client(&server, "teller"), server.client("other"));
    let _held = other.acquire("account:11111:lock", ms(100)).unwrap();
    let error = bank.apply(&transaction("11111", 5)).unwrap_err();
    assert!(matches!(error, BankError::NotLocked(AcquireError::Taken { .. })), "{error}");
}

/// The four commands of a transaction: acquire, read, write, release. Whichever answer or request is
/// lost, a credit that is said to be applied was applied once.
#[test]
fn a_credit_is_applied_once_whichever_message_is_lost() {
    for at in [0, 2, 3] {
        for fate in [ReplyLost, RequestLost, Late] {
            let server = server();
            let (mut bank, wire) = client(&server, "teller");
            let mut fates: Vec<Fate> = (0..at).map(|_| Fine).collect();
            fates.push(fate);
            wire.plan(fates);
            let outcome = bank.apply(&transaction("11111", 5)).unwrap();
            assert_eq!((outcome, balance(&server.node)), (applied(1005), 1005));
            wire.deliver();
            assert_eq!(balance(&server.node), 1005);
        }
    }
}

#[test]
fn a_balance_that_cannot_be_read_is_not_written() {
    let server = server();
    let (mut bank, wire) = client(&server, "teller");
    wire.plan([Fine, ReplyLost]);
    let error = bank.apply(&transaction("11111", 5)).unwrap_err();
    assert!(matches!(error, BankError::Unreadable(_)), "{error}");
    server.ask::<()>("SET account:11111:balance 12.5");
    let error = bank.apply(&transaction("11111", 5)).unwrap_err();
    assert!(matches!(error, BankError::Unreadable(_)), "{error}");
    assert_eq!(server.ask::<String>("GET account:11111:balance"), "12.5");
}

#[test]
fn a_write_that_nobody_answers_is_unknown() {
    for (fate, left) in [(ReplyLost, 1005), (RequestLost, 1000)] {
        let server = server();
        let (mut bank, wire) = client(&server, "teller");
        wire.plan([Fine, Fine, fate, RequestLost]);
        let error = bank.apply(&transaction("11111", 5)).unwrap_err();
        assert!(matches!(error, BankError::Unknown(_)), "{error}");
        assert_eq!(balance(&server.node), left);
    }
}

/// The answer to alice's write is lost, and bob comes before she asks again: whether hers was carried
/// out she cannot know, and must not say.
#[test]
fn a_stale_second_answer_does_not_settle_a_lost_first_one() {
    for fate in [ReplyLost, RequestLost] {
        let server = server();
        let (mut alice, wire) = client(&server, "alice");
        wire.plan([Fine, Fine, fate, bobs_turn(&server)]);
        let error = alice.apply(&transaction("11111", 5)).unwrap_err();
        assert!(matches!(error, BankError::Unknown(_)), "{error}");
    }
}

/// Before the read, or before the write: after every look that alice could take at her lease.
#[test]
fn a_client_that_loses_its_lock_starts_again_and_loses_no_money() {
    for at in [1, 2] {
        let server = server();
        let (mut alice, wire) = client(&server, "alice");
        let mut fates: Vec<Fate> = (0..at).map(|_| Fine).collect();
        fates.push(bobs_turn(&server));
        wire.plan(fates);
        let outcome = alice.apply(&transaction("11111", -50)).unwrap();
        assert_eq!((outcome, balance(&server.node)), (applied(650), 650));
    }
}

#[test]
fn a_client_without_a_fence_overwrites_what_the_next_holder_wrote() {
    let server = server();
    let (alice, wire) = client(&server, "alice");
    let mut alice = alice.without_fence();
    wire.plan([Fine, Fine, bobs_turn(&server)]);
    let outcome = alice.apply(&transaction("11111", -50)).unwrap();
    assert_eq!((outcome, balance(&server.node)), (applied(950), 950), "bob's 300 are back");
}

#[test]
fn a_lock_that_is_lost_each_time_is_an_error_and_nothing_is_written() {
    let server = server();
    let (alice, wire) = client(&server, "alice");
    let mut alice = alice.with_attempts(2);
    // acquire, read, write, release; and once more.
    wire.plan([Fine, Fine, bobs_turn(&server), Fine, Fine, Fine, bobs_turn(&server)]);
    let error = alice.apply(&transaction("11111", -50)).unwrap_err();
    assert!(matches!(error, BankError::LockLost { attempts: 2, .. }), "{error}");
    assert_eq!(balance(&server.node), 400);
}

#[test]
fn a_lease_that_has_run_out_is_noticed_before_the_write() {
    let server = server();
    let (alice, wire) = client(&server, "alice");
    let mut alice = alice.without_fence().with_attempts(1);
    let clock = server.clock.clone();
    wire.plan([Fine, After(Box::new(move || clock.advance_to(100)))]);
    let error = alice.apply(&transaction("11111", -50)).unwrap_err();
    assert!(matches!(error, BankError::LockLost { .. }), "{error}");
    assert_eq!(balance(&server.node), 1000);
}
