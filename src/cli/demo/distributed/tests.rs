use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ::redis::{ErrorKind, RedisError};

use super::super::{built_in, server};
use super::*;
use crate::bank::Money;
use crate::redis::{Connection, Node};

/// Where a test reads what was printed.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Paper {
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

/// A server that accepts this many connections, and is lost after that.
#[derive(Clone)]
struct Mortal {
    node: Node<Std>,
    left: Arc<AtomicUsize>,
}

impl Mortal {
    fn after(connections: usize) -> Self {
        Mortal { node: server::simulated(), left: Arc::new(AtomicUsize::new(connections)) }
    }
}

impl Server for Mortal {
    type Connection = Connection<Std>;

    fn connect(&self) -> Result<Self::Connection, ServerError> {
        let less = |left: usize| left.checked_sub(1);
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less) {
            Ok(_) => Ok(self.node.connect()),
            Err(_) => Err(ServerError::Unreachable {
                address: self.address(),
                reason: RedisError::from((ErrorKind::Io, "gone")),
            }),
        }
    }

    fn address(&self) -> String {
        "host:1".to_owned()
    }
}

/// Runs a demo, and returns how it ended, its lines and its remarks.
fn run_on(
    server: &impl Server,
    input: Input,
) -> (Result<Status, Failure>, Vec<String>, Vec<String>) {
    let (lines, remarks) = (Paper::default(), Paper::default());
    let result = run(server, input, &Output::new(lines.clone(), remarks.clone()));
    (result, lines.lines(), remarks.lines())
}

fn keys_left(node: &Node<Std>) -> usize {
    node.peek(|keyspace, now| keyspace.entries(now).count())
}

const GONE: &str = "cannot reach a Redis server at host:1, having tried for up to 3s (gone - Io); \
    start one there, or leave out --redis to use the simulated one";

#[test]
fn no_key_is_left_of_accounts_that_are_open_or_looked_for() {
    let node = server::simulated();
    let mut input = built_in();
    let nobody = Transaction::new("33333".parse().unwrap(), Money::from_minor(1));
    input.transactions.push(nobody);
    let (result, lines, remarks) = run_on(&node, input);
    assert_eq!(result.unwrap(), Status::Success);
    assert!(lines.contains(&"Account 33333 not found. Transaction skipped.".to_owned()));
    assert_eq!(remarks, Vec::<String>::new());
    assert_eq!(keys_left(&node), 0);
}

#[test]
fn a_server_that_is_lost_leaves_transactions_undecided_and_says_so() {
    let (result, lines, remarks) = run_on(&Mortal::after(1), built_in());
    assert_eq!(result.unwrap(), Status::Shortfall);
    assert_eq!(lines.len(), 5);
    let first = format!("Transaction of -200.00 on account 11111 not decided: {GONE}");
    assert!(lines.contains(&first), "{lines:#?}");
    assert_eq!(remarks[0], "error: 5 of 5 transactions were not decided");
    let begin = "error: the final balances are not known, and the keys lockproof:demo:";
    let end = format!(":* may be left on the server: {GONE}");
    assert!(remarks[1].starts_with(begin) && remarks[1].ends_with(&end), "{}", remarks[1]);
    assert_eq!(remarks.len(), 2);
}

#[test]
fn a_server_that_is_lost_at_the_end_is_a_shortfall_though_all_was_decided() {
    let (result, lines, remarks) = run_on(&Mortal::after(6), built_in());
    assert_eq!(result.unwrap(), Status::Shortfall);
    assert_eq!((lines.len(), remarks.len()), (5, 1));
}

#[test]
fn a_server_that_is_lost_before_the_beginning_is_a_failure() {
    let (result, lines, remarks) = run_on(&Mortal::after(0), built_in());
    assert_eq!(result.unwrap_err().to_string(), GONE);
    assert_eq!((lines.len(), remarks.len()), (0, 0));
}

#[test]
fn many_accounts_and_transactions_are_no_different_from_few() {
    let node = server::simulated();
    let number = |index: usize| -> AccountNumber { format!("{index:05}").parse().unwrap() };
    let accounts = (0..ACCOUNTS + 1).map(|i| Account::new(number(i), Money::ZERO));
    let credit = |i| Transaction::new(number(i % 3), Money::from_minor(1));
    let input = Input {
        accounts: accounts.collect(),
        transactions: (0..TELLERS + 1).map(credit).collect(),
    };
    let (result, lines, _) = run_on(&node, input);
    assert_eq!(result.unwrap(), Status::Success);
    let balances = &lines[TELLERS + 2..];
    assert_eq!(balances[..2], ["Account 00000: 0.22", "Account 00001: 0.22"]);
    assert_eq!(balances[2..4], ["Account 00002: 0.21", "Account 00003: 0.00"]);
    assert_eq!(balances.len(), ACCOUNTS + 1);
    assert_eq!(keys_left(&node), 0);
}
