//! A workload of the bank in Redis: each client applies one transaction to the same account.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lockproof::bank::{Account, BankError, Money, Outcome, RemoteBank, Transaction};
use lockproof::lock::{RedisLock, Tokens};
use lockproof::redis::{Keyspace, Node, Value};
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::Runtime;

use super::{Faults, NAMES, Patience};

const BALANCE: &str = "account:11111:balance";

#[derive(Clone, Debug, PartialEq)]
pub struct Banking {
    /// In minor units, a client each.
    pub amounts: Vec<i64>,
    pub opening: i64,
    pub ttl_ms: u64,
    pub faults: Faults,
    pub patience: Patience,
    /// How often a client begins again that has lost its lock.
    pub attempts: u32,
    /// Whether nobody has sent the scripts to the server before they are needed.
    pub cold: bool,
    pub fenced: bool,
}

/// What a client knows of its transaction in the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    /// It was done, and this was the balance then.
    Applied(i64),
    /// It was refused: there was not more than this.
    Refused(i64),
    /// It was not done: the account could not be locked for long enough.
    NotDone,
    /// Nothing: the client crashed before it knew.
    Nothing,
}

/// Whether some order of the transactions gives exactly these answers, and leaves this balance. One
/// that nobody was told of may have been done or not.
pub fn explained(before: i64, pending: &[(i64, Told)], after: i64) -> bool {
    if pending.is_empty() {
        return before == after;
    }
    (0..pending.len()).any(|next| {
        let mut rest = pending.to_vec();
        let (amount, told) = rest.remove(next);
        let sum = before + amount;
        let allowed = amount >= 0 || sum >= 0;
        let done = || allowed && explained(sum, &rest, after);
        let not_done = || explained(before, &rest, after);
        match told {
            Told::Applied(balance) => balance == sum && done(),
            Told::Refused(balance) => balance == before && !allowed && not_done(),
            Told::NotDone => not_done(),
            Told::Nothing => done() || not_done(),
        }
    })
}

impl Scenario for Banking {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let node = world.redis("redis");
        let ttl = Duration::from_millis(self.ttl_ms);
        world.guard_lock(&node, "account:11111:lock", ttl);
        world.guard_mark(&node, "account:11111:mark");
        world.guard_balance(&node, BALANCE);
        self.open(world, &node);
        // Not part of the model: looked at when all have ended.
        let told = Arc::new(Mutex::new(vec![Told::Nothing; self.amounts.len()]));
        for (client, name) in NAMES.iter().take(self.amounts.len()).enumerate() {
            let (workload, node, told) = (self.clone(), node.clone(), Arc::clone(&told));
            world.actor(name, move |me| {
                let lock = RedisLock::new(node.connect())
                    .with_clock(me.clock())
                    .with_tokens(Tokens::numbered(me.name()))
                    .with_retry(workload.patience.retry());
                let answer = workload.apply(lock, workload.amounts[client]);
                told.lock().unwrap_or_else(PoisonError::into_inner)[client] = answer;
            });
        }
        let (opening, amounts) = (self.opening, self.amounts.clone());
        world.finally(Property::ConservedBalance, move || {
            let told = told.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let pending: Vec<_> = amounts.into_iter().zip(told).collect();
            match node.peek(balance) {
                Some(balance) if explained(opening, &pending, balance) => Ok(()),
                left => Err(format!("no order explains {left:?} left of {opening}: {pending:?}")),
            }
        });
    }

    fn budgets(&self) -> Budgets {
        self.faults.budgets(self.amounts.len())
    }
}

impl Banking {
    fn open<R: Runtime>(&self, world: &World<R>, node: &Node<R>) {
        let account = Account::new("11111".parse().unwrap(), Money::from_minor(self.opening));
        let mut clerk = RemoteBank::new(RedisLock::new(node.connect()).with_clock(world.clock()));
        if !self.cold {
            clerk.lock_mut().load_scripts().expect("the server answers");
        }
        clerk.open(&[account]).expect("no account is open yet");
    }

    fn apply<R: Runtime>(
        &self,
        lock: RedisLock<lockproof::redis::Connection<R>, R>,
        amount: i64,
    ) -> Told {
        let ttl = Duration::from_millis(self.ttl_ms);
        let bank = RemoteBank::new(lock).with_ttl(ttl).with_attempts(self.attempts);
        let mut bank = if self.fenced { bank } else { bank.without_fence() };
        let transaction = Transaction::new("11111".parse().unwrap(), Money::from_minor(amount));
        match bank.apply(&transaction) {
            Ok(Outcome::Applied { balance }) => Told::Applied(balance.minor()),
            Ok(Outcome::InsufficientFunds { balance }) => Told::Refused(balance.minor()),
            Err(BankError::NotLocked(_) | BankError::LockLost { .. }) => Told::NotDone,
            other => panic!("the server always answers, and the amounts are small: {other:?}"),
        }
    }
}

fn balance(keyspace: &Keyspace, now_ms: u64) -> Option<i64> {
    match &keyspace.entry(BALANCE.as_bytes(), now_ms)?.value {
        Value::String(bytes) => String::from_utf8_lossy(bytes).parse().ok(),
        Value::List(_) => None,
    }
}

#[test]
fn the_oracle_accepts_what_some_order_explains() {
    let (debit, credit) = (-150, 60);
    let refused = [(debit, Told::Refused(100)), (credit, Told::Applied(160))];
    assert!(explained(100, &refused, 160));
    let late = [(debit, Told::Applied(10)), (credit, Told::Applied(160))];
    assert!(explained(100, &late, 10));
    for after in [100, 160] {
        assert!(explained(100, &[(credit, Told::Nothing)], after), "a crash leaves both open");
    }
    assert!(explained(100, &[(credit, Told::NotDone)], 100));
}

#[test]
fn the_oracle_rejects_what_a_race_would_leave() {
    let lost = [(10, Told::Applied(110)), (20, Told::Applied(120))];
    assert!(!explained(100, &lost, 120));
    let overdrawn = [(-60, Told::Applied(40)), (-60, Told::Applied(-20))];
    assert!(!explained(100, &overdrawn, -20));
    let twice = [(10, Told::Applied(110))];
    assert!(!explained(100, &twice, 120));
    assert!(!explained(100, &[(10, Told::NotDone)], 110));
    assert!(!explained(100, &[(10, Told::Nothing)], 120), "a crashed client has not done it twice");
    assert!(!explained(100, &[(-150, Told::Nothing)], -50));
    assert!(!explained(100, &[(-10, Told::Refused(100))], 100), "there was enough");
}
