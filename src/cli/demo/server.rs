//! The server of `demo distributed`.

use ::redis::{Client, Connection, ConnectionLike, RedisResult, cmd};

use crate::cli::server_error::{PATIENCE, ServerError};
use crate::redis::{self, Node};
use crate::sync::{Clock, Std};

/// Where connections come from; each thread makes its own.
pub(super) trait Server: Clone + Send + 'static {
    type Connection: ConnectionLike;

    fn connect(&self) -> Result<Self::Connection, ServerError>;

    fn address(&self) -> String;
}

/// A server in this process.
pub(super) fn simulated() -> Node<Std> {
    Node::new("redis", Clock::monotonic())
}

impl Server for Node<Std> {
    type Connection = redis::Connection<Std>;

    fn connect(&self) -> Result<Self::Connection, ServerError> {
        Ok(Node::connect(self))
    }

    fn address(&self) -> String {
        "(simulated)".to_owned()
    }
}

/// The server at this URL. Nothing is sent yet.
pub(super) fn real(url: &str) -> Result<Client, ServerError> {
    Client::open(url).map_err(|reason| ServerError::Address { url: without_password(url), reason })
}

impl Server for Client {
    type Connection = Connection;

    fn connect(&self) -> Result<Connection, ServerError> {
        connect(self).map_err(|reason| ServerError::of_connecting(self.address(), reason))
    }

    /// Without the user and the password.
    fn address(&self) -> String {
        self.get_connection_info().addr().to_string()
    }
}

fn connect(client: &Client) -> RedisResult<Connection> {
    let mut connection = client.get_connection_with_timeout(PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    // A server that demands a password accepts the connection, and then no command.
    cmd("PING").exec(&mut connection)?;
    Ok(connection)
}

/// The URL as a log may show it: no entry in a log should open a door.
fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}://…{}", &url[..scheme], &url[at..]),
        (None, Some(at)) => format!("…{}", &url[at..]),
        _ => url.to_owned(),
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_repeated() {
        for (url, shown) in [
            ("redis://user:secret@host:1/x", "redis://…@host:1/x"),
            ("user:secret@host", "…@host"),
            ("nonsense", "nonsense"),
            ("redis://host/x", "redis://host/x"),
        ] {
            assert_eq!(without_password(url), shown);
        }
        let error = real("redis://:secret@host:x").err().unwrap();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
