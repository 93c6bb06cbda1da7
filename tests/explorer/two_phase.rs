//! Two-phase commit, as in Gray and Lamport, "Consensus on Transaction Commit" (2006), and in the examples
//! of stateright. There a manager may abort of its own accord, and the coordinator may give up at any time;
//! here these are actors of their own.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use lockproof::explore::{Search, exhaustive};
use lockproof::scenario::{Scenario, World};
use lockproof::sync::{Runtime, Shared};

use crate::models::{assert_within_twice, reachable};

const MANAGERS: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Manager {
    Working,
    Prepared,
    Committed,
    Aborted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Message {
    Prepared(usize),
    Commit,
    Abort,
}

/// The resource managers, and all messages that were ever sent: they arrive in any order, or never.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Transaction {
    managers: [Manager; MANAGERS],
    messages: BTreeSet<Message>,
}

impl Transaction {
    fn decision(&self) -> Option<Manager> {
        let commit = self.messages.contains(&Message::Commit).then_some(Manager::Committed);
        commit.or_else(|| self.messages.contains(&Message::Abort).then_some(Manager::Aborted))
    }

    fn prepare(&mut self, me: usize) -> bool {
        let works = self.managers[me] == Manager::Working;
        if works {
            self.managers[me] = Manager::Prepared;
            self.messages.insert(Message::Prepared(me));
        }
        works
    }

    fn withdraw(&mut self, manager: usize) {
        if self.managers[manager] == Manager::Working {
            self.managers[manager] = Manager::Aborted;
        }
    }

    /// Does what was decided, if anything was.
    fn obey(&mut self, me: usize) -> bool {
        let decision = self.decision();
        decision.into_iter().for_each(|decision| self.managers[me] = decision);
        decision.is_some()
    }

    fn decide(&mut self, message: Message) {
        if self.decision().is_none() {
            self.messages.insert(message);
        }
    }

    /// A message of a manager that `heard` does not have.
    fn news(&self, heard: &BTreeSet<usize>) -> Option<usize> {
        let is_news = |it: &usize| self.messages.contains(&Message::Prepared(*it));
        (0..MANAGERS).filter(|it| !heard.contains(it)).find(is_news)
    }

    /// Whether one commits while another aborts.
    fn is_split(&self) -> bool {
        [Manager::Committed, Manager::Aborted].iter().all(|it| self.managers.contains(it))
    }
}

/// The protocol.
#[derive(Clone, Debug)]
struct TwoPhase {
    /// How many are to be prepared before the transaction is committed.
    quorum: usize,
}

impl Scenario for TwoPhase {
    fn run<R: Runtime>(&self, world: &World<R>) {
        let managers = [Manager::Working; MANAGERS];
        let start = Transaction { managers, messages: BTreeSet::new() };
        let all = Arc::new(Shared::<R, _>::new("transaction", start));
        for number in 0..MANAGERS {
            let shared = Arc::clone(&all);
            world.actor(&format!("manager{number}"), move |me| {
                if !shared.with("prepare", |all| all.prepare(number)) {
                    return;
                }
                loop {
                    me.local(&number);
                    let obeys = |all: &mut Transaction| (all.obey(number), all.is_split());
                    let (obeyed, is_split) = shared.with("obey", obeys);
                    assert!(!is_split, "one commits while another aborts");
                    if obeyed {
                        return;
                    }
                }
            });
            let shared = Arc::clone(&all);
            world.actor(&format!("user{number}"), move |_| {
                shared.with("withdraw", |all| all.withdraw(number));
            });
        }
        let shared = Arc::clone(&all);
        world.actor("timeout", move |_| shared.with("give up", |all| all.decide(Message::Abort)));
        let (shared, quorum) = (all, self.quorum);
        world.actor("coordinator", move |me| {
            let mut heard = BTreeSet::new();
            while heard.len() < quorum {
                me.local(&heard);
                let receives = |all: &mut Transaction| (all.decision(), all.news(&heard));
                match shared.with("receive", receives) {
                    (Some(_), _) => return heard,
                    (None, news) => heard.extend(news),
                }
            }
            me.local(&heard);
            shared.with("commit", |all| all.decide(Message::Commit));
            heard
        });
    }
}

/// The same by hand: who has ended, and what the coordinator has heard.
#[derive(Clone, PartialEq, Eq, Hash)]
struct TwoPhaseModel {
    all: Transaction,
    ended: [bool; MANAGERS],
    withdrew: [bool; MANAGERS],
    timed_out: bool,
    heard: BTreeSet<usize>,
    decided: bool,
}

impl TwoPhaseModel {
    fn start() -> Self {
        let managers = [Manager::Working; MANAGERS];
        Self {
            all: Transaction { managers, messages: BTreeSet::new() },
            ended: [false; MANAGERS],
            withdrew: [false; MANAGERS],
            timed_out: false,
            heard: BTreeSet::new(),
            decided: false,
        }
    }

    fn next(&self) -> Vec<Self> {
        let mut all = Vec::new();
        let mut add = |step: &dyn Fn(&mut Self)| {
            let mut next = self.clone();
            step(&mut next);
            all.push(next);
        };
        for it in 0..MANAGERS {
            match self.all.managers[it] {
                _ if self.ended[it] => {}
                Manager::Prepared => add(&|next| next.ended[it] = next.all.obey(it)),
                _ => add(&|next| next.ended[it] = !next.all.prepare(it)),
            }
            if !self.withdrew[it] {
                add(&|next| {
                    next.all.withdraw(it);
                    next.withdrew[it] = true;
                });
            }
        }
        if !self.timed_out {
            add(&|next| {
                next.all.decide(Message::Abort);
                next.timed_out = true;
            });
        }
        if !self.decided {
            add(&|next| {
                next.decided = next.heard.len() == MANAGERS || next.all.decision().is_some();
                match next.heard.len() {
                    MANAGERS => next.all.decide(Message::Commit),
                    _ if next.decided => {}
                    _ => next.heard.extend(next.all.news(&self.heard)),
                }
            });
        }
        all
    }
}

#[test]
fn two_phase_commit_has_no_more_than_twice_the_states_of_a_model() {
    let model = reachable(TwoPhaseModel::start(), TwoPhaseModel::next);
    // Without who has ended, these are the states of the specification of Gray and Lamport.
    let specified: HashSet<_> = model.iter().map(|it| (it.all.clone(), &it.heard)).collect();
    assert_eq!(specified.len(), 288);
    assert!(!model.iter().any(|it| it.all.is_split()));
    let found = exhaustive(&TwoPhase { quorum: MANAGERS }, Search::DEFAULT);
    assert_within_twice("two-phase commit", &found, model.len());
}

#[test]
fn a_commit_before_all_are_prepared_is_found() {
    let found = exhaustive(&TwoPhase { quorum: MANAGERS - 1 }, Search::DEFAULT);
    assert!(found.to_string().contains("one commits while another aborts"), "{found}");
}
