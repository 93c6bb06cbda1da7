//! The bank in Redis under random schedules, with the clock as an actor.

use lockproof::bank::{Account, Money, RemoteBank, Transaction};
use lockproof::explore::{Exploration, Sampling, Verdict, pct, random, urw};
use lockproof::lock::{Drift, RedisLock, Retry, Tokens};
use lockproof::redis::{Connection, Node};
use lockproof::scenario::{Budgets, Property, Scenario, World};
use lockproof::sync::{Clock, Runtime};

use crate::connection::ms;

/// Two tellers of one account; the clock may expire the lock at any two moments.
#[derive(Clone)]
struct Tellers {
    fenced: bool,
}

fn teller<R: Runtime>(name: &str, node: &Node<R>, clock: Clock<R>) -> RemoteBank<Connection<R>, R> {
    let lock = RedisLock::new(node.connect())
        .with_clock(clock)
        .with_tokens(Tokens::numbered(name))
        .with_retry(Retry::every(ms(50), 2))
        .with_drift(Drift::NONE);
    RemoteBank::new(lock).with_ttl(ms(100))
}

impl Scenario for Tellers {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let node = world.redis("redis");
        let mut setup = teller("setup", &node, world.clock());
        setup.lock_mut().load_scripts().unwrap();
        let number = "11111".parse().unwrap();
        setup.open(&[Account::new(number, Money::from_minor(1000))]).unwrap();
        let fenced = self.fenced;
        let done = std::sync::Arc::new(std::sync::Mutex::new(1000));
        for (name, amount) in [("alice", -50), ("bob", -300)] {
            let (node, done) = (node.clone(), done.clone());
            world.actor(name, move |actor| {
                let mut bank = teller(name, &node, actor.clock());
                if !fenced {
                    bank = bank.without_fence();
                }
                let number = "11111".parse().unwrap();
                let transaction = Transaction::new(number, Money::from_minor(amount));
                // An error says that nothing was changed: on this server no message is lost.
                if bank.apply(&transaction).is_ok_and(|outcome| outcome.is_applied()) {
                    *done.lock().unwrap() += amount;
                }
            });
        }
        world.finally(Property::ConservedBalance, move || {
            let mut connection = node.connect();
            let found: i64 = redis::cmd("GET")
                .arg("account:11111:balance")
                .query(&mut connection)
                .map_err(|error| error.to_string())?;
            let expected = *done.lock().unwrap();
            if found == expected {
                return Ok(());
            }
            Err(format!("the balance is {found}, and {expected} was agreed"))
        });
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().ticks(2)
    }
}

fn explorations(tellers: &Tellers, executions: u64) -> [Exploration; 3] {
    let sampling = Sampling { executions, ..Sampling::default() };
    [random(tellers, sampling), pct(tellers, 4, sampling), urw(tellers, sampling)]
}

#[test]
fn the_fence_conserves_money_wherever_the_lock_expires() {
    for exploration in explorations(&Tellers { fenced: true }, 1_000) {
        println!("{exploration}");
        assert!(matches!(exploration.verdict, Verdict::Sampled), "{exploration}");
        assert_eq!(exploration.executions, 1_000);
    }
}

#[test]
fn without_the_fence_money_is_lost() {
    for exploration in explorations(&Tellers { fenced: false }, 4_000) {
        println!("{exploration}");
        let broken = exploration.violation().map(|violation| violation.property);
        assert_eq!(broken, Some(Property::ConservedBalance), "{exploration}");
    }
}
