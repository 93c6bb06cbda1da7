//! A connection to the simulated server on which things go wrong when the test says so.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lockproof::lock::{Drift, Lease, RedisLock, Retry, Tokens};
use lockproof::redis::{Connection, Node};
use lockproof::sync::{Clock, Std};
use redis::{Cmd, ConnectionLike, FromRedisValue, RedisResult, Value};

/// What happens to one command.
pub enum Fate {
    /// It is carried out, and answered.
    Fine,
    /// It is carried out, and the answer is lost.
    ReplyLost,
    /// It never arrives.
    RequestLost,
    /// It gets no answer, and arrives when [`Wire::deliver`] says so.
    Late,
    /// This happens first, and then it is carried out and answered.
    After(Box<dyn FnOnce() + Send>),
}

/// A client's connection; commands beyond the planned ones fare well. Clones share the plan.
#[derive(Clone)]
pub struct Wire {
    connection: Arc<Mutex<Connection<Std>>>,
    fates: Arc<Mutex<VecDeque<Fate>>>,
    late: Arc<Mutex<Vec<Cmd>>>,
}

impl Wire {
    /// What happens to the next commands.
    pub fn plan(&self, fates: impl IntoIterator<Item = Fate>) {
        let mut planned = self.fates.lock().unwrap();
        assert!(planned.is_empty(), "an earlier plan has not come about");
        planned.extend(fates);
    }

    /// Lets the late commands arrive, after all. Says how many there were.
    pub fn deliver(&self) -> usize {
        let late = std::mem::take(&mut *self.late.lock().unwrap());
        for cmd in &late {
            let _ = self.connection.lock().unwrap().req_command(cmd);
        }
        late.len()
    }

    fn carry_out(&self, cmd: &Cmd) -> RedisResult<Value> {
        self.connection.lock().unwrap().req_command(cmd)
    }
}

impl ConnectionLike for Wire {
    fn req_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        let fate = self.fates.lock().unwrap().pop_front();
        match fate.unwrap_or(Fate::Fine) {
            Fate::Fine => return self.carry_out(cmd),
            Fate::After(happens) => {
                happens();
                return self.carry_out(cmd);
            }
            Fate::ReplyLost => drop(self.carry_out(cmd)),
            Fate::RequestLost => {}
            Fate::Late => self.late.lock().unwrap().push(cmd.clone()),
        }
        Err(io::Error::from(io::ErrorKind::ConnectionReset).into())
    }

    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        self.connection.lock().unwrap().req_packed_command(cmd)
    }

    fn req_packed_commands(&mut self, cmd: &[u8], at: usize, n: usize) -> RedisResult<Vec<Value>> {
        self.connection.lock().unwrap().req_packed_commands(cmd, at, n)
    }

    fn get_db(&self) -> i64 {
        0
    }

    fn check_connection(&mut self) -> bool {
        true
    }

    fn is_open(&self) -> bool {
        true
    }
}

/// A simulated server and its time, which is also everybody else's.
pub struct Server {
    pub node: Node<Std>,
    pub clock: Clock<Std>,
}

impl Server {
    /// A server that knows the scripts.
    pub fn new() -> Self {
        let clock = Clock::virtual_time();
        let server = Self { node: Node::new("redis", clock.clone()), clock };
        server.client("setup").0.load_scripts().unwrap();
        server
    }

    /// A client that does not try again, and whose clock is the server's.
    pub fn client(&self, name: &str) -> (RedisLock<Wire>, Wire) {
        let wire = Wire {
            connection: Arc::new(Mutex::new(self.node.connect())),
            fates: Arc::default(),
            late: Arc::default(),
        };
        let lock = RedisLock::new(wire.clone())
            .with_clock(self.clock.clone())
            .with_tokens(Tokens::numbered(name))
            .with_retry(Retry::once())
            .with_drift(Drift::NONE);
        (lock, wire)
    }

    /// Lets time pass.
    pub fn pass(&self, millis: u64) {
        self.clock.advance_to(self.clock.peek_ms() + millis);
    }

    /// The token in the lock `k`.
    pub fn holder(&self) -> Option<String> {
        self.ask("GET k")
    }

    /// The server keeps the lock `k` at least as long as the client believes in it.
    #[track_caller]
    pub fn keeps(&self, lease: &Lease) {
        let kept = self.ask::<i64>("PTTL k");
        let believed = lease.remaining(ms(self.clock.peek_ms())).as_millis();
        assert!(believed <= kept.try_into().unwrap(), "{believed} > {kept}");
    }

    /// The answer to a command, written as for `redis-cli`.
    pub fn ask<T: FromRedisValue>(&self, line: &str) -> T {
        let mut words = line.split(' ');
        let mut cmd = redis::cmd(words.next().unwrap());
        words.for_each(|word| {
            cmd.arg(word);
        });
        cmd.query(&mut self.node.connect()).unwrap()
    }
}

pub const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
