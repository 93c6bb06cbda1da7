//! Clients of the bank in Redis: each applies one transaction to the same account.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use lockproof::bank::{Account, BankError, Money, Outcome, RemoteBank, Transaction};
use lockproof::lock::{RedisLock, Retry, Tokens};
use lockproof::redis::Keyspace;
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::Runtime;

const ACCOUNT: &str = "11111";
const OPENING: i64 = 10_000;
const TTL: Duration = Duration::from_millis(1000);

/// The scenario: amounts in minor units, a client each.
#[derive(Clone, Debug)]
pub struct Tellers {
    pub amounts: &'static [i64],
    pub fenced: bool,
    pub budgets: Budgets,
}

impl Scenario for Tellers {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let node = world.redis("redis");
        world.guard_lock(&node, &format!("account:{ACCOUNT}:lock"), TTL);
        world.guard_mark(&node, &format!("account:{ACCOUNT}:mark"));
        world.guard_balance(&node, &format!("account:{ACCOUNT}:balance"));
        let account = Account::new(ACCOUNT.parse().expect("a number"), Money::from_minor(OPENING));
        let mut clerk = RemoteBank::new(RedisLock::new(node.connect()).with_clock(world.clock()));
        clerk.lock_mut().load_scripts().expect("the server answers");
        clerk.open(std::slice::from_ref(&account)).expect("no account is open yet");
        // Not part of the model: what the tellers were told, looked at when they have ended. Each returns it
        // too, for explorers that remember states.
        let net = Arc::new(Mutex::new(0));
        for (name, amount) in super::clients::NAMES.iter().zip(self.amounts) {
            let (connection, net, fenced) = (node.connect(), Arc::clone(&net), self.fenced);
            let transaction = Transaction::new(account.number.clone(), Money::from_minor(*amount));
            world.actor(name, move |me| {
                let lock = RedisLock::new(connection)
                    .with_clock(me.clock())
                    .with_tokens(Tokens::numbered(me.name()))
                    .with_retry(Retry::once());
                let bank = RemoteBank::new(lock).with_ttl(TTL).with_attempts(1);
                let mut bank = if fenced { bank } else { bank.without_fence() };
                let applied = match bank.apply(&transaction) {
                    Ok(Outcome::Applied { .. }) => transaction.amount.minor(),
                    Ok(_) | Err(BankError::NotLocked(_) | BankError::LockLost { .. }) => 0,
                    Err(other) => panic!("the server always answers: {other}"),
                };
                *net.lock().expect("no teller panics") += applied;
                applied
            });
        }
        world.finally(Property::ConservedBalance, move || {
            let net = *net.lock().expect("no teller panics");
            match node.peek(balance) {
                Some(balance) if balance == OPENING + net => Ok(()),
                found => Err(format!("{OPENING} and {net} made {found:?}")),
            }
        });
    }

    fn budgets(&self) -> Budgets {
        self.budgets.clone()
    }
}

fn balance(keyspace: &Keyspace, now_ms: u64) -> Option<i64> {
    let entry = keyspace.entry(format!("account:{ACCOUNT}:balance").as_bytes(), now_ms)?;
    match &entry.value {
        lockproof::redis::Value::String(bytes) => String::from_utf8_lossy(bytes).parse().ok(),
        lockproof::redis::Value::List(_) => None,
    }
}
