//! Programs as data, and what can be said of one.
//!
//! * `draw`: how programs are drawn.
//! * `less`: how they are made smaller.

mod draw;
mod less;

pub use draw::plans;

/// How a client's name occurs in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Bare,
    Token,
    Twice,
    Within,
    Numbered,
}

/// What an actor goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum If {
    Odd,
    Mine,
    Others,
    Large,
}

/// What an actor does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Push(Form),
    Put(Form),
    Turn(Form),
    Pop,
    Pair(Form),
    PeekBag,
    Guarded(Form),
    Nested(u8),
    WaitFor,
    Ready(bool),
    Load,
    Store(u8),
    Swap(u8),
    Add(u8),
    Exchange(u8),
    Now,
    Sleep(u8),
    PeekTime,
    SetNx(u8, Form, u8),
    SetPx(u8, Form, u8),
    Get(u8, u8),
    Del(u8, u8),
    Incr(u8),
    RPush(u8, Form),
    LPop(u8),
    LRange(u8),
    Pttl(u8),
    Blpop(u8, u8),
    Eval(u8, u8, Form),
    EvalSha(u8, u8, Form),
    LoadScript(u8, u8),
    Flush(u8),
    Transaction(u8, Form),
    PeekServer(u8),
    Acquire(Form, u8),
    Release(Form),
    Read,
    Write(u8),
    Child(Vec<Act>, Joined),
    Panic(If),
    Return(If),
    When(If, Box<Act>),
    Loop(u8, Box<Act>),
}

/// When a child is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    AtOnce,
    AtTheEnd,
    Never,
}

/// What an actor returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    All,
    Last,
    Little,
}

/// A fault, aimed at an actor by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strike {
    Crash(usize),
    Lose(usize),
    Delay(usize),
}

/// A program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub clients: usize,
    pub of_clients: Vec<Act>,
    pub actors: Vec<Vec<Act>>,
    pub ticks: u32,
    pub strikes: Vec<Strike>,
    pub tells: Tells,
    pub guarded: bool,
    pub watched: bool,
}

impl Act {
    /// How many steps it takes at most, roughly.
    fn steps(&self) -> usize {
        match self {
            Self::PeekBag | Self::PeekTime | Self::PeekServer(_) => 0,
            Self::Panic(_) | Self::Return(_) => 0,
            Self::Nested(_) | Self::WaitFor | Self::Blpop(..) | Self::Write(_) | Self::Ready(_) => {
                2
            }
            Self::Child(acts, _) => acts.iter().map(Self::steps).sum(),
            Self::When(_, act) => act.steps(),
            Self::Loop(times, act) => usize::from(*times) * act.steps(),
            _ => 1,
        }
    }

    fn is(&self, what: &dyn Fn(&Self) -> bool) -> bool {
        what(self)
            || match self {
                Self::Child(acts, _) => acts.iter().any(|act| act.is(what)),
                Self::When(_, act) | Self::Loop(_, act) => act.is(what),
                _ => false,
            }
    }
}

impl Plan {
    fn threads(&self) -> Vec<usize> {
        let mut all = Vec::new();
        let mut add = |acts: &[Act]| {
            let children: usize =
                acts.iter().filter(|act| matches!(act, Act::Child(..))).map(Act::steps).sum();
            all.push(acts.iter().map(Act::steps).sum::<usize>() - children);
            if children > 0 {
                all.push(children);
            }
        };
        (0..self.clients).for_each(|_| add(&self.of_clients));
        self.actors.iter().for_each(|acts| add(acts));
        all
    }

    /// How many interleavings there are, roughly.
    pub fn interleavings(&self) -> f64 {
        let (mut steps, mut ways) = (0, 1.0);
        for thread in self.threads() {
            for nth in 1..=thread {
                steps += 1;
                ways *= steps as f64 / nth as f64;
            }
        }
        let faults = self.strikes.len() as f64 + f64::from(self.ticks) * 0.7;
        ways * (1.0 + steps as f64 / 3.0).powf(faults)
    }

    pub fn names(&self) -> Vec<&'static str> {
        ["alice", "bob", "carol"][..self.clients]
            .iter()
            .chain(&["ali", "bo"][..self.actors.len()])
            .copied()
            .collect()
    }

    /// The clients at which no fault is aimed.
    pub fn alike(&self) -> Vec<&'static str> {
        let struck = |at: usize| {
            self.strikes.iter().any(|strike| match strike {
                Strike::Crash(victim) | Strike::Lose(victim) | Strike::Delay(victim) => {
                    victim % self.names().len() == at
                }
            })
        };
        (0..self.clients).filter(|at| !struck(*at)).map(|at| self.names()[at]).collect()
    }

    pub fn has_faults(&self) -> bool {
        self.ticks > 0 || !self.strikes.is_empty()
    }

    fn any(&self, what: &dyn Fn(&Act) -> bool) -> bool {
        self.of_clients.iter().chain(self.actors.iter().flatten()).any(|act| act.is(what))
    }

    pub fn scripts_or_blocks(&self) -> bool {
        self.any(&|act| {
            matches!(
                act,
                Act::Eval(..)
                    | Act::EvalSha(..)
                    | Act::Blpop(..)
                    | Act::LoadScript(..)
                    | Act::Flush(_)
            )
        })
    }

    pub fn has_children(&self) -> bool {
        self.any(&|act| matches!(act, Act::Child(..)))
    }
}
