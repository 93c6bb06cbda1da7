//! What the actors of a program share, and what they leave there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use lockproof::redis::Node;
use lockproof::scenario::{History, World};
use lockproof::sync::{Atomic, Clock, Condvar, Mutex, Runtime, Shared};

use super::judged::Sum;
use super::texts::contents;
use crate::plan::Tells;

/// What actors share in single steps.
#[derive(Clone, Debug, Hash, Default)]
pub struct Bag {
    pub list: Vec<(usize, String)>,
    pub map: BTreeMap<String, Option<u8>>,
    pub last: Option<Result<(String, u32), (u64, String)>>,
    pub state: Turn,
}

#[derive(Clone, Debug, Hash, Default, PartialEq, Eq)]
pub enum Turn {
    #[default]
    Free,
    Held {
        by: String,
        times: u8,
    },
    Gone(u64, String),
}

/// What a mutex guards.
#[derive(Clone, Debug, Hash, Default)]
pub struct Guarded {
    pub ready: bool,
    pub times: usize,
    pub by: Option<String>,
    pub seen: Vec<(String, u8)>,
}

/// All that actors share.
pub struct Env<R: Runtime> {
    pub bag: Arc<Shared<R, Bag>>,
    pub mutex: Arc<Mutex<R, Guarded>>,
    pub told: Arc<Condvar<R>>,
    pub atomic: Arc<Atomic<R>>,
    pub cell: Arc<Atomic<R>>,
    pub servers: [Node<R>; 2],
    pub history: History<R, Sum>,
    pub clock: Clock<R>,
    pub tells: Tells,
}

impl<R: Runtime> Clone for Env<R> {
    fn clone(&self) -> Self {
        Self {
            bag: Arc::clone(&self.bag),
            mutex: Arc::clone(&self.mutex),
            told: Arc::clone(&self.told),
            atomic: Arc::clone(&self.atomic),
            cell: Arc::clone(&self.cell),
            servers: self.servers.clone(),
            history: self.history.clone(),
            clock: self.clock.clone(),
            tells: self.tells,
        }
    }
}

impl<R: Runtime> Env<R> {
    pub fn new(world: &World<R>, servers: [Node<R>; 2], tells: Tells) -> Self {
        Self {
            bag: Arc::new(Shared::new("bag", Bag::default())),
            mutex: Arc::new(Mutex::new("guarded", Guarded::default())),
            told: Arc::new(Condvar::new("told")),
            atomic: Arc::new(Atomic::new("atomic", 0)),
            cell: Arc::new(Atomic::new("cell", 0)),
            servers,
            history: world.history("sum", Sum(0)),
            clock: world.clock(),
            tells,
        }
    }

    /// All that is left in the end, as a text; who crashed may have the mutex.
    pub fn left(&self, crashes: bool) -> String {
        let bag = self.bag.peek(|bag| {
            let map: String =
                bag.map.iter().map(|(key, it)| format!("; map {key} {it:?}")).collect();
            format!("; {:?} {:?} {:?}{map}", bag.list, bag.last, bag.state)
        });
        let guarded = if crashes { String::new() } else { format!("; {:?}", *self.mutex.lock()) };
        let servers = self.servers.iter().map(|server| server.peek(contents)).collect::<Vec<_>>();
        let [atomic, cell] = [&self.atomic, &self.cell].map(|it| it.load(SeqCst));
        format!(
            "{bag}{guarded}; {atomic} {cell} at {}; one{}; two{}",
            self.clock.peek_ms(),
            servers[0],
            servers[1].replace("; ", "; two: ")
        )
    }
}
