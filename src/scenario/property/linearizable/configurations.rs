//! Every explanation of the calls and replies so far.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::machine::encode::Unordered;
use crate::scenario::SequentialSpec;
use crate::trace::ActorId;

/// The open calls, and every explanation of the replies so far.
///
/// It is minimal: no explanation follows from another merely by open calls taking effect. So each set of
/// explanations has one form, and equal forms mean equal futures.
#[derive(Clone, Debug)]
pub(super) struct Configurations<S: SequentialSpec> {
    open: BTreeMap<ActorId, S::Request>,
    possible: Vec<Configuration<S>>,
}

/// One explanation: the state of the object, and the open calls that led to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Configuration<S: SequentialSpec> {
    state: S,
    /// The replies of open calls that have taken effect.
    due: BTreeMap<ActorId, S::Reply>,
    /// Calls that have not taken effect and will never get a reply. They may still take effect. They are
    /// in the order of their digests, so that the order in which they were abandoned does not matter.
    adrift: Vec<S::Request>,
}

impl<S: SequentialSpec> Configurations<S> {
    pub(super) fn new(initial: S) -> Self {
        let first = Configuration { state: initial, due: BTreeMap::new(), adrift: Vec::new() };
        Self { open: BTreeMap::new(), possible: vec![first] }
    }

    /// Begins a call. It takes effect only when a reply needs it to (Lowe's "just in time").
    pub(super) fn invoke(&mut self, caller: ActorId, request: S::Request) {
        // The caller's former call will get no reply any more.
        self.abandon(caller);
        self.open.insert(caller, request);
    }

    /// Ends a call with a reply. Keeps the configurations in which the call takes effect now or already
    /// has.
    ///
    /// # Errors
    ///
    /// The replies that would have been possible, in no particular order, if this one was not.
    pub(super) fn answer(
        &mut self,
        caller: ActorId,
        reply: &S::Reply,
    ) -> Result<(), Vec<S::Reply>> {
        let Some(request) = self.open.remove(&caller) else { return Ok(()) };
        let mut explained = Vec::new();
        let mut answers = Vec::new();
        for mut configuration in std::mem::take(&mut self.possible) {
            if let Some(due) = configuration.due.remove(&caller) {
                answers.push(due);
                explained.push(configuration);
                continue;
            }
            for mut configuration in configuration.reach(&self.open) {
                answers.push(configuration.state.apply(&request));
                explained.push(configuration);
            }
        }
        let fits = answers.iter().zip(explained).filter(|(answer, _)| *answer == reply);
        let fits = fits.map(|(_, configuration)| configuration).collect();
        self.keep(fits);
        if self.possible.is_empty() { Err(distinct(answers)) } else { Ok(()) }
    }

    /// Ends a call without a reply: its caller has crashed, or the call failed.
    pub(super) fn abandon(&mut self, caller: ActorId) {
        let Some(request) = self.open.remove(&caller) else { return };
        let mut left = std::mem::take(&mut self.possible);
        for configuration in &mut left {
            if configuration.due.remove(&caller).is_none() {
                configuration.adrift.push(request.clone());
                configuration.adrift.sort_by_key(digest);
            }
        }
        self.keep(left);
    }

    /// Keeps the configurations that follow from no other.
    fn keep(&mut self, configurations: Vec<Configuration<S>>) {
        let all = distinct(configurations);
        let follows = |one: &Configuration<S>| {
            let mut others = all.iter().filter(|other| *other != one && other.may_precede(one));
            others.any(|other| other.reach(&self.open).iter().any(|reached| reached.covers(one)))
        };
        self.possible = all.iter().filter(|one| !follows(one)).cloned().collect();
    }

    /// Writes the identity of this value, in one form for all that have the same futures.
    pub(super) fn remember(&self, mut memory: &mut dyn Hasher) {
        let possible = self.possible.iter().map(|Configuration { state, due, adrift }| {
            (state, Unordered(due.iter().collect()), Unordered(adrift.iter().collect()))
        });
        Unordered(self.open.iter().collect()).hash(&mut memory);
        Unordered(possible.collect()).hash(&mut memory);
    }

    /// The open call of `caller`.
    pub(super) fn request(&self, caller: ActorId) -> Option<&S::Request> {
        self.open.get(&caller)
    }

    /// The number of explanations.
    #[cfg(all(test, not(loom)))]
    pub(super) fn len(&self) -> usize {
        self.possible.len()
    }
}

impl<S: SequentialSpec> Configuration<S> {
    /// Every configuration that follows from this one when open calls take effect, itself included.
    fn reach(&self, open: &BTreeMap<ActorId, S::Request>) -> Vec<Self> {
        let mut reached = vec![self.clone()];
        let mut next = 0;
        while let Some(configuration) = reached.get(next).cloned() {
            next += 1;
            for follower in configuration.followers(open) {
                if !reached.contains(&follower) {
                    reached.push(follower);
                }
            }
        }
        reached
    }

    /// The configurations that follow from this one when one call takes effect.
    fn followers<'a>(
        &'a self,
        open: &'a BTreeMap<ActorId, S::Request>,
    ) -> impl Iterator<Item = Self> + 'a {
        let waited_for = open.iter().filter(|(caller, _)| !self.due.contains_key(caller));
        let waited_for = waited_for.map(|(caller, request)| {
            let mut follower = self.clone();
            let reply = follower.state.apply(request);
            follower.due.insert(*caller, reply);
            follower
        });
        let adrift = (0..self.adrift.len()).filter_map(|index| {
            if self.adrift[..index].contains(&self.adrift[index]) {
                return None;
            }
            let mut follower = self.clone();
            let request = follower.adrift.remove(index);
            follower.state.apply(&request);
            // A call that changes nothing and gets no reply might as well not take effect.
            (follower.state != self.state).then_some(follower)
        });
        waited_for.chain(adrift)
    }

    /// Returns whether the other one can follow from this one at all: that takes calls that take effect.
    fn may_precede(&self, other: &Self) -> bool {
        self.due.len() <= other.due.len() && self.adrift.len() >= other.adrift.len()
    }

    /// Returns whether this one is the other, except for calls adrift that need not take effect.
    fn covers(&self, other: &Self) -> bool {
        let count = |all: &[S::Request], one| all.iter().filter(|request| *request == one).count();
        let has = |one| count(&self.adrift, one) >= count(&other.adrift, one);
        self.state == other.state && self.due == other.due && other.adrift.iter().all(has)
    }
}

fn digest(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The values without repetitions, in the order of their first occurrence.
///
/// There are only a few, so they are compared one by one, which needs no order.
fn distinct<T: Eq>(values: Vec<T>) -> Vec<T> {
    let mut kept = Vec::with_capacity(values.len());
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}
