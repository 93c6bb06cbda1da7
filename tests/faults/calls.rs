//! Calls whose first command is held back.

use lockproof::scenario::{Budgets, Scenario, SequentialSpec, World};
use lockproof::sync::Runtime;
use redis::{Commands, RedisResult};

/// A register that holds a number, 0 at first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Register(i64);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Ask {
    Read,
    Write(i64),
}

impl SequentialSpec for Register {
    type Request = Ask;
    type Reply = i64;

    fn apply(&mut self, request: &Ask) -> i64 {
        if let Ask::Write(value) = request {
            self.0 = *value;
        }
        self.0
    }
}

/// Alice writes, and looks in the same call what has come of it, whether or not she was answered. Bob
/// reads.
#[derive(Clone, Debug)]
pub struct WriteAndLook;

impl Scenario for WriteAndLook {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let server = world.redis("redis");
        let register = world.history("register", Register::default());
        let (mut connection, writes) = (server.connect(), register.clone());
        world.actor("alice", move |_| {
            let written = writes.try_call(Ask::Write(1), || -> RedisResult<i64> {
                let sent: RedisResult<()> = connection.set("n", 1);
                let found: Option<i64> = connection.get("n")?;
                sent.map(|()| found.unwrap_or_default())
            });
            written.is_ok()
        });
        let mut connection = server.connect();
        world.actor("bob", move |_| {
            register.call(Ask::Read, || {
                let found: Option<i64> = connection.get("n").expect("bob is answered");
                found.unwrap_or_default()
            })
        });
    }

    fn budgets(&self) -> Budgets {
        Budgets::none().delay("alice", 1)
    }
}
