//! `--redis`: a server that is well, and what is said of one that is not.

use std::io::Write;
use std::net::TcpListener;
use std::thread;

use redis::Commands;

use crate::demos::assert_the_seeds_balances;
use crate::program::{Run, run};
use crate::server::Server;

fn demo(url: &str) -> Run {
    run(&["demo", "distributed", "--redis", url])
}

/// The one remark of a run that did nothing, without the reason that the system gives.
fn assert_failed_between(run: &Run, begin: &str, end: &str) {
    let [remark] = &run.remarks[..] else {
        panic!("one sentence, and not {run:#?}");
    };
    assert!(remark.starts_with(begin), "{remark}");
    assert!(remark.ends_with(end), "{remark}");
    assert_eq!((run.code, run.lines.len()), (Some(2), 0));
}

const WHAT_TO_DO: &str = "; start one there, or leave out --redis to use the simulated one";

#[test]
fn a_closed_port_is_one_sentence_with_address_attempt_and_advice() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let begin = format!(
        "error: cannot reach a Redis server at {address}, having tried for up to 3s (Connection refused"
    );
    let run = demo(&format!("redis://:secret@{address}"));
    assert_failed_between(&run, &begin, WHAT_TO_DO);
}

#[test]
fn a_server_that_never_answers_is_not_waited_for_for_ever() {
    // Bound and never accepted from: the system completes the connection all the same.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let begin = format!("error: cannot reach a Redis server at {address}, having tried");
    assert_failed_between(&demo(&format!("redis://{address}")), &begin, WHAT_TO_DO);
}

#[test]
fn a_server_that_speaks_another_protocol_is_told_from_redis() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let answering = thread::spawn(move || {
        let (mut client, _) = other.accept().unwrap();
        let _ = client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n<html>\n</html>");
        // Not closed before the client is done: what it has not read would be lost.
        let _ = std::io::copy(&mut client, &mut std::io::sink());
    });
    let run = demo(&format!("redis://{address}"));
    let begin = format!(
        "error: the server at {address} answers, but not as a Redis server that can be worked with ("
    );
    assert_failed_between(&run, &begin, "); check host, port and database");
    answering.join().unwrap();
}

#[test]
fn a_url_that_makes_no_sense_is_said_to_and_its_password_is_not_repeated() {
    for (url, shown) in [
        ("nonsense", "nonsense"),
        ("http://localhost:6379", "http://localhost:6379"),
        ("redis://me:secret@host:port", "redis://…@host:port"),
    ] {
        demo(url).assert_failed(&format!(
            "cannot use {shown:?} as the address of a Redis server (Redis URL did not parse - \
            InvalidClientConfig); expected redis://[user:password@]host[:port][/database]"
        ));
    }
}

#[test]
fn a_real_server_ends_in_the_same_balances_and_keeps_nothing_but_what_it_had() {
    let Some(server) = Server::find() else {
        return;
    };
    let mut connection = server.connect();
    // What a bank with no prefix would take for its own.
    let theirs = "account:11111:balance";
    let had: Option<String> = connection.get(theirs).unwrap();
    let had = had.unwrap_or_else(|| {
        let _: () = connection.set(theirs, "theirs").unwrap();
        "theirs".to_owned()
    });
    for _ in 0..3 {
        assert_the_seeds_balances(&demo(&server.url));
    }
    let left: Vec<String> = connection.keys("lockproof:demo:*").unwrap();
    assert_eq!(left, Vec::<String>::new());
    let have: String = connection.get(theirs).unwrap();
    assert_eq!(have, had);
    if had == "theirs" {
        let _: () = connection.del(theirs).unwrap();
    }
}

#[test]
fn a_server_that_demands_a_password_is_told_from_one_that_is_lost() {
    let Some(server) = Server::spawn(&["--requirepass", "secret"]) else {
        return;
    };
    drop(server.connect());
    let address = server.url.trim_start_matches("redis://").trim_end_matches('/');
    demo(&server.url).assert_failed(&format!(
        "the Redis server at {address} demands a password (\"NOAUTH\": Authentication required.); \
        put it into the URL, as in redis://:PASSWORD@{address}"
    ));
    demo(&format!("redis://:wrong@{address}")).assert_failed(&format!(
        "the Redis server at {address} does not accept the user or the password of the URL \
        (Password authentication failed - AuthenticationFailed); correct it"
    ));
    assert_the_seeds_balances(&demo(&format!("redis://:secret@{address}/3")));
}

#[test]
fn a_replica_that_only_reads_is_refused_before_anything_is_applied() {
    let Some(server) = Server::spawn(&["--replicaof", "127.0.0.1", "1"]) else {
        return;
    };
    drop(server.connect());
    let address = server.url.trim_start_matches("redis://").trim_end_matches('/');
    let begin = format!(
        "error: cannot open the accounts on the Redis server at {address}: the server refused to \
        write, so nothing was changed: "
    );
    assert_failed_between(&demo(&server.url), &begin, "");
}
