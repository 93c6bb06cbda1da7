//! What judges a program while it runs: a register whose history is told, and a monitor.

use std::hash::{Hash, Hasher};

use lockproof::scenario::monitors::Monitor;
use lockproof::scenario::{Property, SequentialSpec};
use lockproof::trace::{Event, Kind, Trace};

/// A register that is added to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sum(pub i64);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Read,
    Add(i64),
}

impl SequentialSpec for Sum {
    type Request = Ask;
    type Reply = i64;

    fn apply(&mut self, request: &Ask) -> i64 {
        let found = self.0;
        if let Ask::Add(more) = request {
            self.0 += more;
        }
        found
    }
}

/// A lock changes hands twice at most, and not after two ticks.
#[derive(Clone, Debug, Hash, Default)]
pub struct Hands {
    last: Option<String>,
    times: u8,
    ticks: u8,
}

impl Monitor for Hands {
    fn property(&self) -> Property {
        Property::MonotonicFence
    }

    fn step(&mut self, event: &Event, names: &Trace) -> Result<(), String> {
        match &event.kind {
            Kind::Tick(_) => self.ticks += 1,
            Kind::Crash(victim) => self.last = Some(names.actor(*victim).to_owned()),
            Kind::Believe { token, .. } => {
                let before = self.last.replace(token.clone());
                self.times += u8::from(before.as_ref().is_some_and(|before| before != token));
                if self.times > 2 || self.ticks > 1 {
                    return Err(format!(
                        "{} by {token} after {before:?}",
                        names.actor(event.actor)
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn remember(&self, mut memory: &mut dyn Hasher) {
        self.hash(&mut memory);
    }
}
