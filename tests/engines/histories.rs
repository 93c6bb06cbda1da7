//! Histories of a bank, recorded while it is explored: which are linearizable, and which are not.

use std::sync::Arc;
use std::time::Duration;

use lockproof::bank::{Account, AccountNumber, Bank, Money, Outcome, Transaction};
use lockproof::explore::{
    LoomBounds, Search, Verdict, brute_force, exhaustive, loom, minimal, stress,
};
use lockproof::scenario::{BankOp, BankRet, Books, Budgets, Property, Scenario, World};
use lockproof::sync::{Mutex, Runtime, Shared};
use lockproof::trace::Kind;

fn number() -> AccountNumber {
    "11111".parse().expect("a number")
}

/// An account with 1.00.
fn account() -> Account {
    Account::new(number(), Money::from_minor(100))
}

fn withdrawal() -> Transaction {
    Transaction::new(number(), Money::from_minor(-70))
}

/// The bank that is checked everywhere: reads and writes under one acquisition.
#[derive(Clone)]
struct OneAcquisition;

impl Scenario for OneAcquisition {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let bank = Arc::new(Bank::<R>::new([account()]).expect("one account"));
        let history = world.history("bank", Books::new([account()]));
        for name in ["alice", "bob"] {
            let (bank, history) = (Arc::clone(&bank), history.clone());
            world.actor(name, move |_| history.call(withdrawal(), || bank.apply(&withdrawal())));
        }
        world.actor("carol", move |_| {
            for _ in 0..2 {
                history.call(BankOp::Balance(number()), || bank.balance(&number()));
            }
        });
    }
}

/// Reads under one acquisition, and writes under another.
#[derive(Clone)]
struct TwoAcquisitions;

impl Scenario for TwoAcquisitions {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let vault = Arc::new(Mutex::<R, Account>::new("account 11111", account()));
        let history = world.history("bank", Books::new([account()]));
        world.clients(2, move |_| history.call(withdrawal(), || in_two_steps(&vault)));
    }
}

fn in_two_steps<R: Runtime>(vault: &Mutex<R, Account>) -> Outcome {
    let mut account = vault.lock().clone();
    let outcome = account.apply(withdrawal().amount);
    *vault.lock() = account;
    outcome
}

#[test]
fn a_bank_that_reads_and_writes_under_one_acquisition_is_linearizable() {
    let exploration = exhaustive(&OneAcquisition, Search::default());
    assert_eq!(exploration.verdict, Verdict::Exhausted, "{exploration}");
    let every = brute_force(&OneAcquisition, Search::default());
    // Four steps of three actors, one, one and two.
    assert_eq!((every.verdict, every.executions), (Verdict::Exhausted, 12));
    let exploration = loom(&OneAcquisition, LoomBounds::default());
    assert_eq!(exploration.verdict, Verdict::Exhausted, "{exploration}");
    let exploration = stress(&OneAcquisition, 200);
    assert_eq!(exploration.verdict, Verdict::Sampled, "{exploration}");
}

#[test]
fn a_bank_that_reads_under_one_acquisition_and_writes_under_another_is_not() {
    let exploration = minimal(&TwoAcquisitions, Search::default());
    let violation = exploration.violation().expect("two withdrawals of 0.70 from 1.00");
    assert_eq!(violation.property, Property::Linearizable);
    assert_eq!(
        violation.detail,
        "bank answered alice's \"11111 -0.70\" with \"applied, 0.30\", which no order of the calls \
         explains; expected \"refused, only 0.30\""
    );
    assert_eq!(exploration.cost.map(|cost| (cost.preemptions, cost.faults)), Some((1, 0)));
    let schedule = exploration.schedule.expect("a sequentially consistent checker has one");
    assert_eq!(schedule.to_string(), "alice bob bob alice");
    let exploration = loom(&TwoAcquisitions, LoomBounds::default());
    let found = exploration.violation().map(|violation| violation.property);
    assert_eq!(found, Some(Property::Linearizable), "{exploration}");
}

#[test]
fn a_call_is_recorded_with_its_first_step_and_its_last() {
    let exploration = exhaustive(&TwoAcquisitions, Search::default());
    let trace = exploration.trace.expect("it breaks");
    let told: Vec<String> = (trace.events.iter())
        .filter_map(|event| {
            let what = match &event.kind {
                Kind::Lock { .. } => "locks".to_owned(),
                Kind::Invoke { request, .. } => format!("asks {request}"),
                Kind::Return { reply: Ok(reply), .. } => format!("is told {reply}"),
                _ => return None,
            };
            Some(format!("{} {what}", trace.actor(event.actor)))
        })
        .collect();
    assert_eq!(
        told,
        [
            "alice asks 11111 -0.70",
            "alice locks",
            "bob asks 11111 -0.70",
            "bob locks",
            "alice locks",
            "alice is told applied, 0.30",
            "bob locks",
            "bob is told applied, 0.30",
        ]
    );
}

/// Answers before the copy that others read is up to date.
#[derive(Clone)]
struct LateCopy;

impl Scenario for LateCopy {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let copy = Arc::new(Shared::<R, Account>::new("copy", account()));
        let history = world.history("bank", Books::new([account()]));
        let (written, calls) = (Arc::clone(&copy), history.clone());
        world.actor("alice", move |_| {
            let original = Shared::<R, Account>::new("original", account());
            let outcome = calls.call(withdrawal(), || {
                original.with("withdraw", |account| account.apply(withdrawal().amount))
            });
            let copied = written.with("copy", |account| account.apply(withdrawal().amount));
            (outcome, copied)
        });
        world.actor("bob", move |_| history.call(BankOp::Balance(number()), || read(&copy)));
    }
}

fn read<R: Runtime>(account: &Shared<R, Account>) -> Option<Money> {
    Some(account.with("read", |account| account.balance))
}

#[test]
fn a_call_begins_no_earlier_than_its_first_step() {
    let exploration = minimal(&LateCopy, Search::default());
    let violation = exploration.violation().expect("bob reads what alice has changed");
    assert!(violation.detail.starts_with("bank answered bob's"), "{violation}");
    let schedule = exploration.schedule.expect("a sequentially consistent checker has one");
    assert_eq!(schedule.to_string(), "alice bob");
}

/// What bob read before he slept is as old as his call.
#[derive(Clone)]
struct ReadsThenSleeps {
    /// Whether the call begins only after bob has looked.
    late: bool,
}

impl Scenario for ReadsThenSleeps {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let shared = Arc::new(Shared::<R, Account>::new("account 11111", account()));
        let history = world.history("bank", Books::new([account()]));
        let (withdrawn, calls, late) = (Arc::clone(&shared), history.clone(), self.late);
        world.actor("alice", move |me| {
            me.clock().sleep(Duration::from_millis(1));
            calls.call(withdrawal(), || {
                withdrawn.with("withdraw", |account| account.apply(withdrawal().amount))
            })
        });
        world.actor("bob", move |me| {
            let early = read(&shared);
            if late {
                me.clock().sleep(Duration::from_millis(2));
                history.call(BankOp::Balance(number()), || early)
            } else {
                history.call(BankOp::Balance(number()), || {
                    me.clock().sleep(Duration::from_millis(2));
                    early
                })
            }
        });
    }
}

#[test]
fn a_call_that_sleeps_began_before_it_slept() {
    let exploration = exhaustive(&ReadsThenSleeps { late: false }, Search::default());
    assert_eq!(exploration.verdict, Verdict::Exhausted, "{exploration}");
    let exploration = exhaustive(&ReadsThenSleeps { late: true }, Search::default());
    assert!(exploration.violation().is_some(), "{exploration}");
}

/// A withdrawal of two steps, the second of which is no more than an acknowledgement. Its actor may
/// crash before, between and after them, while another reads.
#[derive(Clone)]
struct Crashes {
    /// Whether the balance is put back after it was read: a withdrawal that was seen is gone.
    undone: bool,
}

impl Scenario for Crashes {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let shared = Arc::new(Shared::<R, Account>::new("account 11111", account()));
        let history = world.history("bank", Books::new([account()]));
        let (withdrawn, calls, undone) = (Arc::clone(&shared), history.clone(), self.undone);
        world.actor("alice", move |_| {
            calls.call(withdrawal(), || {
                let outcome =
                    withdrawn.with("withdraw", |account| account.apply(withdrawal().amount));
                withdrawn.with("acknowledge", |_| ());
                outcome
            })
        });
        world.actor("bob", move |_| {
            let balance = |_| history.call(BankOp::Balance(number()), || read(&shared));
            let seen = [1, 2].map(balance);
            if undone {
                shared.with("undo", |account| account.balance = Money::from_minor(100));
            }
            (seen, balance(3))
        });
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().crash("alice")
    }
}

#[test]
fn a_call_of_a_crashed_actor_has_taken_effect_or_has_not() {
    let exploration = exhaustive(&Crashes { undone: false }, Search::default());
    assert_eq!(exploration.verdict, Verdict::Exhausted, "{exploration}");
    let exploration = exhaustive(&Crashes { undone: true }, Search::default());
    let violation = exploration.violation().expect("what bob saw is gone");
    assert_eq!(violation.property, Property::Linearizable, "{violation}");
}

/// Withdrawals by so many clients, each of them in three steps of which the second does all.
#[derive(Clone)]
struct Overlap {
    clients: usize,
}

impl Scenario for Overlap {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let shared = Arc::new(Shared::<R, Account>::new("account 11111", account()));
        let history = world.history("bank", Books::new([account()]));
        world.clients(self.clients, move |_| {
            let outcome = history.try_call(withdrawal(), || {
                shared.with("knock", |_| ());
                let outcome = shared.with("withdraw", |account| account.apply(withdrawal().amount));
                shared.with("leave", |_| ());
                if outcome.is_applied() { Ok(outcome) } else { Err("the answer was lost") }
            });
            outcome.map(BankRet::from)
        });
    }
}

#[test]
fn clients_are_interchangeable_also_in_the_middle_of_their_calls() {
    for (clients, without, with) in [(2, 20, 11), (3, 104, 24)] {
        let states = |symmetry| {
            let search = Search { symmetry, ..Search::default() };
            let exploration = exhaustive(&Overlap { clients }, search);
            assert_eq!(exploration.verdict, Verdict::Exhausted, "{exploration}");
            exploration.states
        };
        assert_eq!((states(false), states(true)), (Some(without), Some(with)), "{clients}");
    }
}
