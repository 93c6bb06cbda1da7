//! A real server to compare with, empty and to be flushed.

use std::sync::{Mutex, MutexGuard, PoisonError};

use redis::Connection;

use crate::server::Server;

/// The user's own server is one for all tests, and each of them flushes it.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A server that was empty, so what is in it now came from a test.
pub struct Empty {
    pub version: String,
    server: Server,
    _turn: MutexGuard<'static, ()>,
}

impl Drop for Empty {
    fn drop(&mut self) {
        if self.server.is_the_users() {
            // It may be gone, and this may be the way out of a panic.
            let con = redis::Client::open(self.server.url.as_str());
            let con = con.and_then(|client| client.get_connection());
            con.and_then(|mut con| redis::cmd("FLUSHALL").query::<()>(&mut con)).ok();
        }
    }
}

impl Empty {
    /// Another connection to the same server.
    pub fn connect(&self) -> Connection {
        self.server.connect()
    }

    /// `None`, and a line that says why, if there is no server to compare with.
    pub fn start() -> Option<(Empty, Connection)> {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let server = Server::find()?;
        let mut con = server.connect();
        let info: String = redis::cmd("INFO").arg("server").query(&mut con).unwrap();
        let version = info.lines().find_map(|line| line.strip_prefix("redis_version:"));
        let version = version.unwrap_or("unknown").to_owned();
        let keys: u64 = redis::cmd("DBSIZE").query(&mut con).unwrap();
        assert_eq!(keys, 0, "{} holds keys, and this test flushes", server.url);
        Some((Empty { version, server, _turn: turn }, con))
    }
}
