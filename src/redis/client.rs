//! A client's connection to a simulated server that it shares with others.

use std::fmt;
use std::io;

use ::redis::{Cmd, ConnectionLike, RedisError, RedisResult, Value};

use super::connection::{batches, collect, request, to_value};
use super::engine::reply::Reply;
use super::engine::transaction::Batch;
use super::node::Node;
use super::resp::packed::split_packed;
use crate::sync::{Runtime, inert};

/// A connection to a [`Node`].
///
/// It is dead while its actor unwinds: a crashed client sends no more commands, whatever its destructors try.
pub struct Connection<R: Runtime> {
    /// The server, and everything in front of it.
    node: Node<R>,
}

impl<R: Runtime> Node<R> {
    /// A connection for code that is written for redis-rs. The faults of the actor that uses it decide the
    /// fate of its commands; commands of a scenario's setup always get their replies.
    #[must_use]
    pub fn connect(&self) -> Connection<R> {
        Connection { node: self.clone() }
    }
}

impl<R: Runtime> Connection<R> {
    /// The server at the other end.
    #[must_use]
    pub const fn node(&self) -> &Node<R> {
        &self.node
    }

    /// Has the server carry out a command or a transaction, and returns once there are replies.
    fn send(&self, batch: Batch) -> RedisResult<Vec<Reply>> {
        if inert() {
            let gone = "the client is gone: its actor crashed or panicked";
            return Err(RedisError::from(io::Error::new(io::ErrorKind::NotConnected, gone)));
        }
        self.node.carry_out(batch)
    }
}

impl<R: Runtime> ConnectionLike for Connection<R> {
    fn req_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        let mut replies = self.send(Batch::Command(request(cmd)))?;
        Ok(replies.pop().map_or(Value::Nil, to_value))
    }

    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        let mut values = self.req_packed_commands(cmd, 0, 1)?;
        Ok(values.pop().unwrap_or(Value::Nil))
    }

    fn req_packed_commands(
        &mut self,
        cmd: &[u8],
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        let mut replies = Vec::new();
        for batch in batches(split_packed(cmd)?) {
            replies.extend(self.send(batch)?);
        }
        collect(replies, offset, count)
    }

    fn get_db(&self) -> i64 {
        0
    }

    fn check_connection(&mut self) -> bool {
        !inert()
    }

    fn is_open(&self) -> bool {
        !inert()
    }
}

impl<R: Runtime> fmt::Debug for Connection<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("node", &self.node).finish_non_exhaustive()
    }
}
