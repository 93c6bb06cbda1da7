//! A real server to compare with: the user's own, or a child of the test.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redis::Connection;

/// The user's own server is one for all tests, and each of them flushes it.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A real server, and the child process if it is our own.
pub struct Server {
    pub url: String,
    pub version: String,
    child: Option<Child>,
    /// It was empty, so what is in it now came from a test.
    ours: bool,
    _turn: MutexGuard<'static, ()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        match &mut self.child {
            Some(child) => {
                child.kill().ok();
                child.wait().ok();
            }
            None if self.ours => {
                // It may be gone, and this may be the way out of a panic.
                let con = redis::Client::open(self.url.as_str());
                let con = con.and_then(|client| client.get_connection());
                con.and_then(|mut con| redis::cmd("FLUSHALL").query::<()>(&mut con)).ok();
            }
            None => {}
        }
    }
}

impl Server {
    /// `None`, and a line that says why, if there is no server to compare with.
    pub fn start() -> Option<(Server, Connection)> {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let (url, child) = match std::env::var("LOCKPROOF_REDIS_URL") {
            Ok(url) => (url, None),
            Err(_) => spawn()?,
        };
        let mut server = Server { url, version: String::new(), child, ours: false, _turn: turn };
        let mut con = server.connect();
        let info: String = redis::cmd("INFO").arg("server").query(&mut con).unwrap();
        let version = info.lines().find_map(|line| line.strip_prefix("redis_version:"));
        server.version = version.unwrap_or("unknown").to_owned();
        let keys: u64 = redis::cmd("DBSIZE").query(&mut con).unwrap();
        assert_eq!(keys, 0, "{} holds keys, and this test flushes", server.url);
        server.ours = true;
        Some((server, con))
    }

    fn connect(&self) -> Connection {
        let client = redis::Client::open(self.url.as_str()).expect("a redis:// URL");
        let patience = Instant::now() + Duration::from_secs(10);
        loop {
            match client.get_connection() {
                Ok(con) => return con,
                Err(error) if Instant::now() > patience => panic!("{}: {error}", self.url),
                Err(_) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}

fn spawn() -> Option<(String, Option<Child>)> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let port = port.expect("a free loopback port").port().to_string();
    let child = Command::new("redis-server")
        .args(["--port", &port, "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match child {
        Ok(child) => Some((format!("redis://127.0.0.1:{port}/"), Some(child))),
        Err(error) => {
            println!("not run: no LOCKPROOF_REDIS_URL, and redis-server does not start: {error}");
            None
        }
    }
}
