//! A real Redis server to test with: the user's own, or a child of the test.

// Each test binary uses a part of this.
#![allow(dead_code)]

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use redis::Connection;

/// A real server, and the child process if it is our own.
pub struct Server {
    pub url: String,
    child: Option<Child>,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

impl Server {
    /// The server at `LOCKPROOF_REDIS_URL`, or else one of our own; `None`, and a line that says why,
    /// if there is neither.
    pub fn find() -> Option<Server> {
        match std::env::var("LOCKPROOF_REDIS_URL") {
            Ok(url) => Some(Server { url, child: None }),
            Err(_) => Server::spawn(&[]),
        }
    }

    /// A server of our own, with these arguments besides. It need not answer yet.
    pub fn spawn(args: &[&str]) -> Option<Server> {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let port = port.expect("a free loopback port").port().to_string();
        let child = Command::new("redis-server")
            .args(["--port", &port, "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no"])
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match child {
            Ok(child) => {
                Some(Server { url: format!("redis://127.0.0.1:{port}/"), child: Some(child) })
            }
            Err(error) => {
                println!("not run: redis-server does not start: {error}");
                None
            }
        }
    }

    /// Whether it is the user's, and not a child of the test.
    pub fn is_the_users(&self) -> bool {
        self.child.is_none()
    }

    /// A connection, as soon as the server accepts one.
    pub fn connect(&self) -> Connection {
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
