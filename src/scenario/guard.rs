//! Everything to watch about a lock, a mark or a balance, in one line.

use std::time::Duration;

use super::World;
use super::monitors::{
    ConservedBalance, HonestValidity, MonotonicFence, MutualExclusion, NoOrphanBeyondTtl,
    NoOverdraft, OwnerOnlyRelease,
};
use crate::bank::Money;
use crate::redis::Node;
use crate::sync::Runtime;

/// Guards are set up first: they do not know what a key held before.
impl<R: Runtime> World<R> {
    /// Watches the lock `key` on `server`, which no client should take or renew for more than `max_ttl`:
    /// mutual exclusion, owner-only release, honest validity, and no orphan beyond the TTL.
    ///
    /// The first property that breaks is reported. A race that is about one of them has its
    /// [monitor](World::monitor) alone, and the key [watched](Node::watch).
    pub fn guard_lock(&self, server: &Node<R>, key: &str, max_ttl: Duration) {
        self.guard_quorum_lock(std::slice::from_ref(server), key, max_ttl);
    }

    /// As [`World::guard_lock`], for a lock whose holder has it on a majority of `servers`.
    pub fn guard_quorum_lock(&self, servers: &[Node<R>], key: &str, max_ttl: Duration) {
        for server in servers {
            server.watch(key);
        }
        let majority = servers.len() / 2 + 1;
        self.monitor(MutualExclusion::of(key));
        self.monitor(OwnerOnlyRelease::of(key));
        self.monitor(HonestValidity::of_quorum(key, majority));
        self.monitor(NoOrphanBeyondTtl::of(key, max_ttl));
    }

    /// Watches the mark `key` of a fenced store on `server`: it never goes down.
    pub fn guard_mark(&self, server: &Node<R>, key: &str) {
        server.watch(key);
        self.monitor(MonotonicFence::of(key));
    }

    /// Watches the balance `key` on `server`: it is never negative.
    pub fn guard_balance(&self, server: &Node<R>, key: &str) {
        server.watch(key);
        self.monitor(NoOverdraft::of(key));
    }
    /// Watches the balances `keys` on `server`: when all actors have ended, they add up to `total`. Accounts
    /// are opened after this.
    pub fn guard_total(&self, server: &Node<R>, keys: &[&str], total: Money) {
        keys.iter().for_each(|key| server.watch(key));
        self.monitor(ConservedBalance::of(keys, total));
    }
}
