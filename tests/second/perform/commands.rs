//! What an actor asks of servers.

use std::time::Duration;

use lockproof::sync::Runtime;
use redis::{Cmd, RedisResult, Script, Value, cmd};

use super::actor::Performer;
use super::memory::formed;
use super::texts::{shown, text};
use crate::plan::Form;

const KEYS: [&str; 4] = ["lock", "n", "text", "list"];
const SCRIPTS: [&str; 4] = [
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0",
    "redis.call('RPUSH', KEYS[2], ARGV[1]) return redis.call('LRANGE', KEYS[2], 0, -1)",
    "local n = redis.call('INCR', KEYS[3]) if n % 2 == 0 then return {n, ARGV[1]} end return n",
    "if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', 2) then return redis.call('PTTL', KEYS[1]) end \
     return ARGV[1]",
];

/// Commands.
impl<R: Runtime> Performer<'_, R> {
    fn command(&mut self, server: u8, command: &Cmd) {
        let reply = command.query(&mut self.env.servers[usize::from(server)].connect());
        self.answer(reply);
    }

    fn answer(&mut self, reply: RedisResult<Value>) {
        match reply {
            Ok(Value::Int(number)) => self.memory.learn(number.rem_euclid(1_000) as u64, "int"),
            Ok(value) => self.memory.learn(1, text(&value)),
            Err(error) if error.is_timeout() => self.memory.learn(7, "no answer"),
            Err(error) => self.memory.learn(8, format!("error {:?}", error.code())),
        }
    }

    pub fn set_nx(&mut self, server: u8, form: Form, ms: u8) {
        let token = self.formed(form);
        self.command(server, cmd("SET").arg("lock").arg(token).arg("NX").arg("PX").arg(ms));
    }

    pub fn set_px(&mut self, server: u8, form: Form, ms: u8) {
        let mut set = cmd("SET");
        set.arg("text").arg(format!("{}={}", self.formed(form), self.memory.number));
        if ms > 0 {
            set.arg("PX").arg(ms);
        }
        self.command(server, &set);
    }

    pub fn get(&mut self, server: u8, key: u8) {
        let own = format!("of-{}", self.name);
        let key = if key == 3 { own.as_str() } else { KEYS[usize::from(key)] };
        self.command(server, cmd("GET").arg(key));
    }

    pub fn del(&mut self, server: u8, key: u8) {
        self.command(server, cmd("DEL").arg(KEYS[usize::from(key)]));
    }

    pub fn incr(&mut self, server: u8) {
        self.command(server, cmd("INCR").arg("n"));
    }

    pub fn rpush(&mut self, server: u8, form: Form) {
        let item = self.formed(form);
        self.command(server, cmd("RPUSH").arg("list").arg(item));
    }

    pub fn lpop(&mut self, server: u8) {
        self.command(server, cmd("LPOP").arg("list"));
    }

    pub fn lrange(&mut self, server: u8) {
        self.command(server, cmd("LRANGE").arg("list").arg(0).arg(-1));
    }

    pub fn pttl(&mut self, server: u8) {
        self.command(server, cmd("PTTL").arg("lock"));
    }

    pub fn blpop(&mut self, server: u8, time: u8) {
        let time = ["0", "0.002", "0.003"][usize::from(time)];
        self.command(server, cmd("BLPOP").arg("list").arg(time));
    }

    pub fn peek_server(&mut self, server: u8) {
        let word = self.env.servers[usize::from(server)].peek(|keyspace, now| {
            keyspace.entry(b"lock", now).map(|entry| shown(&entry.value)).unwrap_or_default()
        });
        self.memory.learn(2, word);
    }
}

/// Scripts and transactions.
impl<R: Runtime> Performer<'_, R> {
    pub fn eval(&mut self, server: u8, script: u8, form: Form) {
        self.run_script(server, cmd("EVAL").arg(SCRIPTS[usize::from(script)]), form);
    }

    pub fn eval_sha(&mut self, server: u8, script: u8, form: Form) {
        let script = Script::new(SCRIPTS[usize::from(script)]);
        self.run_script(server, cmd("EVALSHA").arg(script.get_hash()), form);
    }

    fn run_script(&mut self, server: u8, script: &mut Cmd, form: Form) {
        let own = format!("of-{}", self.name);
        let third = if self.memory.number.is_multiple_of(2) { "n" } else { &own };
        script.arg(3).arg(&["lock", "list", third]).arg(self.formed(form));
        self.command(server, script);
    }

    pub fn load_script(&mut self, server: u8, script: u8) {
        let code = SCRIPTS[usize::from(script)];
        self.command(server, cmd("SCRIPT").arg("LOAD").arg(code));
    }

    pub fn flush(&mut self, server: u8) {
        self.command(server, cmd("SCRIPT").arg("FLUSH"));
    }

    pub fn transaction(&mut self, server: u8, form: Form) {
        let mut pipe = redis::pipe();
        pipe.atomic().cmd("INCR").arg("n");
        pipe.cmd("RPUSH").arg("list").arg(self.formed(form));
        pipe.cmd("GET").arg("lock");
        let reply = pipe.query(&mut self.env.servers[usize::from(server)].connect());
        self.answer(reply);
    }
}

/// A lock, with what the actor believes of it.
impl<R: Runtime> Performer<'_, R> {
    pub fn acquire(&mut self, form: Form, ms: u8) {
        let token = formed(form, self.name, 0);
        let began = self.env.clock.peek_ms();
        self.command(0, cmd("SET").arg("lock").arg(&token).arg("NX").arg("PX").arg(ms));
        if self.memory.word == "Okay" {
            let until = Duration::from_millis(began + u64::from(ms));
            self.me.iter().for_each(|me| me.believe("lock", &token, Some(until)));
        }
    }

    pub fn release(&mut self, form: Form) {
        let token = formed(form, self.name, 0);
        self.me.iter().for_each(|me| me.disbelieve("lock", &token));
        self.command(0, cmd("EVAL").arg(SCRIPTS[0]).arg(1).arg("lock").arg(&token));
    }
}
