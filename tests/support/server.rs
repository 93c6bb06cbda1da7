//! A real Redis server to test with: the user's own, or a child of the test.

// Each test binary uses a part of this.
#![allow(dead_code)]

use std::env::VarError;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use redis::{Connection, ErrorKind};

/// Names the user's own server.
pub const VARIABLE: &str = "LOCKPROOF_REDIS_URL";

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
    /// if there is neither. A variable that is set and of no use is a failure: somebody relies on it.
    pub fn find() -> Option<Server> {
        match std::env::var(VARIABLE) {
            Ok(url) => Some(Server { url, child: None }),
            Err(VarError::NotPresent) => Server::spawn(&[]),
            Err(VarError::NotUnicode(url)) => panic!("{VARIABLE} is {url:?}, which is no URL"),
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

    /// A connection, as soon as the server accepts one. That of the user should be there by now.
    pub fn connect(&self) -> Connection {
        let (whose, seconds) = match &self.child {
            Some(_) => (format!("the redis-server that was started for {}", self.url), 10),
            // It may have a password in it, and a log may be public.
            None => (format!("the server that {VARIABLE} names"), 1),
        };
        let patience = Instant::now() + Duration::from_secs(seconds);
        loop {
            let client = redis::Client::open(self.url.as_str());
            let con = client.and_then(|it| it.get_connection_with_timeout(Duration::from_secs(5)));
            match con {
                Ok(con) => return con,
                Err(error) if error.kind() == ErrorKind::InvalidClientConfig => {
                    panic!("{VARIABLE} is no URL of a Redis server: {error}")
                }
                Err(error) if Instant::now() > patience => {
                    panic!("{whose} cannot be reached, so nothing was compared with it: {error}")
                }
                Err(_) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}
