//! The configurations against a checker that is too simple to be wrong, on all small histories; and
//! that equal fingerprints mean equal futures.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};

use super::configurations::Configurations;
use crate::scenario::SequentialSpec;
use crate::trace::ActorId;

/// A purse, and the number of coins in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Purse(pub(super) u8);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Coin {
    Put,
    Take,
    Count,
}

impl SequentialSpec for Purse {
    type Request = Coin;
    /// The number of items in it; `None` if there was none to take.
    type Reply = Option<u8>;

    fn apply(&mut self, request: &Coin) -> Option<u8> {
        match request {
            Coin::Put => self.0 += 1,
            Coin::Take => self.0 = self.0.checked_sub(1)?,
            Coin::Count => {}
        }
        Some(self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Move {
    Invoke(Coin),
    Answer(Option<u8>),
    Abandon,
}

/// The moves, each with its caller; a caller that has ended one call may make another.
type History = Vec<(u32, Move)>;

/// A call, and the places in the history where it begins and ends.
struct Call {
    request: Coin,
    reply: Option<Option<u8>>,
    begin: usize,
    end: usize,
}

fn calls(history: &History) -> Vec<Call> {
    let mut calls: Vec<(u32, bool, Call)> = Vec::new();
    for (place, (caller, step)) in history.iter().enumerate() {
        let mut open = calls.iter_mut().filter(|(of, open, _)| of == caller && *open);
        match step {
            Move::Invoke(request) => {
                let call = Call { request: *request, reply: None, begin: place, end: usize::MAX };
                calls.push((*caller, true, call));
            }
            Move::Answer(reply) => {
                let (_, open, call) = open.next().expect("a call is open");
                (*open, call.reply, call.end) = (false, Some(*reply), place);
            }
            Move::Abandon => open.next().expect("a call is open").1 = false,
        }
    }
    calls.into_iter().map(|(_, _, call)| call).collect()
}

/// By definition: some of the calls without an answer are left out, and some order of the others keeps
/// apart those that do not overlap, and gives each its answer.
fn is_linearizable(history: &History) -> bool {
    let calls = calls(history);
    (0..1_u32 << calls.len()).any(|subset| {
        let chosen = |index: &usize| subset & (1 << index) != 0;
        let all = || 0..calls.len();
        let complete = all().all(|index| chosen(&index) || calls[index].reply.is_none());
        complete
            && permutations(all().filter(chosen).collect()).any(|order| explains(&calls, &order))
    })
}

fn permutations(items: Vec<usize>) -> Box<dyn Iterator<Item = Vec<usize>>> {
    if items.is_empty() {
        return Box::new(std::iter::once(items));
    }
    Box::new((0..items.len()).flat_map(move |at| {
        let mut rest = items.clone();
        let first = rest.remove(at);
        permutations(rest).map(move |mut order| {
            order.insert(0, first);
            order
        })
    }))
}

fn explains(calls: &[Call], order: &[usize]) -> bool {
    let in_time = order.iter().enumerate().all(|(at, later)| {
        order[..at].iter().all(|earlier| calls[*later].end >= calls[*earlier].begin)
    });
    let mut purse = Purse(0);
    in_time
        && order.iter().all(|index| {
            let Call { request, reply, .. } = calls[*index];
            let answer = purse.apply(&request);
            reply.is_none_or(|reply| reply == answer)
        })
}

/// A history, and the monitor's state after it.
#[derive(Clone)]
struct Told {
    history: History,
    configurations: Configurations<Purse>,
    open: BTreeMap<u32, Coin>,
    made: usize,
}

/// The histories to look at.
#[derive(Clone, Copy)]
struct Limits {
    calls: usize,
    /// True if callers may crash or give up. Calls may go on for ever in any case.
    abandoned: bool,
}

impl Told {
    fn new() -> Self {
        let configurations = Configurations::new(Purse(0));
        Self { history: Vec::new(), configurations, open: BTreeMap::new(), made: 0 }
    }

    /// Goes on by one move; returns whether the history is still linearizable.
    fn go(&mut self, caller: u32, step: Move) -> bool {
        self.history.push((caller, step));
        match step {
            Move::Invoke(request) => {
                self.open.insert(caller, request);
                self.made += 1;
                self.configurations.invoke(ActorId(caller), request);
                true
            }
            Move::Answer(reply) => {
                self.open.remove(&caller);
                self.configurations.answer(ActorId(caller), &reply).is_ok()
            }
            Move::Abandon => {
                self.open.remove(&caller);
                self.configurations.abandon(ActorId(caller));
                true
            }
        }
    }

    /// All possible next moves.
    fn moves(&self, limits: Limits) -> Vec<(u32, Move)> {
        let answers = self.open.iter().flat_map(|(caller, request)| {
            let replies: &[Option<u8>] = match request {
                Coin::Put => &[Some(1), Some(2)],
                Coin::Take => &[None, Some(0), Some(1)],
                Coin::Count => &[Some(0), Some(1)],
            };
            let answers = replies.iter().map(|reply| Move::Answer(*reply));
            let abandoned = limits.abandoned.then_some(Move::Abandon);
            answers.chain(abandoned).map(|step| (*caller, step))
        });
        let mut moves: Vec<_> = answers.collect();
        let free = (1..).find(|caller| !self.open.contains_key(caller));
        if self.made < limits.calls
            && let Some(free) = free
        {
            let requests = [Coin::Put, Coin::Take, Coin::Count];
            moves.extend(requests.map(|request| (free, Move::Invoke(request))));
        }
        moves
    }

    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.configurations.remember(&mut hasher);
        hasher.finish()
    }
}

/// Shows every history within `limits` whose beginning is linearizable, and the monitor's verdict on it.
fn every_history(told: &Told, limits: Limits, show: &mut impl FnMut(&Told, bool)) {
    for (caller, step) in told.moves(limits) {
        let mut next = told.clone();
        let accepted = next.go(caller, step);
        show(&next, accepted);
        if accepted {
            every_history(&next, limits, show);
        }
    }
}

/// The number of linearizable histories, and of those that the last move makes non-linearizable.
fn judged_by_definition(limits: Limits) -> (u32, u32) {
    let (mut accepted, mut rejected) = (0, 0);
    every_history(&Told::new(), limits, &mut |told, verdict| {
        assert_eq!(verdict, is_linearizable(&told.history), "{:?}", told.history);
        *(if verdict { &mut accepted } else { &mut rejected }) += 1;
    });
    (accepted, rejected)
}

#[test]
fn every_history_of_up_to_three_calls_is_judged_by_definition() {
    assert_eq!(judged_by_definition(Limits { calls: 3, abandoned: true }), (8_497, 2_965));
}

#[test]
fn every_history_of_up_to_four_calls_is_judged_by_definition() {
    assert_eq!(judged_by_definition(Limits { calls: 4, abandoned: false }), (70_238, 49_334));
}

/// By induction: every next move is, by definition, linearizable after both or after neither, and leaves
/// equal fingerprints again.
#[test]
fn equal_fingerprints_have_equal_futures() {
    let limits = Limits { calls: 3, abandoned: true };
    let mut known: BTreeMap<u64, Told> = BTreeMap::new();
    let mut pairs = 0;
    every_history(&Told::new(), limits, &mut |told, accepted| {
        if accepted {
            let one = known.entry(told.fingerprint()).or_insert_with(|| told.clone());
            if one.history != told.history {
                pairs += 1;
                same_next(one, told);
            }
        }
    });
    assert_eq!((known.len(), pairs), (489, 8_008));
}

fn same_next(one: &Told, other: &Told) {
    assert_eq!(one.open, other.open);
    for (caller, step) in one.moves(Limits { calls: usize::MAX, abandoned: true }) {
        let (mut one, mut other) = (one.clone(), other.clone());
        let accepted = one.go(caller, step);
        other.go(caller, step);
        let by_definition = is_linearizable(&other.history);
        assert_eq!(accepted, by_definition, "{:?} and {:?}", one.history, other.history);
        assert_eq!(
            one.fingerprint(),
            other.fingerprint(),
            "{:?} and {:?}",
            one.history,
            other.history
        );
    }
}
