//! What may be the case, given the calls and answers so far.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::scenario::Specification;
use crate::sync::tape::Unordered;
use crate::trace::ActorId;

/// The calls that have not been answered, and every explanation of the answers that were given.
///
/// Only what is needed is kept: no explanation follows from another merely by open calls taking effect.
/// So each set of explanations has one form, and equal forms mean equal futures.
#[derive(Clone, Debug)]
pub(super) struct Configurations<S: Specification> {
    open: BTreeMap<ActorId, S::Request>,
    possible: Vec<Configuration<S>>,
}

/// One explanation: which state the object is in, and which open calls have brought it there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Configuration<S: Specification> {
    state: S,
    /// The answers of open calls that have taken effect.
    due: BTreeMap<ActorId, S::Reply>,
    /// Calls that have not taken effect and never will be answered. They may still take effect. In the
    /// order of their digests, so that it does not matter in which order they were given up.
    adrift: Vec<S::Request>,
}

impl<S: Specification> Configurations<S> {
    pub(super) fn new(initial: S) -> Self {
        let first = Configuration { state: initial, due: BTreeMap::new(), adrift: Vec::new() };
        Self { open: BTreeMap::new(), possible: vec![first] }
    }

    /// A call begins. It takes effect only when an answer needs it to (Lowe's "just in time").
    pub(super) fn invoke(&mut self, caller: ActorId, request: S::Request) {
        // The caller's former call is not going to be answered.
        self.abandon(caller);
        self.open.insert(caller, request);
    }

    /// A call was answered. What is possible now ends with its taking effect, or had it take effect
    /// before.
    ///
    /// # Errors
    ///
    /// The answers that would have been possible, in no particular order, if this one was not.
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

    /// Nobody waits for a call's answer any more: its caller has crashed, or has given it up.
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

    /// Keeps the configurations that do not follow from others.
    fn keep(&mut self, configurations: Vec<Configuration<S>>) {
        let all = distinct(configurations);
        let follows = |one: &Configuration<S>| {
            let mut others = all.iter().filter(|other| *other != one && other.may_precede(one));
            others.any(|other| other.reach(&self.open).iter().any(|reached| reached.covers(one)))
        };
        self.possible = all.iter().filter(|one| !follows(one)).cloned().collect();
    }

    /// Writes down what it knows, in one form for all that have the same futures.
    pub(super) fn remember(&self, mut memory: &mut dyn Hasher) {
        let possible = self.possible.iter().map(|Configuration { state, due, adrift }| {
            (state, Unordered(due.iter().collect()), Unordered(adrift.iter().collect()))
        });
        Unordered(self.open.iter().collect()).hash(&mut memory);
        Unordered(possible.collect()).hash(&mut memory);
    }

    pub(super) fn request(&self, caller: ActorId) -> Option<&S::Request> {
        self.open.get(&caller)
    }

    /// How many explanations there are.
    #[cfg(all(test, not(loom)))]
    pub(super) fn len(&self) -> usize {
        self.possible.len()
    }
}

impl<S: Specification> Configuration<S> {
    /// Every configuration that follows from this one by open calls taking effect, itself included.
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

    /// The configurations that follow from this one by one call taking effect.
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
            // What nobody is told of and what changes nothing has not happened.
            (follower.state != self.state).then_some(follower)
        });
        waited_for.chain(adrift)
    }

    /// Whether the other one can follow from this one at all: it takes calls to take effect.
    fn may_precede(&self, other: &Self) -> bool {
        self.due.len() <= other.due.len() && self.adrift.len() >= other.adrift.len()
    }

    /// Whether this one is the other, but for calls adrift that need not take effect.
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
/// There are a handful: they are compared one by one, which needs no order and depends on none.
fn distinct<T: Eq>(values: Vec<T>) -> Vec<T> {
    let mut kept = Vec::with_capacity(values.len());
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}
